/**
 * TANs (A14, A15): 8 characters of Crockford base 32. A TAN is made from the key of the day on which it ends, so that
 * no store holds it, and it can be shown again to a phone whose reply was lost. The record has its HMAC only.
 */

import { TAN_CHARS } from '../../../protocol/access-messages.ts';
import { concat, toHex, utf8 } from '../../../protocol/bytes.ts';
import type { Crypto } from '../../../protocol/crypto.ts';
import type { AccessContext } from './context.ts';
import { type DeliveryRecord, tanEndMs } from './delivery-record.ts';
import { bytesOf } from './hex.ts';
import { type AccessLimits, DAY_MS } from './limits.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS = 5;

/** The day (UTC) on which the TAN of a delivery with this window ends. */
export function tanDay(window: Pick<DeliveryRecord, 'toS'>, limits: AccessLimits): number {
  return Math.floor(tanEndMs(window, limits) / DAY_MS);
}

/** `number` counts the TANs of a delivery. */
export function tanOf(dayKey: Uint8Array, delivery: string, number: number, crypto: Crypto): string {
  const makeKey = crypto.hmacSha256(dayKey, utf8('tan'));
  const digest = crypto.hmacSha256(makeKey, concat(bytesOf(delivery), utf8(`/${number}`)));
  let text = '';
  let held = 0;
  let bits = 0;
  for (let at = 0; text.length < TAN_CHARS; ) {
    if (bits < BITS) {
      held = (held << 8) | digest[at++];
      bits += 8;
    }
    bits -= BITS;
    text += ALPHABET[(held >> bits) & 31];
    held &= (1 << bits) - 1;
  }
  return text;
}

/** HMAC-SHA-256 over delivery id and TAN. */
export function tanMac(dayKey: Uint8Array, delivery: string, tan: string, crypto: Crypto): string {
  return toHex(crypto.hmacSha256(dayKey, concat(bytesOf(delivery), utf8(tan))));
}

/** As Crockford reads what people write: any case, O for 0, I and L for 1, hyphens and spaces for the eye. */
export function readTan(typed: string): string {
  return typed.toUpperCase().replaceAll(/[- ]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** Compared as HMACs: whoever measures how long that takes learns nothing about the TAN. */
export function isTan(context: AccessContext, id: string, delivery: DeliveryRecord, typed: string): boolean {
  const key = context.tanKeys.ofDay(tanDay(delivery, context.limits));
  return key !== null && tanMac(key, id, readTan(typed), context.crypto) === delivery.mac;
}

/** The TAN of a delivery once more; null when the key of its day is erased. */
export function tanAgain(context: AccessContext, id: string, delivery: DeliveryRecord): string | null {
  const key = context.tanKeys.ofDay(tanDay(delivery, context.limits));
  return key === null ? null : tanOf(key, id, delivery.tan, context.crypto);
}
