/** Proofs of the box that a phone was beside it (B34, B39). */

import type { Refusal } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import type { Crypto } from '../../../protocol/crypto.ts';
import { unseal } from '../../../protocol/envelope.ts';
import { Presence } from '../../../protocol/near-messages.ts';
import { BOX, boxNowMs } from './box-record.ts';
import type { Asked } from './ruling.ts';
import { SEEN } from './seen-record.ts';

/** Key of the record that makes something signed by a box good for once. */
export function onceId(box: string, sealed: Uint8Array, crypto: Crypto): string {
  return `${box}/${toHex(crypto.sha256(sealed).subarray(0, 16))}`;
}

/** False when it was used before. */
export function useOnce({ draft, message }: Asked, sealed: Uint8Array): boolean {
  const id = onceId(message.request.aud, sealed, draft.context.crypto);
  if (draft.get(SEEN, id) !== undefined) return false;
  draft.put(SEEN, id, { atMs: draft.context.nowMs });
  return true;
}

/** The proof, if it is about this phone and was made by the box in its present boot. */
export function openPresence({ draft, message }: Asked, sealed: Uint8Array): Presence | null {
  const { request, boxKey, party } = message;
  const scope = { type: 'bb-presence', direction: 'sr', device: request.aud } as const;
  const presence = unseal(Presence, sealed, scope, boxKey, draft.context.crypto);
  if (!presence.ok || presence.value.phone !== party) return null;
  return draft.get(BOX, request.aud)?.boot === toHex(presence.value.boot) ? presence.value : null;
}

/** B39: beside the box a moment ago, by the box's own clock. */
export function presenceFlaw(asked: Asked, sealed: Uint8Array): Refusal | null {
  const { draft, message } = asked;
  const box = draft.get(BOX, message.request.aud);
  if (box === undefined) return 'box-away';
  const presence = openPresence(asked, sealed);
  if (presence === null) return 'presence';
  const ageMs = boxNowMs(box, draft.context.nowMs) - presence.atMs;
  return ageMs <= draft.context.limits.presenceMs ? null : 'presence';
}
