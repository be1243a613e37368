/**
 * What an entry of the audit log says (A16, A17): who, which key, what, when (the entry's own `atMs`), box, verdict,
 * reason, and what was signed. Signed bytes lie in it as they came, with the key that verifies them: a party is named
 * by the hash of its key, so an entry can be checked with nothing else.
 */

import { ID_BYTES } from '../../../protocol/access-fields.ts';
import { ACTIONS, HAPPENINGS, OUTCOMES, REFUSALS, REQUEST_KINDS, VERDICTS } from '../../../protocol/access-messages.ts';
import { decodeCbor } from '../../../protocol/cbor.ts';
import type { CborLimits } from '../../../protocol/cbor-scan.ts';
import {
  asciiText,
  byteString,
  type Codec,
  choice,
  field,
  type Infer,
  integer,
  optional,
  record,
} from '../../../protocol/codec.ts';
import { decodeMessage, encodeMessage } from '../../../protocol/envelope.ts';
import { type Result, refuse } from '../../../protocol/result.ts';
import { type AuditDraft, HASH_BYTES, LAPSES, type LapseKind } from './entry.ts';

const id = byteString(ID_BYTES, ID_BYTES);
const key = byteString(32, 32);
const party = asciiText(26);
/** COSE_Sign1 as it came. */
const signed = byteString(1, 4096);

/** A request of a known party, and what the gateway made of it. `pending`: it may get a lease. */
export const AuditAttempt = record('audit-attempt', {
  kind: field(1, choice({ attempt: 1 })),
  who: field(2, party, 'device id of the phone'),
  key: field(3, key, 'public key of the phone'),
  box: field(4, asciiText(64), 'as the request names it'),
  verdict: field(5, choice(VERDICTS)),
  reason: optional(6, choice(REFUSALS)),
  /** The next two are absent when the request could not be read. */
  what: optional(7, choice(REQUEST_KINDS)),
  cti: optional(8, id),
  lease: optional(9, id, 'that was issued for it'),
  delivery: optional(10, id),
  request: optional(11, signed, 'as the phone signed it; absent when its signature is not good'),
  digest: optional(12, byteString(HASH_BYTES, HASH_BYTES), 'SHA-256 of what came, where the bytes are not kept'),
});
export type AuditAttempt = Infer<typeof AuditAttempt>;

/** How a request or a use of a key ended. */
export const AuditOutcome = record('audit-outcome', {
  kind: field(1, choice({ outcome: 2 })),
  box: field(2, party),
  outcome: field(3, choice(OUTCOMES)),
  reason: optional(4, choice(REFUSALS)),
  what: optional(5, choice(ACTIONS)),
  cti: optional(6, id, 'of the request; absent for a use of a key'),
  lease: optional(7, id),
  delivery: optional(8, id),
  who: optional(9, party, 'who asked'),
  /** The next two come together; absent where the gateway alone knows how it ended. */
  key: optional(10, key, 'public key of the box'),
  result: optional(11, signed, 'as the box signed it'),
  /** Of a redemption, whose attempt may not hold it while its TAN is alive (A14); they come together as well. */
  request: optional(12, signed, 'as the phone signed it'),
  phone: optional(13, key, 'public key of the phone'),
});
export type AuditOutcome = Infer<typeof AuditOutcome>;

/** Something that the box reported, for instance that an opening is secured (A18). */
export const AuditReport = record('audit-report', {
  kind: field(1, choice({ report: 3 })),
  box: field(2, party),
  what: field(3, choice(HAPPENINGS)),
  key: field(4, key, 'public key of the box'),
  report: field(5, signed, 'as the box signed it'),
  opening: optional(6, id),
  delivery: optional(7, id),
});
export type AuditReport = Infer<typeof AuditReport>;

/** Something that a person at the gateway did, or its clock: `unconfirmed` freeing of a courier, a TAN issued anew. */
export const AuditAct = record('audit-act', {
  kind: field(1, choice({ act: 4 })),
  who: field(2, asciiText(64), 'party, or who it was at the gateway'),
  what: field(3, asciiText(64)),
  box: optional(4, party),
  cti: optional(5, id),
  delivery: optional(6, id),
});
export type AuditAct = Infer<typeof AuditAct>;

/** Why payloads before it are blocked or gone. */
export const AuditLapse = record('audit-lapse', {
  kind: field(1, choice({ lapse: 5 })),
  how: field(2, choice(LAPSES)),
  throughSeq: optional(3, integer(0, Number.MAX_SAFE_INTEGER), 'absent: all entries before this one'),
  why: field(4, asciiText(64)),
});
export type AuditLapse = Infer<typeof AuditLapse>;

export type AuditPayload = AuditAttempt | AuditOutcome | AuditReport | AuditAct | AuditLapse;

/** In the order of their kinds. */
const RECORDS: readonly Codec<AuditPayload>[] = [AuditAttempt, AuditOutcome, AuditReport, AuditAct, AuditLapse];

const KIND_KEY = 1;
const PAYLOAD_LIMITS: CborLimits = { maxBytes: 8192, maxDepth: 2, maxItems: 64 };

export function decodePayload(bytes: Uint8Array): Result<AuditPayload, 'payload'> {
  const item = decodeCbor(bytes, PAYLOAD_LIMITS);
  const kind = item.ok && item.value instanceof Map ? item.value.get(KIND_KEY) : undefined;
  const codec = typeof kind === 'number' ? RECORDS[kind - 1] : undefined;
  if (codec === undefined) return refuse('payload');
  const decoded = decodeMessage(codec, bytes, PAYLOAD_LIMITS);
  return decoded.ok ? decoded : refuse('payload');
}

/** The draft of an entry that blocks or erases what its chain holds. */
export function lapseDraft(
  { chain, atMs, salt }: Pick<AuditDraft, 'chain' | 'atMs' | 'salt'>,
  { how, why, throughSeq }: { readonly how: LapseKind; readonly why: string; readonly throughSeq?: number },
): AuditDraft {
  const payload = encodeMessage(AuditLapse, { kind: 'lapse', how, why, throughSeq });
  return { chain, atMs, salt, payload, lapse: { how, throughSeq: throughSeq ?? null } };
}
