/** The store contract on SQLite with `synchronous=FULL`: what `commit` has resolved survives a power cut. */

import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { type ConfigurationChange, type ConfigurationRow, changedConfiguration } from '../core/configuration.ts';
import type { DropReason, QuarantineRow } from '../core/drop-reason.ts';
import type { DeviceRecord, Enrolment, Manufacturer } from '../core/enrolment.ts';
import type { Ranges } from '../core/ranges.ts';
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
import { onOpening } from './sqlite-error.ts';
import { closeDatabase, openDatabase, type SqliteOptions, snapshot, transact } from './sqlite-file.ts';
import { enqueue, prepareStatements, type Statements } from './sqlite-statements.ts';

const BOOTS_REMEMBERED = 10_000;

interface Found {
  readonly hashes: Map<string, Uint8Array>;
  readonly boots: Map<string, BootRow>;
  readonly trips: Map<string, TripRow>;
  readonly states: Map<string, StateRow>;
  readonly configurations: Map<string, ConfigurationRow>;
}

export class SqliteStore implements Store {
  private readonly db: DatabaseSyncInstance;
  private readonly sql: Statements;
  // Ids never change, so they are looked up once. A transaction that fails empties the caches.
  private readonly deviceIds = new Map<string, number>();
  private readonly bootIds = new Map<string, number>();

  /** Throws a StoreError when the file cannot be opened or written, or holds no store. */
  constructor(file: string, options: SqliteOptions = {}) {
    this.db = onOpening(file, () => openDatabase(file, options));
    this.sql = onOpening(file, () => prepareStatements(this.db));
  }

  async devices(ids: readonly string[]): Promise<ReadonlyMap<string, DeviceRecord>> {
    const found = new Map<string, DeviceRecord>();
    for (const id of ids) {
      const row = this.sql.device.get(id);
      if (row === undefined) continue;
      this.deviceIds.set(id, row.id);
      const { public_key: publicKey, kind, serial } = row;
      found.set(id, { device: id, publicKey, kind, serial, revoked: row.revoked === 1 });
    }
    return found;
  }

  async facts(needs: Needs): Promise<Facts> {
    // A device that boots for ever must not fill the memory of its gateway. Between two batches nobody needs them.
    if (this.bootIds.size > BOOTS_REMEMBERED) this.bootIds.clear();
    const found: Found = {
      hashes: new Map(),
      boots: new Map(),
      trips: new Map(),
      states: new Map(),
      configurations: new Map(),
    };
    // One snapshot, because another gateway may commit between two reads.
    snapshot(this.db, () => this.find(needs, found));
    return found;
  }

  async commit(writes: Writes): Promise<boolean> {
    return this.transaction(() => {
      const trips = new Map<string, number>();
      for (const row of writes.trips) {
        const saved = this.sql.saveTrip.get(row.key, row.state, row.receivedMs, JSON.stringify(row), row.version);
        if (saved === undefined) return false;
        trips.set(row.key, saved.id);
      }
      if (!writes.boots.every((row) => this.saveBoot(row))) return false;
      if (!writes.states.every((row) => this.saveState(row))) return false;
      for (const frame of writes.frames) this.saveFrame(frame, trips);
      for (const row of writes.quarantine) this.saveQuarantine(row);
      if (writes.quarantine.length > 0) this.boundQuarantine();
      for (const [counter, growth] of writes.counts) this.sql.count.run(counter, growth);
      enqueue(this.sql, writes.events);
      return true;
    });
  }

  async framesOfTrip(trip: string): Promise<readonly StoredFrame[]> {
    return this.sql.framesOfTrip.all(trip).map((row) => ({
      device: row.device,
      boot: toHex(row.boot),
      seq: row.seq,
      hash: row.hash,
      trip,
      receivedMs: row.received_ms,
      bytes: row.bytes,
    }));
  }

  async tripsIn(state: TripState, receivedUntilMs: number, limit: number): Promise<readonly TripRow[]> {
    return this.sql.tripsIn.all(state, receivedUntilMs, limit).map(tripOf);
  }

  async outbox(limit: number): Promise<readonly OutboxRow[]> {
    return this.sql.outbox.all(limit);
  }

  async published(ids: readonly number[]): Promise<void> {
    this.transaction(() => {
      for (const id of ids) this.sql.published.run(id);
      return true;
    });
  }

  async quarantine(limit: number): Promise<readonly QuarantineRow[]> {
    return this.sql.quarantine.all(limit).map((row) => ({
      reason: row.reason as DropReason,
      device: row.device,
      topic: row.topic,
      sizeBytes: row.size_bytes,
      head: row.head,
      atMs: row.at_ms,
    }));
  }

  async manufacturers(): Promise<readonly Manufacturer[]> {
    return this.sql.manufacturers.all().map((row) => ({ publicKey: row.public_key, lastNumber: row.last_number }));
  }

  async pin(publicKey: Uint8Array): Promise<void> {
    this.sql.pin.run(publicKey);
  }

  async enrol({ manufacturer, number, devices }: Enrolment): Promise<number> {
    let added = 0;
    this.transaction(() => {
      for (const { device, publicKey, kind, serial } of devices) {
        added += Number(this.sql.enrol.run(device, publicKey, kind, serial).changes);
      }
      this.sql.setManufacturer.run(manufacturer, number);
      return true;
    });
    return added;
  }

  async revoke(device: string): Promise<boolean> {
    return this.sql.revoke.run(device).changes === 1;
  }

  async configure(device: string, change: ConfigurationChange, nowMs: number): Promise<ConfigurationRow | null> {
    let row: ConfigurationRow | null = null;
    this.transaction(() => {
      const id = this.sql.device.get(device)?.id;
      if (id === undefined) return false;
      const { number, vehicle, blocker } = changedConfiguration(this.configuration(device, id), change, nowMs);
      const revision = this.sql.saveConfiguration.get(id, number, vehicle, blocker ? 1 : 0)?.revision ?? 0;
      row = { device, number, vehicle, blocker, revision };
      return true;
    });
    return row;
  }

  async configurations(afterRevision: number, limit: number): Promise<readonly ConfigurationRow[]> {
    const rows = this.sql.configurationsAfter.all(afterRevision, limit);
    return rows.map((row) => ({ ...row, blocker: row.blocker === 1 }));
  }

  async stats(): Promise<StoreStats> {
    const trips: Record<TripState, number> = { announced: 0, open: 0, ended: 0, closed: 0, scored: 0 };
    for (const { state, n } of this.sql.tripCounts.all()) trips[state as TripState] = n;
    return {
      counts: new Map(this.sql.counters.all().map(({ name, value }) => [name, value])),
      trips,
      outbox: this.sql.outboxSize.get()?.n ?? 0,
      quarantineRows: this.sql.quarantineSize.get()?.n ?? 0,
      devices: this.sql.deviceCount.get()?.n ?? 0,
    };
  }

  async close(): Promise<void> {
    closeDatabase(this.db);
  }

  private transaction(work: () => boolean): boolean {
    let kept = false;
    try {
      kept = transact(this.db, work);
    } finally {
      if (!kept) {
        this.deviceIds.clear();
        this.bootIds.clear();
      }
    }
    return kept;
  }

  private configuration(device: string, id: number): ConfigurationRow | undefined {
    const row = this.sql.configuration.get(id);
    return row && { ...row, device, blocker: row.blocker === 1 };
  }

  private find(needs: Needs, { hashes, boots, trips, states, configurations }: Found): void {
    for (const { device, boot } of needs.boots) {
      const row = this.sql.boot.get(this.deviceId(device), fromHex(boot));
      if (row === undefined) continue;
      this.bootIds.set(bootId(device, boot), row.id);
      const [received, givenUp, refused] = [row.received, row.given_up, row.refused].map(parseRanges);
      boots.set(bootId(device, boot), { device, boot, received, givenUp, refused, version: row.version });
    }
    for (const key of needs.frames) {
      const boot = this.bootIds.get(bootId(key.device, key.boot));
      const row = boot === undefined ? undefined : this.sql.frameHash.get(boot, key.seq);
      if (row !== undefined) hashes.set(frameId(key), row.hash);
    }
    for (const key of needs.trips) {
      const row = this.sql.trip.get(key);
      if (row !== undefined) trips.set(key, tripOf(row));
    }
    for (const device of needs.states) {
      const id = this.deviceId(device);
      const wanted = this.configuration(device, id);
      if (wanted !== undefined) configurations.set(device, wanted);
      const row = this.sql.state.get(id);
      if (row === undefined) continue;
      states.set(device, { device, boot: row.boot, atMs: row.at_ms, hash: row.hash, version: row.version });
    }
  }

  /** False when the row is no longer as it was read; so for the next one. */
  private saveBoot({ device, boot, received, givenUp, refused, version }: BootRow): boolean {
    const ranges = [received, givenUp, refused].map((part) => part.join(' '));
    const saved = this.sql.saveBoot.get(this.deviceId(device), fromHex(boot), ...ranges, version);
    if (saved !== undefined) this.bootIds.set(bootId(device, boot), saved.id);
    return saved !== undefined;
  }

  private saveState({ device, boot, atMs, hash, version }: StateRow): boolean {
    return this.sql.saveState.run(this.deviceId(device), boot, atMs, hash, version).changes === 1;
  }

  private saveFrame(frame: StoredFrame, trips: ReadonlyMap<string, number>): void {
    const boot = this.bootIds.get(bootId(frame.device, frame.boot));
    if (boot === undefined) throw new Error('a frame is written together with the row of its boot');
    const trip = frame.trip === null ? null : (trips.get(frame.trip) ?? null);
    const { seq, hash, receivedMs, bytes } = frame;
    this.sql.saveFrame.run(boot, seq, hash, trip, receivedMs, bytes);
  }

  private saveQuarantine({ reason, device, topic, sizeBytes, head, atMs }: QuarantineRow): void {
    this.sql.saveQuarantine.run(reason, device, topic, sizeBytes, head, atMs);
  }

  private boundQuarantine(): void {
    const dropped = Number(this.sql.boundQuarantine.run(QUARANTINE_ROWS_MAX).changes);
    if (dropped > 0) this.sql.count.run('quarantine-rows-dropped', dropped);
  }

  private deviceId(device: string): number {
    const cached = this.deviceIds.get(device);
    if (cached !== undefined) return cached;
    const row = this.sql.device.get(device);
    if (row === undefined) throw new Error(`${device} is not enrolled, so nothing of it is stored`);
    this.deviceIds.set(device, row.id);
    return row.id;
  }
}

function tripOf({ row, version }: { readonly row: string; readonly version: number }): TripRow {
  return { ...JSON.parse(row), version };
}

function parseRanges(text: string): Ranges {
  return text === '' ? [] : text.split(' ').map(Number);
}
