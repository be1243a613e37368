/**
 * A redemption proves who opened (A17), and holds a TAN that may become free again (A14). So its signed bytes lie in
 * the store under a keystream of the day's key, which does not, and come into the log when the TAN is used up.
 */

import { concat, toHex, utf8 } from '../../../protocol/bytes.ts';
import { DELIVERY } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './hex.ts';
import { keyOfParty, PARTY } from './party-record.ts';
import type { RequestRecord } from './request-record.ts';
import { tanDay } from './tan.ts';

const BLOCK_BYTES = 32;

/** Null when the key of the TAN's day is erased. */
export function hold(draft: Draft, delivery: string, bytes: Uint8Array, digest: Uint8Array): string | null {
  const masked = mask(draft, delivery, bytes, digest);
  return masked === null ? null : toHex(masked);
}

/** For the log, once the TAN in it opens nothing any more. */
export function heldRequest(
  draft: Draft,
  party: string,
  { held, hash, delivery }: RequestRecord,
): { readonly request?: Uint8Array; readonly phone?: Uint8Array } {
  const record = draft.get(PARTY, party);
  if (held === null || delivery === null || record === undefined) return {};
  const request = mask(draft, delivery, bytesOf(held), bytesOf(hash));
  return request === null ? {} : { request, phone: keyOfParty(record) };
}

/** A stream of its own for each request; masking twice gives the bytes back. */
function mask(draft: Draft, id: string, bytes: Uint8Array, digest: Uint8Array): Uint8Array | null {
  const { crypto, tanKeys, limits } = draft.context;
  const delivery = draft.get(DELIVERY, id);
  const dayKey = delivery === undefined ? null : tanKeys.ofDay(tanDay(delivery, limits));
  if (dayKey === null) return null;
  const key = crypto.hmacSha256(dayKey, utf8('held request'));
  const masked = Uint8Array.from(bytes);
  for (let block = 0; block * BLOCK_BYTES < masked.length; block++) {
    const stream = crypto.hmacSha256(key, concat(digest, Uint8Array.of(block)));
    const from = block * BLOCK_BYTES;
    for (let n = 0; n < BLOCK_BYTES && from + n < masked.length; n++) masked[from + n] ^= stream[n];
  }
  return masked;
}
