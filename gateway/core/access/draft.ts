/**
 * A decision in the making: the records that were loaded, as far as they are changed by now, and everything that
 * the commit will hold or that leaves after it. Messages that share a commit share a draft, so that each sees what
 * those before it have done. Nothing here has an effect; a draft that loses its commit is thrown away.
 */

import { ID_BYTES } from '../../../protocol/access-fields.ts';
import { LEASES_MAX } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import type { Codec } from '../../../protocol/codec.ts';
import { encodeMessage } from '../../../protocol/envelope.ts';
import { type AuditDraft, SALT_BYTES } from '../audit/entry.ts';
import { type BackendEvent, eventsOf, type Happening } from '../backend.ts';
import type { AccessDocument, AccessWrites, DocumentWrite } from './access-store.ts';
import { BINDING } from './binding-record.ts';
import { BOX } from './box-record.ts';
import type { AccessContext } from './context.ts';
import { bytesOf } from './hex.ts';
import type { BoxOut, BoxWord, ReplyOut } from './outgoing.ts';
import { keyOf, type RecordKind, readRecord } from './record-kind.ts';

interface Slot {
  readonly version: number;
  readonly json: string | undefined;
  /** Absent until somebody reads it. */
  value?: unknown;
  write?: { readonly json: string | null; readonly dueMs: number | null };
}

export class Draft {
  readonly context: AccessContext;
  readonly replies: ReplyOut[] = [];
  private readonly slots = new Map<string, Slot>();
  private readonly audit: AuditDraft[] = [];
  private readonly events: BackendEvent[] = [];
  private readonly counts = new Map<string, number>();
  private readonly words: BoxOut[] = [];
  private readonly settled = new Map<string, Set<string>>();

  constructor(context: AccessContext) {
    this.context = context;
  }

  /** Facts. What is held already stays as it is. */
  add(documents: Iterable<AccessDocument>): void {
    for (const { key, version, json } of documents) {
      if (!this.slots.has(key)) this.slots.set(key, { version, json });
    }
  }

  holds(key: string): boolean {
    return this.slots.has(key);
  }

  get<T>(kind: RecordKind<T>, id: string): T | undefined {
    const key = keyOf(kind, id);
    const slot = this.slotOf(key);
    if (slot.value === undefined && slot.write === undefined && slot.json !== undefined) {
      slot.value = readRecord(kind, key, slot.json);
    }
    return slot.value as T | undefined;
  }

  put<T>(kind: RecordKind<T>, id: string, value: T): void {
    const slot = this.slotOf(keyOf(kind, id));
    slot.value = value;
    slot.write = { json: JSON.stringify(value), dueMs: kind.dueMs(value, this.context.limits) };
  }

  /** A record under a new random id, which needs no loading: there is none. */
  putNew<T>(kind: RecordKind<T>, value: T): string {
    const id = toHex(this.context.random(ID_BYTES));
    this.slots.set(keyOf(kind, id), { version: 0, json: undefined });
    this.put(kind, id, value);
    return id;
  }

  remove<T>(kind: RecordKind<T>, id: string): void {
    const slot = this.slotOf(keyOf(kind, id));
    slot.value = undefined;
    slot.write = { json: null, dueMs: null };
  }

  record<T>(chain: string, codec: Codec<T>, entry: T): void {
    this.draft({ chain, atMs: this.context.nowMs, payload: encodeMessage(codec, entry), salt: this.salt() });
  }

  draft(entry: AuditDraft): void {
    this.audit.push(entry);
  }

  salt(): Uint8Array {
    return this.context.random(SALT_BYTES);
  }

  happened(happening: Omit<Happening, 'atMs' | 'trip'>): void {
    const { tenants, crypto, nowMs } = this.context;
    this.events.push(...eventsOf({ ...happening, trip: null, atMs: nowMs }, tenants, crypto));
  }

  count(counter: string): void {
    this.counts.set(counter, (this.counts.get(counter) ?? 0) + 1);
  }

  reply(out: ReplyOut): void {
    this.replies.push(out);
  }

  /** To the box, and to the phone that carried its last word (or `also`). */
  tell(box: string, word: BoxWord, also: string | null = null): void {
    const carrier = this.get(BOX, box)?.via ?? null;
    const via = [...new Set([carrier, also].filter((phone) => phone !== null))];
    this.words.push({ box, via: via.filter((phone) => this.mayCarry(phone, box, word)), word });
  }

  /** A result or report that is durable with this commit. */
  settle(box: string, id: string): void {
    const ids = this.settled.get(box);
    if (ids === undefined) this.settled.set(box, new Set([id]));
    else ids.add(id);
  }

  /** Everything for boxes, leases first: they are waited for. */
  boxWords(): readonly BoxOut[] {
    for (const [box, ids] of this.settled) {
      const all = [...ids];
      for (let at = 0; at < all.length; at += LEASES_MAX) {
        const some = all.slice(at, at + LEASES_MAX).map(bytesOf);
        this.tell(box, { channel: 'settled', value: { ids: some } });
      }
    }
    this.settled.clear();
    const leases = this.words.filter(({ word }) => word.channel === 'lease');
    return [...leases, ...this.words.filter(({ word }) => word.channel !== 'lease')];
  }

  writes(): AccessWrites {
    const documents: DocumentWrite[] = [];
    for (const [key, { version, write }] of this.slots) {
      if (write === undefined || (write.json === null && version === 0)) continue;
      documents.push({ key, expected: version, ...write });
    }
    return { documents, audit: this.audit, events: this.events, counts: this.counts };
  }

  /** Who opens what is nobody's business but the owner's and of whoever asked. */
  private mayCarry(phone: string, box: string, word: BoxWord): boolean {
    return word.channel !== 'lease' || phone === word.value.holder || phone === this.get(BINDING, box)?.owner;
  }

  private slotOf(key: string): Slot {
    const slot = this.slots.get(key);
    // A decision that reads what nobody loaded would take a record for absent.
    if (slot === undefined) throw new Error(`${key} is not among the facts`);
    return slot;
  }
}
