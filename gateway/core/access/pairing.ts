/** Whose box it is (B34, B35, B37). */

import type { Refusal } from '../../../protocol/access-messages.ts';
import { sameBytes, toHex } from '../../../protocol/bytes.ts';
import { unseal } from '../../../protocol/envelope.ts';
import { PairingTicket } from '../../../protocol/near-messages.ts';
import { lapseDraft } from '../audit/payload.ts';
import { BINDING, type BindingRecord, bindingMessage, UNBOUND } from './binding-record.ts';
import { BOX, boxNowMs } from './box-record.ts';
import { withdraw } from './box-talk.ts';
import { DELIVERY } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { handBackEnded } from './hand-over-ended.ts';
import { endDelivery, setFree } from './opening.ts';
import { openPresence, useOnce } from './presence.ts';
import { type Asked, type Rules, refused } from './ruling.ts';
import { trackingEnded } from './theft.ts';

export const PAIRING_RULES = {
  pair: (asked) => {
    const { draft, message, party } = asked;
    const { request, party: owner } = message;
    if (party.role !== 'user') return refused('scope');
    if (request.ticket === undefined || request.presence === undefined) return refused('arguments');
    const flaw = ticketFlaw(asked, request.ticket, request.presence);
    if (flaw !== null) return refused(flaw);
    const binding = draft.get(BINDING, request.aud) ?? UNBOUND;
    // A second owner needs an unpairing first.
    if (binding.owner !== null) return refused('box-owned');
    if (!useOnce(asked, request.ticket)) return refused('ticket');
    const number = nextNumber(draft, request.aud);
    bind(draft, request.aud, owner, { ...UNBOUND, owner, ownerKey: party.publicKey, pairing: number });
    return { verdict: 'executed' };
  },
  unpair: ({ draft, message }) => {
    const { request, party: owner } = message;
    const { aud: box } = request;
    const binding = draft.get(BINDING, box);
    if (binding?.owner !== owner) return refused('account');
    if (isOpening(draft, box)) return refused('in-use');
    handBackEnded(draft, box, undefined);
    trackingEnded(draft, box);
    for (const id of binding.deliveries) {
      const delivery = draft.get(DELIVERY, id);
      if (delivery === undefined) continue;
      setFree(draft, id, endDelivery(draft, id, delivery, 'cancelled', 'unpaired'));
    }
    // B12, B37: what the log says of the time before is for the legal purpose only from now on.
    const { nowMs: atMs } = draft.context;
    draft.draft(lapseDraft({ chain: box, atMs, salt: draft.salt() }, { how: 'blocked', why: 'unpaired' }));
    bind(draft, box, owner, UNBOUND);
    return { verdict: 'executed' };
  },
} as const satisfies Rules;

/** Stores whose box it is under the next number, and tells the box, by way of the phone if need be. */
export function bind(draft: Draft, box: string, phone: string, next: BindingRecord): void {
  const record = draft.get(BOX, box);
  const binding = { ...next, number: nextNumber(draft, box) };
  draft.put(BINDING, box, binding);
  // Whoever issues a lease at this instant loses the commit, and decides again under the new binding.
  if (record !== undefined) draft.put(BOX, box, record);
  draft.tell(box, { channel: 'binding', value: bindingMessage(binding) }, phone);
  withdraw(draft, box);
}

function nextNumber(draft: Draft, box: string): number {
  return Math.max(draft.get(BINDING, box)?.number ?? 0, draft.get(BOX, box)?.binding ?? 0) + 1;
}

/** An opening goes on. A box that says nothing any more holds nobody up. */
function isOpening(draft: Draft, id: string): boolean {
  const box = draft.get(BOX, id);
  const { nowMs, limits } = draft.context;
  return box !== undefined && box.opening !== null && nowMs - box.heardMs < limits.hotlineMs;
}

/** The box showed this code within the last 5 minutes of its own clock, and this phone was beside it then. */
function ticketFlaw(asked: Asked, sealedTicket: Uint8Array, sealedPresence: Uint8Array): Refusal | null {
  const { draft, message } = asked;
  const { aud, clock } = message.request;
  const box = draft.get(BOX, aud);
  if (box === undefined || clock === undefined) return 'box-away';
  const scope = { type: 'bb-ticket', direction: 'sr', device: aud } as const;
  const ticket = unseal(PairingTicket, sealedTicket, scope, message.boxKey, draft.context.crypto);
  if (!ticket.ok || ticket.value.box !== aud || toHex(ticket.value.boot) !== box.boot) return 'ticket';
  const presence = openPresence(asked, sealedPresence);
  if (presence === null || !sameBytes(presence.nonce, ticket.value.nonce)) return 'presence';
  const { endMs } = ticket.value;
  if (presence.atMs > endMs || boxNowMs(box, draft.context.nowMs) > endMs) return 'ticket';
  // A clock from before an unpairing could vouch for a code from before it.
  return box.binding < (draft.get(BINDING, aud) ?? UNBOUND).number ? 'ticket' : null;
}
