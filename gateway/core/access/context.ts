/** What decisions about access are made with, besides the facts. */

import type { Crypto } from '../../../protocol/crypto.ts';
import type { Tenant } from '../backend.ts';
import type { AccessLimits } from './limits.ts';

/** Keys of TANs, one for each day (UTC) on which TANs end; they lie outside the store (A14). */
export interface TanKeys {
  /** 32 bytes; null when that day is over and its key erased. */
  ofDay(day: number): Uint8Array | null;
}

export interface AccessContext {
  /** UTC milliseconds. */
  readonly nowMs: number;
  readonly crypto: Crypto;
  readonly tenants: readonly Tenant[];
  readonly tanKeys: TanKeys;
  /** Device id of the key that signs leases. */
  readonly issuer: string;
  /** Number of the newest set of issuer keys; null where none was given to this gateway. */
  readonly issuersNumber: number | null;
  readonly limits: AccessLimits;
  /** Unpredictable bytes. */
  random(count: number): Uint8Array;
}
