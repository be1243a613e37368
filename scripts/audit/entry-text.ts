/** Entries of the audit log in words. */

import type { StoredEntry } from '../../gateway/core/audit/audit-store.ts';
import { type AuditPayload, decodePayload } from '../../gateway/core/audit/payload.ts';
import { contradictionIn } from '../../gateway/core/audit/signed-inside.ts';
import { isoUtc } from '../../gateway/core/iso-utc.ts';
import { BoxReport, BoxResult, Request } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import { decodeCbor } from '../../protocol/cbor.ts';
import type { Codec } from '../../protocol/codec.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage } from '../../protocol/envelope.ts';

type Shown = Readonly<Record<string, unknown>>;

/** `erased` and `blocked` payloads (B12, B37) are not shown; `legal` shows blocked ones. */
export function payloadOf({ secret }: StoredEntry, legal = false): AuditPayload | 'erased' | 'blocked' | 'unreadable' {
  if (secret === null) return 'erased';
  if (secret.blocked && !legal) return 'blocked';
  const payload = decodePayload(secret.payload);
  return payload.ok ? payload.value : 'unreadable';
}

/** A line of a table: what it is, who, and how it went. */
export function entryLine(entry: StoredEntry): string {
  const payload = payloadOf(entry);
  const [kind, who, went] = typeof payload === 'string' ? [`(${payload})`, '', ''] : wordsOf(payload);
  return `${String(entry.seq).padStart(6)}  ${isoUtc(entry.atMs)}  ${kind.padEnd(10)}  ${who.padEnd(26)}  ${went}`.trimEnd();
}

function wordsOf(payload: AuditPayload): readonly [kind: string, who: string, went: string] {
  switch (payload.kind) {
    case 'attempt':
      return ['attempt', payload.who, `${payload.what ?? 'unreadable'}: ${because(payload.verdict, payload.reason)}`];
    case 'outcome':
      return ['outcome', payload.who ?? '', `${payload.what ?? ''}: ${because(payload.outcome, payload.reason)}`];
    case 'report':
      return ['report', '', payload.what];
    case 'act':
      return ['act', payload.who, payload.what];
    case 'lapse':
      return ['lapse', '', `payloads ${payload.how} ${reach(payload.throughSeq)}: ${payload.why}`];
  }
}

function because(verdict: string, reason: string | undefined): string {
  return reason === undefined ? verdict : `${verdict} (${reason})`;
}

function reach(throughSeq: number | undefined): string {
  return throughSeq === undefined ? 'before this entry' : `up to ${throughSeq}`;
}

/** One entry as a document, bytes as hexadecimal digits. */
export function entryDocument(entry: StoredEntry, crypto: Crypto, legal = false): Shown {
  const { chain, seq, atMs, log, position, hash, previous, commitment } = entry;
  const payload = payloadOf(entry, legal);
  const place = { chain, seq, at: isoUtc(atMs), log, position, hash, previous, commitment };
  if (typeof payload === 'string') return readable({ ...place, payload });
  return readable({
    ...place,
    payload,
    signed: signedIn(payload),
    contradiction: contradictionIn(payload, chain, crypto),
  });
}

/** What the phone or the box said in the bytes that it signed. */
function signedIn(payload: AuditPayload): Shown | null {
  if (payload.kind === 'attempt' && payload.request !== undefined) return inside(Request, payload.request);
  if (payload.kind === 'outcome' && payload.result !== undefined) return inside(BoxResult, payload.result);
  if (payload.kind === 'report') return inside(BoxReport, payload.report);
  return null;
}

function inside<T extends object>(codec: Codec<T>, signed: Uint8Array): Shown | null {
  const item = decodeCbor(signed);
  const bytes = item.ok && Array.isArray(item.value) ? item.value[2] : undefined;
  const message = bytes instanceof Uint8Array ? decodeMessage(codec, bytes) : undefined;
  // A TAN in a request is used up, but need not be read by whoever reads the log.
  return message?.ok ? { ...message.value, ...('tan' in message.value ? { tan: '********' } : {}) } : null;
}

function readable(value: object): Shown {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, readableItem(item)]));
}

function readableItem(item: unknown): unknown {
  if (item instanceof Uint8Array) return toHex(item);
  if (Array.isArray(item)) return item.map(readableItem);
  return typeof item === 'object' && item !== null ? readable(item) : item;
}

/** The same for people. */
export function documentLines(document: Shown, indent = ''): string[] {
  return Object.entries(document).flatMap(([name, value]) => {
    if (typeof value !== 'object' || value === null)
      return [`${indent}${name.padEnd(14 - indent.length)} ${String(value ?? '-')}`];
    return [`${indent}${name}`, ...documentLines(value as Shown, `${indent}  `)];
  });
}
