/** The store contract in memory: for recordings, fleets in virtual time and tests. Nothing survives the process. */

import { toHex } from '../../protocol/bytes.ts';
import { type BackendEvent, cloudEvent } from '../core/backend.ts';
import { type ConfigurationChange, type ConfigurationRow, changedConfiguration } from '../core/configuration.ts';
import type { QuarantineRow } from '../core/drop-reason.ts';
import type { DeviceRecord, Enrolment, Manufacturer } from '../core/enrolment.ts';
import type { BootRow } from '../core/received.ts';
import {
  bootId,
  type Facts,
  frameId,
  type Needs,
  type OutboxRow,
  QUARANTINE_ROWS_MAX,
  type StateRow,
  type Store,
  type StoredFrame,
  type StoreStats,
  type Writes,
} from '../core/store.ts';
import type { TripRow, TripState } from '../core/trips.ts';

/** Its rows stand open to the privacy store beside it, which takes out what a person may have erased. */
export class MemoryStore implements Store {
  readonly byId = new Map<string, DeviceRecord>();
  private readonly pinned = new Map<string, Manufacturer>();
  readonly hashes = new Map<string, Uint8Array>();
  readonly byTrip = new Map<string, StoredFrame[]>();
  readonly boots = new Map<string, BootRow>();
  readonly trips = new Map<string, TripRow>();
  readonly states = new Map<string, StateRow>();
  readonly configured = new Map<string, ConfigurationRow>();
  private readonly counts = new Map<string, number>();
  private readonly sequences = new Map<string, number>();
  quarantined: QuarantineRow[] = [];
  waiting: OutboxRow[] = [];
  lastOutboxId = 0;

  async devices(ids: readonly string[]): Promise<ReadonlyMap<string, DeviceRecord>> {
    return pick(this.byId, ids);
  }

  async facts(needs: Needs): Promise<Facts> {
    return {
      hashes: pick(this.hashes, needs.frames.map(frameId)),
      boots: pick(
        this.boots,
        needs.boots.map(({ device, boot }) => bootId(device, boot)),
      ),
      trips: pick(this.trips, needs.trips),
      states: pick(this.states, needs.states),
      configurations: pick(this.configured, needs.states),
    };
  }

  async commit(writes: Writes): Promise<boolean> {
    const fresh =
      writes.boots.every((row) => isFresh(this.boots.get(bootId(row.device, row.boot)), row)) &&
      writes.trips.every((row) => isFresh(this.trips.get(row.key), row)) &&
      writes.states.every((row) => isFresh(this.states.get(row.device), row));
    if (!fresh) return false;
    for (const frame of writes.frames) this.keepFrame(frame);
    for (const row of writes.boots) this.boots.set(bootId(row.device, row.boot), next(row));
    for (const row of writes.trips) this.trips.set(row.key, next(row));
    for (const row of writes.states) this.states.set(row.device, next(row));
    for (const [counter, growth] of writes.counts) this.count(counter, growth);
    for (const event of writes.events) this.enqueue(event);
    this.quarantined.push(...writes.quarantine);
    const surplus = this.quarantined.length - QUARANTINE_ROWS_MAX;
    if (surplus > 0) {
      this.quarantined = this.quarantined.slice(surplus);
      this.count('quarantine-rows-dropped', surplus);
    }
    return true;
  }

  async framesOfTrip(trip: string): Promise<readonly StoredFrame[]> {
    return this.byTrip.get(trip) ?? [];
  }

  async tripsIn(state: TripState, receivedUntilMs: number, limit: number): Promise<readonly TripRow[]> {
    const found: TripRow[] = [];
    for (const row of this.trips.values()) {
      if (row.state === state && row.receivedMs <= receivedUntilMs) found.push(row);
    }
    return found.sort((a, b) => a.receivedMs - b.receivedMs).slice(0, limit);
  }

  async outbox(limit: number): Promise<readonly OutboxRow[]> {
    return this.waiting.slice(0, limit);
  }

  async published(ids: readonly number[]): Promise<void> {
    const done = new Set(ids);
    this.waiting = this.waiting.filter(({ id }) => !done.has(id));
  }

  async quarantine(limit: number): Promise<readonly QuarantineRow[]> {
    return this.quarantined.slice(-limit).reverse();
  }

  async manufacturers(): Promise<readonly Manufacturer[]> {
    return [...this.pinned.values()];
  }

  async pin(publicKey: Uint8Array): Promise<void> {
    const name = toHex(publicKey);
    if (!this.pinned.has(name)) this.pinned.set(name, { publicKey, lastNumber: -1 });
  }

  async enrol({ manufacturer, number, devices }: Enrolment): Promise<number> {
    let added = 0;
    for (const record of devices) {
      if (this.byId.has(record.device)) continue;
      this.byId.set(record.device, record);
      added++;
    }
    this.pinned.set(toHex(manufacturer), { publicKey: manufacturer, lastNumber: number });
    return added;
  }

  async revoke(device: string): Promise<boolean> {
    const record = this.byId.get(device);
    if (record === undefined) return false;
    this.byId.set(device, { ...record, revoked: true });
    return true;
  }

  async configure(device: string, change: ConfigurationChange, nowMs: number): Promise<ConfigurationRow | null> {
    if (!this.byId.has(device)) return null;
    const wanted = changedConfiguration(this.configured.get(device), change, nowMs);
    const row = { ...wanted, device, revision: 1 + Math.max(0, ...[...this.configured.values()].map(revisionOf)) };
    this.configured.set(device, row);
    return row;
  }

  async configurations(afterRevision: number, limit: number): Promise<readonly ConfigurationRow[]> {
    const rows = [...this.configured.values()].filter(({ revision }) => revision > afterRevision);
    return rows.sort((a, b) => a.revision - b.revision).slice(0, limit);
  }

  async stats(): Promise<StoreStats> {
    const trips: Record<TripState, number> = { announced: 0, open: 0, ended: 0, closed: 0, scored: 0 };
    for (const { state } of this.trips.values()) trips[state]++;
    return {
      counts: new Map(this.counts),
      trips,
      outbox: this.waiting.length,
      quarantineRows: this.quarantined.length,
      devices: this.byId.size,
    };
  }

  async close(): Promise<void> {}

  private keepFrame(frame: StoredFrame): void {
    const id = frameId(frame);
    if (this.hashes.has(id)) return;
    this.hashes.set(id, frame.hash);
    if (frame.trip === null) return;
    const frames = this.byTrip.get(frame.trip);
    if (frames === undefined) this.byTrip.set(frame.trip, [frame]);
    else frames.push(frame);
  }

  private enqueue(event: BackendEvent): void {
    const sequence = (this.sequences.get(event.tenant) ?? 0) + 1;
    this.sequences.set(event.tenant, sequence);
    this.waiting.push({ id: ++this.lastOutboxId, topic: event.topic, json: cloudEvent(event, sequence) });
  }

  private count(counter: string, growth: number): void {
    this.counts.set(counter, (this.counts.get(counter) ?? 0) + growth);
  }
}

interface Versioned {
  readonly version: number;
}

function isFresh(stored: Versioned | undefined, { version }: Versioned): boolean {
  return (stored?.version ?? 0) === version;
}

function next<T extends Versioned>(row: T): T {
  return { ...row, version: row.version + 1 };
}

function revisionOf({ revision }: ConfigurationRow): number {
  return revision;
}

function pick<T>(from: ReadonlyMap<string, T>, keys: readonly string[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const key of keys) {
    const value = from.get(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}
