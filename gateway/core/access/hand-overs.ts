/** A8: the owner hands the car over and gets it back; each begins and ends with what the box says of the car. */

import { serviceIsOn } from '../../../protocol/services.ts';
import { BINDING } from './binding-record.ts';
import { BOX, switchesOf } from './box-record.ts';
import { HAND_OVER } from './hand-over-record.ts';
import { PARTY } from './party-record.ts';
import { isPartOfHandOver } from './rights.ts';
import { type Asked, type Rules, type Ruling, refused } from './ruling.ts';
import { loadOf } from './waiting.ts';

export const HAND_OVER_RULES = {
  'hand-over': (asked) => {
    const { draft, message } = asked;
    const { request, party: owner } = message;
    const binding = draft.get(BINDING, request.aud);
    if (binding?.owner !== owner) return refused('account');
    const { person } = request;
    if (person === undefined || person === owner) return refused('arguments');
    const receiver = draft.get(PARTY, person);
    if (receiver === undefined || receiver.revoked || receiver.role !== 'user') return refused('key-unknown');
    if (binding.handOver !== null) return refused('in-use');
    return stateWanted(asked, person);
  },
  'hand-back': (asked) => {
    const { draft, message } = asked;
    const { request, party } = message;
    const current = draft.get(BINDING, request.aud)?.handOver ?? null;
    const handOver = current === null ? undefined : draft.get(HAND_OVER, current);
    if (handOver === undefined) return refused('arguments');
    if (!isPartOfHandOver(draft, party, request.aud)) return refused('account');
    return stateWanted(asked, handOver.person);
  },
} as const satisfies Rules;

/** The box is asked how the car stands, and signs it. */
function stateWanted({ draft, message }: Asked, person: string): Ruling {
  const { aud: box } = message.request;
  const record = draft.get(BOX, box);
  if (record === undefined) return refused('box-away');
  if (!serviceIsOn('status', switchesOf(record))) return refused('services-off');
  if (loadOf(draft, box) >= draft.context.limits.waitingMax) return refused('table-full');
  return { verdict: 'pending', person };
}
