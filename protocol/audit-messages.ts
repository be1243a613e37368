/** What a gateway says of its audit log to those who keep it for later. */

import { byteString, field, type Infer, integer, record } from './codec.ts';

const UTC_MAX_MS = 7_258_118_400_000;
const hash = byteString(32, 32);

/** The log as it stood: a Merkle tree (RFC 9162 2.1) over the hashes of its entries. Signed with the gateway's key. */
export const Checkpoint = record('checkpoint', {
  number: field(1, integer(1, 0xffffffff), 'from 1, without gaps'),
  size: field(2, integer(1, Number.MAX_SAFE_INTEGER), 'entries in the tree'),
  root: field(3, hash),
  previous: field(4, hash, 'SHA-256 of the signed checkpoint before it; zeros for the first'),
  atMs: field(5, integer(0, UTC_MAX_MS), 'UTC milliseconds'),
});
export type Checkpoint = Infer<typeof Checkpoint>;
