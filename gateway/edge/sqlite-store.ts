/** The store contract on SQLite with `synchronous=FULL`: what `commit` has resolved survives a power cut. */

import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { cloudEvent } from '../core/backend.ts';
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
import { onDisk, onOpening } from './sqlite-error.ts';
import { SQLITE_SCHEMA } from './sqlite-schema.ts';
import { prepareStatements, type Statements } from './sqlite-statements.ts';

const BUSY_TIMEOUT_MS = 5000;
const BOOTS_REMEMBERED = 10_000;

export interface SqliteStoreOptions {
  /** For tests of a full disk: pages of 4 KiB that the file may have. */
  readonly pagesMax?: number;
}

export class SqliteStore implements Store {
  private readonly db: DatabaseSyncInstance;
  private readonly sql: Statements;
  // Ids never change, so they are looked up once. A transaction that fails empties the caches.
  private readonly deviceIds = new Map<string, number>();
  private readonly bootIds = new Map<string, number>();

  /** Throws a StoreError when the file cannot be opened or written, or holds no store. */
  constructor(file: string, options: SqliteStoreOptions = {}) {
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
    const boots = new Map<string, BootRow>();
    for (const { device, boot } of needs.boots) {
      const row = this.sql.boot.get(this.deviceId(device), fromHex(boot));
      if (row === undefined) continue;
      this.bootIds.set(bootId(device, boot), row.id);
      const [received, givenUp, refused] = [row.received, row.given_up, row.refused].map(parseRanges);
      boots.set(bootId(device, boot), { device, boot, received, givenUp, refused });
    }
    const hashes = new Map<string, Uint8Array>();
    for (const key of needs.frames) {
      const boot = this.bootIds.get(bootId(key.device, key.boot));
      const row = boot === undefined ? undefined : this.sql.frameHash.get(boot, key.seq);
      if (row !== undefined) hashes.set(frameId(key), row.hash);
    }
    const trips = new Map<string, TripRow>();
    for (const key of needs.trips) {
      const row = this.sql.trip.get(key);
      if (row !== undefined) trips.set(key, JSON.parse(row.row));
    }
    const states = new Map<string, StateRow>();
    for (const device of needs.states) {
      const row = this.sql.state.get(this.deviceId(device));
      if (row !== undefined) states.set(device, { device, boot: row.boot, atMs: row.at_ms, hash: row.hash });
    }
    return { hashes, boots, trips, states };
  }

  async commit(writes: Writes): Promise<void> {
    this.transaction(() => {
      const trips = new Map<string, number>();
      for (const row of writes.trips) {
        const saved = this.sql.saveTrip.get(row.key, row.state, row.receivedMs, JSON.stringify(row));
        if (saved !== undefined) trips.set(row.key, saved.id);
      }
      for (const row of writes.boots) this.saveBoot(row);
      for (const frame of writes.frames) this.saveFrame(frame, trips);
      for (const { device, boot, atMs, hash } of writes.states) {
        this.sql.saveState.run(this.deviceId(device), boot, atMs, hash);
      }
      for (const row of writes.quarantine) this.saveQuarantine(row);
      if (writes.quarantine.length > 0) this.boundQuarantine();
      for (const [counter, growth] of writes.counts) this.sql.count.run(counter, growth);
      for (const event of writes.events) {
        const sequence = this.sql.nextSequence.get(event.tenant)?.last ?? 1;
        this.sql.enqueue.run(event.topic, cloudEvent(event, sequence));
      }
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
    return this.sql.tripsIn.all(state, receivedUntilMs, limit).map(({ row }) => JSON.parse(row));
  }

  async outbox(limit: number): Promise<readonly OutboxRow[]> {
    return this.sql.outbox.all(limit);
  }

  async published(ids: readonly number[]): Promise<void> {
    this.transaction(() => {
      for (const id of ids) this.sql.published.run(id);
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
    });
    return added;
  }

  async revoke(device: string): Promise<boolean> {
    return this.sql.revoke.run(device).changes === 1;
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
    if (this.db.isOpen) this.db.close();
  }

  private transaction(work: () => void): void {
    onDisk(() => {
      this.db.exec('begin immediate');
      try {
        work();
        this.db.exec('commit');
      } catch (error) {
        this.deviceIds.clear();
        this.bootIds.clear();
        // A full disk may have rolled back by itself.
        if (this.db.isTransaction) this.db.exec('rollback');
        throw error;
      }
    });
  }

  private saveBoot({ device, boot, received, givenUp, refused }: BootRow): void {
    const ranges = [received, givenUp, refused].map((part) => part.join(' '));
    const saved = this.sql.saveBoot.get(this.deviceId(device), fromHex(boot), ...ranges);
    if (saved !== undefined) this.bootIds.set(bootId(device, boot), saved.id);
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

function openDatabase(file: string, { pagesMax }: SqliteStoreOptions): DatabaseSyncInstance {
  const db = new DatabaseSync(file);
  db.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}; pragma journal_mode = wal; pragma synchronous = full;`);
  if (pagesMax !== undefined) db.exec(`pragma max_page_count = ${pagesMax}`);
  db.exec(SQLITE_SCHEMA);
  // Opening a read-only file succeeds; the first write does not.
  db.exec(
    "begin immediate; insert into counters values ('opened', 1) on conflict do update set value = value + 1; commit",
  );
  return db;
}

function parseRanges(text: string): Ranges {
  return text === '' ? [] : text.split(' ').map(Number);
}
