/** Every statement of the privacy operations, prepared once. `?1` is the subject, or the number of its device. */

import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { AccessDocument } from '../core/access/access-store.ts';
import type { OutboxRow } from '../core/store.ts';
import { rowsOf } from './sqlite-statements.ts';

/** Keys of a device's trips begin with its id and a slash; `0` follows the slash. */
const TRIPS = `key >= ?1 || '/' and key < ?1 || '0'`;
const SUSPECTS = `device = ?1 or instr(topic, ?1) > 0 or instr(head, cast(?1 as blob)) > 0`;
const BOOTS = 'select id from boots where device = ?1';

export function preparePrivacy(db: DatabaseSyncInstance) {
  const rows = <R>(sql: string) => rowsOf<R>(db, sql);
  return {
    record: rows<{ json: string; version: number }>('select json, version from privacy_records where subject = ?'),
    save: rows(
      `insert into privacy_records (subject, version, json, stopped, due_ms) values (?1, 1, ?2, ?3, ?4)
       on conflict do update set version = version + 1, json = excluded.json, stopped = excluded.stopped,
       due_ms = excluded.due_ms where version = ?5`,
    ),
    due: rows<{ subject: string }>(
      'select subject from privacy_records where due_ms <= ? order by due_ms, subject limit ?',
    ),
    stopped: rows<{ subject: string }>('select subject from privacy_records where stopped = 1'),
    device: rows<{ id: number }>('select id from devices where device = ?'),
    trips: rows<{ row: string; version: number }>(`select row, version from trips where ${TRIPS} order by id`),
    boots: rows<{ boot: Uint8Array; received: string; given_up: string; refused: string; version: number }>(
      'select boot, received, given_up, refused, version from boots where device = ? order by id',
    ),
    state: rows<{ boot: string; at_ms: number; hash: Uint8Array; version: number }>(
      'select boot, at_ms, hash, version from states where device = ?',
    ),
    configuration: rows<{ number: number; vehicle: number; blocker: number; revision: number }>(
      'select number, vehicle, blocker, revision from configurations where device = ?',
    ),
    frames: rows<{
      boot: Uint8Array;
      seq: number;
      hash: Uint8Array;
      trip: string | null;
      received_ms: number;
      bytes: Uint8Array;
    }>(
      `select b.boot, f.seq, f.hash, t.key as trip, f.received_ms, f.bytes from boots b join frames f on f.boot = b.id
       left join trips t on t.id = f.trip where b.device = ? order by f.id`,
    ),
    quarantine: rows<{
      reason: string;
      device: string;
      topic: string;
      size_bytes: number;
      head: Uint8Array;
      at_ms: number;
    }>(`select reason, device, topic, size_bytes, head, at_ms from quarantine where ${SUSPECTS} order by id`),
    documents: rows<AccessDocument>('select key, version, json from access_documents order by key'),
    eventsAbout: rows<OutboxRow>('select id, topic, json from outbox where instr(json, ?) > 0 order by id'),
    dropEvent: rows('delete from outbox where id = ?'),
    holdEvent: rows('insert into privacy_held (subject, topic, json) values (?, ?, ?)'),
    held: rows<OutboxRow>('select id, topic, json from privacy_held where subject = ? order by id'),
    releaseEvent: rows('insert into outbox (topic, json) values (?, ?)'),
    dropHeld: rows('delete from privacy_held where subject = ?'),
    dropFrames: rows(`delete from frames where boot in (${BOOTS})`),
    dropTrips: rows(`delete from trips where ${TRIPS}`),
    // Gateways remember numbers of starts and revisions: the highest one stays, so that it is never given again.
    keepLastBoot: rows(
      `update boots set device = -device, boot = zeroblob(0), received = '', given_up = '', refused = ''
       where device = ?1 and id = (select max(id) from boots)`,
    ),
    dropBoots: rows('delete from boots where device = ?'),
    dropState: rows('delete from states where device = ?'),
    keepLastRevision: rows(
      `update configurations set device = -device, number = 0, vehicle = 0, blocker = 0
       where device = ?1 and revision = (select max(revision) from configurations)`,
    ),
    dropConfiguration: rows('delete from configurations where device = ?'),
    dropDevice: rows(
      `update devices set device = 'erased/' || id, public_key = zeroblob(32), kind = 'erased', serial = '', revoked = 1
       where id = ?`,
    ),
    dropQuarantine: rows(`delete from quarantine where ${SUSPECTS}`),
    forgetQuarantine: rows('delete from quarantine where at_ms < ?'),
    dropRecord: rows('delete from privacy_records where subject = ?'),
    removedSome: rows(
      "insert into counters values ('privacy/to-scour', 1) on conflict do update set value = value + 1",
    ),
    toScour: rows<{ value: number }>("select value from counters where name = 'privacy/to-scour'"),
    scoured: rows("delete from counters where name = 'privacy/to-scour'"),
    addStatistics: rows(
      `insert into privacy_statistics values (?, ?, ?, ?, ?, ?, ?)
       on conflict do update set trips = trips + excluded.trips`,
    ),
    statistics: rows<{
      hour: string;
      km: number;
      accelerations: number;
      brakings: number;
      cornerings: number;
      score: number;
      trips: number;
    }>('select * from privacy_statistics'),
  };
}
