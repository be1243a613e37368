/** The privacy store over the stores in memory, whose rows it reaches into: they offer no way to take one out. */

import type { AccessDocument } from '../core/access/access-store.ts';
import type { QuarantineRow } from '../core/drop-reason.ts';
import { dueOf, isStopped, NEW_RECORD, type PrivacyRecord } from '../core/privacy/privacy-record.ts';
import type { Holdings, Marks, PrivacyStore, Removed } from '../core/privacy/privacy-store.ts';
import { type StatisticsRow, statisticsKey } from '../core/privacy/statistics.ts';
import type { OutboxRow, StoredFrame } from '../core/store.ts';
import type { MemoryAccessStore } from './memory-access-store.ts';
import type { MemoryStore } from './memory-store.ts';

interface Kept {
  readonly record: PrivacyRecord;
  readonly version: number;
}

export class MemoryPrivacyStore implements PrivacyStore {
  private readonly store: MemoryStore;
  private readonly access: MemoryAccessStore;
  private readonly records = new Map<string, Kept>();
  private readonly held = new Map<string, OutboxRow[]>();
  private readonly remaining = new Map<string, StatisticsRow>();

  constructor(store: MemoryStore, access: MemoryAccessStore) {
    this.store = store;
    this.access = access;
  }

  async load(subject: string): Promise<Kept> {
    return this.records.get(subject) ?? { record: NEW_RECORD, version: 0 };
  }

  async save(subject: string, record: PrivacyRecord, version: number): Promise<boolean> {
    if ((this.records.get(subject)?.version ?? 0) !== version) return false;
    this.records.set(subject, { record, version: version + 1 });
    return true;
  }

  async due(nowMs: number, limit: number): Promise<readonly string[]> {
    const found: { subject: string; atMs: number }[] = [];
    for (const [subject, { record }] of this.records) {
      const due = dueOf(record);
      if (due !== null && due.atMs <= nowMs) found.push({ subject, atMs: due.atMs });
    }
    found.sort((a, b) => a.atMs - b.atMs || (a.subject < b.subject ? -1 : 1));
    return found.slice(0, limit).map(({ subject }) => subject);
  }

  async stopped(): Promise<ReadonlySet<string>> {
    return new Set([...this.records].filter(([, { record }]) => isStopped(record)).map(([subject]) => subject));
  }

  async holdings({ subject, pseudonyms }: Marks): Promise<Holdings> {
    const { store } = this;
    return {
      trips: [...store.trips.values()].filter(({ device }) => device === subject),
      boots: [...store.boots.values()].filter(({ device }) => device === subject),
      state: store.states.get(subject) ?? null,
      configuration: store.configured.get(subject) ?? null,
      outbox: store.waiting.filter((row) => isAbout(row, pseudonyms)),
      quarantine: store.quarantined.filter((row) => isFrom(row, subject)),
    };
  }

  async frames(device: string): Promise<readonly StoredFrame[]> {
    return [...this.store.byTrip.values()].flat().filter((frame) => frame.device === device);
  }

  async documents(): Promise<readonly AccessDocument[]> {
    return [...this.access.documents.values()].map(({ key, version, json }) => ({ key, version, json }));
  }

  async remove({ subject, pseudonyms }: Marks, remains: readonly StatisticsRow[]): Promise<Removed> {
    const { store } = this;
    const events = this.takeEvents(pseudonyms).length + (this.held.get(subject)?.length ?? 0);
    const frames = dropWhere(store.hashes, (key) => key.startsWith(`${subject}/`));
    dropWhere(store.byTrip, (key) => key.startsWith(`${subject}/`));
    const trips = dropWhere(store.trips, (key) => key.startsWith(`${subject}/`));
    const boots = dropWhere(store.boots, (key) => key.startsWith(`${subject}/`));
    const suspects = store.quarantined;
    store.quarantined = suspects.filter((row) => !isFrom(row, subject));
    const quarantine = suspects.length - store.quarantined.length;
    store.states.delete(subject);
    store.configured.delete(subject);
    const enrolment = store.byId.delete(subject) ? 1 : 0;
    this.records.delete(subject);
    this.held.delete(subject);
    for (const row of remains) this.addStatistics(row);
    return { enrolment, frames, trips, boots, events, quarantine };
  }

  async hold({ subject, pseudonyms }: Marks): Promise<number> {
    const events = this.takeEvents(pseudonyms);
    this.held.set(subject, [...(this.held.get(subject) ?? []), ...events]);
    return events.length;
  }

  async release(subject: string): Promise<number> {
    const events = this.held.get(subject) ?? [];
    this.held.delete(subject);
    for (const { topic, json } of events) {
      this.store.waiting.push({ id: ++this.store.lastOutboxId, topic, json });
    }
    return events.length;
  }

  async statistics(): Promise<readonly StatisticsRow[]> {
    return [...this.remaining].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  async forgetQuarantine(beforeMs: number): Promise<number> {
    const rows = this.store.quarantined;
    this.store.quarantined = rows.filter(({ atMs }) => atMs >= beforeMs);
    return rows.length - this.store.quarantined.length;
  }

  async scour(): Promise<boolean> {
    return true;
  }

  async needsScour(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {}

  private takeEvents(pseudonyms: readonly string[]): OutboxRow[] {
    const taken = this.store.waiting.filter((row) => isAbout(row, pseudonyms));
    this.store.waiting = this.store.waiting.filter((row) => !isAbout(row, pseudonyms));
    return taken;
  }

  private addStatistics(row: StatisticsRow): void {
    const key = statisticsKey(row);
    const trips = (this.remaining.get(key)?.trips ?? 0) + row.trips;
    this.remaining.set(key, { ...row, trips });
  }
}

function isAbout({ json }: OutboxRow, pseudonyms: readonly string[]): boolean {
  return pseudonyms.some((name) => json.includes(name));
}

function isFrom({ device, topic, head }: QuarantineRow, subject: string): boolean {
  return device === subject || topic.includes(subject) || Buffer.from(head).includes(subject);
}

function dropWhere(map: Map<string, unknown>, isGone: (key: string) => boolean): number {
  let dropped = 0;
  for (const key of map.keys()) if (isGone(key) && map.delete(key)) dropped++;
  return dropped;
}
