/** Every statement of the embedded store, prepared once, with the shape of its rows. */

import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { type BackendEvent, cloudEvent } from '../core/backend.ts';
import type { DeviceRecord } from '../core/enrolment.ts';
import { onDisk } from './sqlite-error.ts';

/** A prepared statement that gives rows of this shape. */
export interface Rows<R> {
  get(...values: readonly unknown[]): R | undefined;
  all(...values: readonly unknown[]): R[];
  run(...values: readonly unknown[]): { changes: number };
}

interface FrameRow {
  device: string;
  boot: Uint8Array;
  seq: number;
  hash: Uint8Array;
  received_ms: number;
  bytes: Uint8Array;
}

interface QuarantineRecord {
  reason: string;
  device: string;
  topic: string;
  size_bytes: number;
  head: Uint8Array;
  at_ms: number;
}

interface DeviceRow {
  id: number;
  public_key: Uint8Array;
  kind: DeviceRecord['kind'];
  serial: string;
  revoked: number;
}

interface BootRecord {
  id: number;
  version: number;
  received: string;
  given_up: string;
  refused: string;
}

interface TripRecord {
  row: string;
  version: number;
}

interface ConfigurationRecord {
  number: number;
  vehicle: number;
  blocker: number;
  revision: number;
}

export type Statements = ReturnType<typeof prepareStatements>;

/** Prepares a statement whose errors are those of the contract. */
export function rowsOf<R>(db: DatabaseSyncInstance, sql: string): Rows<R> {
  const statement: Rows<R> = db.prepare(sql);
  return {
    get: (...values) => onDisk(() => statement.get(...values)),
    all: (...values) => onDisk(() => statement.all(...values)),
    run: (...values) => onDisk(() => statement.run(...values)),
  };
}

/** Counters and events, which every writer shares. */
export function prepareShared(db: DatabaseSyncInstance) {
  return {
    count: rowsOf(db, 'insert into counters values (?, ?) on conflict do update set value = value + excluded.value'),
    nextSequence: rowsOf<{ last: number }>(
      db,
      'insert into sequences values (?, 1) on conflict do update set last = last + 1 returning last',
    ),
    enqueue: rowsOf(db, 'insert into outbox (topic, json) values (?, ?)'),
  };
}

/** Gives each event the next number of its tenant and a place in the outbox. */
export function enqueue(sql: ReturnType<typeof prepareShared>, events: readonly BackendEvent[]): void {
  for (const event of events) {
    const sequence = sql.nextSequence.get(event.tenant)?.last ?? 1;
    sql.enqueue.run(event.topic, cloudEvent(event, sequence));
  }
}

export function prepareStatements(db: DatabaseSyncInstance) {
  const rows = <R>(sql: string): Rows<R> => rowsOf<R>(db, sql);
  return {
    ...prepareShared(db),
    device: rows<DeviceRow>('select id, public_key, kind, serial, revoked from devices where device = ?'),
    enrol: rows('insert or ignore into devices (device, public_key, kind, serial) values (?, ?, ?, ?)'),
    revoke: rows('update devices set revoked = 1 where device = ?'),
    deviceCount: rows<{ n: number }>('select count(*) as n from devices'),
    manufacturers: rows<{ public_key: Uint8Array; last_number: number }>('select * from manufacturers'),
    pin: rows('insert or ignore into manufacturers values (?, -1)'),
    setManufacturer: rows(
      'insert into manufacturers values (?, ?) on conflict do update set last_number = excluded.last_number',
    ),
    boot: rows<BootRecord>('select id, version, received, given_up, refused from boots where device = ? and boot = ?'),
    saveBoot: rows<{ id: number }>(
      `insert into boots (device, boot, received, given_up, refused, version) values (?, ?, ?, ?, ?, 1)
       on conflict do update set received = excluded.received, given_up = excluded.given_up,
       refused = excluded.refused, version = version + 1 where version = ? returning id`,
    ),
    trip: rows<TripRecord>('select row, version from trips where key = ?'),
    tripsIn: rows<TripRecord>(
      'select row, version from trips where state = ? and received_ms <= ? order by received_ms, id limit ?',
    ),
    tripCounts: rows<{ state: string; n: number }>('select state, count(*) as n from trips group by state'),
    saveTrip: rows<{ id: number }>(
      `insert into trips (key, state, received_ms, row, version) values (?, ?, ?, ?, 1) on conflict do update set
       state = excluded.state, received_ms = excluded.received_ms, row = excluded.row, version = version + 1
       where version = ? returning id`,
    ),
    frameHash: rows<{ hash: Uint8Array }>('select hash from frames where boot = ? and seq = ?'),
    saveFrame: rows(
      `insert or ignore into frames (boot, seq, hash, trip, received_ms, bytes) values (?, ?, ?, ?, ?, ?)`,
    ),
    framesOfTrip: rows<FrameRow>(
      `select d.device, b.boot, f.seq, f.hash, f.received_ms, f.bytes from trips t
       join frames f on f.trip = t.id join boots b on b.id = f.boot join devices d on d.id = b.device
       where t.key = ? order by f.id`,
    ),
    state: rows<{ boot: string; at_ms: number; hash: Uint8Array; version: number }>(
      'select boot, at_ms, hash, version from states where device = ?',
    ),
    saveState: rows(
      `insert into states (device, boot, at_ms, hash, version) values (?, ?, ?, ?, 1) on conflict do update set
       boot = excluded.boot, at_ms = excluded.at_ms, hash = excluded.hash, version = version + 1 where version = ?`,
    ),
    configuration: rows<ConfigurationRecord>(
      'select number, vehicle, blocker, revision from configurations where device = ?',
    ),
    configurationsAfter: rows<ConfigurationRecord & { device: string }>(
      `select d.device, c.number, c.vehicle, c.blocker, c.revision from configurations c
       join devices d on d.id = c.device where c.revision > ? order by c.revision limit ?`,
    ),
    saveConfiguration: rows<{ revision: number }>(
      `insert into configurations values (?, ?, ?, ?, (select coalesce(max(revision), 0) + 1 from configurations))
       on conflict (device) do update set number = excluded.number, vehicle = excluded.vehicle,
       blocker = excluded.blocker, revision = excluded.revision returning revision`,
    ),
    quarantine: rows<QuarantineRecord>('select * from quarantine order by id desc limit ?'),
    quarantineSize: rows<{ n: number }>('select count(*) as n from quarantine'),
    saveQuarantine: rows(
      'insert into quarantine (reason, device, topic, size_bytes, head, at_ms) values (?, ?, ?, ?, ?, ?)',
    ),
    boundQuarantine: rows('delete from quarantine where id <= (select max(id) from quarantine) - ?'),
    counters: rows<{ name: string; value: number }>('select name, value from counters'),
    outbox: rows<{ id: number; topic: string; json: string }>('select id, topic, json from outbox order by id limit ?'),
    outboxSize: rows<{ n: number }>('select count(*) as n from outbox'),
    published: rows('delete from outbox where id = ?'),
  };
}
