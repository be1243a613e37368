/** The store contract in memory: for recordings, fleets in virtual time and tests. Nothing survives the process. */

import { toHex } from '../../protocol/bytes.ts';
import { type BackendEvent, cloudEvent } from '../core/backend.ts';
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

export class MemoryStore implements Store {
  private readonly byId = new Map<string, DeviceRecord>();
  private readonly pinned = new Map<string, Manufacturer>();
  private readonly hashes = new Map<string, Uint8Array>();
  private readonly byTrip = new Map<string, StoredFrame[]>();
  private readonly boots = new Map<string, BootRow>();
  private readonly trips = new Map<string, TripRow>();
  private readonly states = new Map<string, StateRow>();
  private readonly counts = new Map<string, number>();
  private readonly sequences = new Map<string, number>();
  private quarantined: QuarantineRow[] = [];
  private waiting: OutboxRow[] = [];
  private lastOutboxId = 0;

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
    };
  }

  async commit(writes: Writes): Promise<void> {
    for (const frame of writes.frames) this.keepFrame(frame);
    for (const row of writes.boots) this.boots.set(bootId(row.device, row.boot), row);
    for (const row of writes.trips) this.trips.set(row.key, row);
    for (const row of writes.states) this.states.set(row.device, row);
    for (const [counter, growth] of writes.counts) this.count(counter, growth);
    for (const event of writes.events) this.enqueue(event);
    this.quarantined.push(...writes.quarantine);
    const surplus = this.quarantined.length - QUARANTINE_ROWS_MAX;
    if (surplus > 0) {
      this.quarantined = this.quarantined.slice(surplus);
      this.count('quarantine-rows-dropped', surplus);
    }
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

function pick<T>(from: ReadonlyMap<string, T>, keys: readonly string[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const key of keys) {
    const value = from.get(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}
