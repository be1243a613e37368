/** The rule for each kind of request. */

import type { RequestKind } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import { COMMAND_RULES } from './commands.ts';
import { COURIER_RULES } from './courier-work.ts';
import { HAND_OVER_RULES } from './hand-overs.ts';
import { ORDER_RULES } from './orders.ts';
import { PAIRING_RULES } from './pairing.ts';
import { replyTo } from './reply.ts';
import { REQUEST, requestId } from './request-record.ts';
import { type Rule, refused } from './ruling.ts';
import { KEY_RULES } from './shared-keys.ts';

/** What became of another request of the same phone? Its reply goes out again, as it was. */
const outcome: Rule = ({ draft, message }) => {
  const { request, party } = message;
  if (request.subject === undefined) return refused('arguments');
  const id = requestId(party, toHex(request.subject));
  if (draft.get(REQUEST, id) === undefined) return refused('arguments');
  replyTo(draft, id);
  return { verdict: 'executed' };
};

export const RULES: Readonly<Record<RequestKind, Rule>> = {
  ...COMMAND_RULES,
  ...PAIRING_RULES,
  ...KEY_RULES,
  ...ORDER_RULES,
  ...COURIER_RULES,
  ...HAND_OVER_RULES,
  outcome,
};
