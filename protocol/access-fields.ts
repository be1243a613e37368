/** Shapes that messages about access share. */

import { asciiText, byteString, integer } from './codec.ts';
import { BOOT_BYTES, DAY_MS } from './messages.ts';

const UINT32 = 0xffffffff;
const YEARS_10_MS = 3660 * DAY_MS;
/** The year 2200: an expiry in the year 9999 is a wrong message. */
export const UTC_MAX_S = 7_258_118_400;

export const ID_BYTES = 16;

export const id = byteString(ID_BYTES, ID_BYTES);
export const boot = byteString(BOOT_BYTES, BOOT_BYTES);
export const key = byteString(32, 32);
export const party = asciiText(26);
export const utcS = integer(0, UTC_MAX_S);
export const bootMs = integer(0, YEARS_10_MS);
export const uint32 = integer(0, UINT32);
/** A signed message inside another. */
export const sealed = byteString(1, 400);
