/** Why a message is not believed. A closed list, because every reason is counted. */
export type DropReason =
  // Before anything is looked at.
  | 'oversize'
  | 'bad-topic'
  | 'foreign-topic'
  | 'queue-full'
  | 'unknown-device'
  | 'revoked'
  | 'rate'
  // Framing and signature.
  | 'framing'
  | 'algorithm'
  | 'type'
  | 'signature'
  // Signed, and still not to be taken.
  | 'schema'
  | 'sequence'
  | 'fork'
  | 'stale';

/** Why a connection is not let in, is ended, or does not get what it subscribes to. Counted, and there is no row. */
export type RefusalReason =
  | 'no-credentials'
  | 'client-id'
  | 'bad-proof'
  | 'bad-password'
  | 'certificate'
  | 'subscription'
  // What comes in is not MQTT 3.1.1.
  | 'not-connect'
  | 'bad-length'
  | 'packet-too-large'
  | 'bad-publish'
  | 'protocol';

/** Bytes kept of what was not believed: enough to see what it was, too few to hold a person's data. */
export const QUARANTINE_HEAD_BYTES = 64;

export interface QuarantineRow {
  readonly reason: DropReason;
  /** As the topic or the session names it; nothing vouches for it. */
  readonly device: string;
  readonly topic: string;
  readonly sizeBytes: number;
  readonly head: Uint8Array;
  readonly atMs: number;
}
