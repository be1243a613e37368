/** Commands from afar (B54-B58, A6, B92, B98): whoever may, whatever the switches allow, gets a lease. */

import { ACTIONS } from '../../../protocol/access-messages.ts';
import { serviceIsOn, serviceOf } from '../../../protocol/services.ts';
import { actionOf } from './action-of.ts';
import { BOX, switchesOf } from './box-record.ts';
import { remoteFlaw } from './rights.ts';
import { type Rule, type Rules, refused } from './ruling.ts';
import { loadOf } from './waiting.ts';

const command: Rule = ({ draft, message, party }) => {
  const { request, party: from } = message;
  const { aud: box, kind, celsius } = request;
  const action = actionOf(kind);
  if (action === null || party.role !== 'user') return refused('scope');
  const flaw = remoteFlaw(draft, from, box, action);
  if (flaw !== null) return refused(flaw);
  const record = draft.get(BOX, box);
  // Nothing was ever heard of it, so there is no clock to make a lease for.
  if (record === undefined) return refused('box-away');
  if (!serviceIsOn(serviceOf(action, false), switchesOf(record))) return refused('services-off');
  if (kind === 'climate-on' && celsius === undefined) return refused('arguments');
  if (loadOf(draft, box) >= draft.context.limits.waitingMax) return refused('table-full');
  return { verdict: 'pending', ...(kind === 'climate-on' ? { celsius } : {}) };
};

export const COMMAND_RULES = Object.fromEntries(Object.keys(ACTIONS).map((kind) => [kind, command])) as {
  readonly [A in keyof typeof ACTIONS]: Rule;
} satisfies Rules;
