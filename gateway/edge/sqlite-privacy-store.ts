/** The privacy store in the file of the embedded store, over a connection of its own, beside gateways that run on it. */

import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { toHex } from '../../protocol/bytes.ts';
import type { AccessDocument } from '../core/access/access-store.ts';
import type { DropReason } from '../core/drop-reason.ts';
import { dueOf, isStopped, NEW_RECORD, type PrivacyRecord, readPrivacyRecord } from '../core/privacy/privacy-record.ts';
import type { Holdings, Marks, PrivacyStore, Removed } from '../core/privacy/privacy-store.ts';
import type { StatisticsRow } from '../core/privacy/statistics.ts';
import { type OutboxRow, type StoredFrame, StoreError } from '../core/store.ts';
import { onDisk, onOpening } from './sqlite-error.ts';
import { closeDatabase, openDatabase, transact } from './sqlite-file.ts';
import { preparePrivacy } from './sqlite-privacy-statements.ts';

export class SqlitePrivacyStore implements PrivacyStore {
  private readonly db: DatabaseSyncInstance;
  private readonly sql: ReturnType<typeof preparePrivacy>;

  /** Throws a StoreError when the file cannot be opened or written, or holds no store. */
  constructor(file: string) {
    this.db = onOpening(file, () => openDatabase(file, {}));
    this.sql = onOpening(file, () => preparePrivacy(this.db));
    // Even if there is no room to rewrite the file, most of what is removed is overwritten at once.
    onDisk(() => this.db.exec('pragma secure_delete = on'));
  }

  async load(subject: string): Promise<{ readonly record: PrivacyRecord; readonly version: number }> {
    const row = this.sql.record.get(subject);
    if (row === undefined) return { record: NEW_RECORD, version: 0 };
    const record = readPrivacyRecord(row.json);
    if (record === null) throw new StoreError('damaged', `the privacy record of ${subject} is not one of this version`);
    return { record, version: row.version };
  }

  async save(subject: string, record: PrivacyRecord, version: number): Promise<boolean> {
    const stopped = isStopped(record) ? 1 : 0;
    const due = dueOf(record)?.atMs ?? null;
    return transact(this.db, () => {
      if ((this.sql.record.get(subject)?.version ?? 0) !== version) return false;
      return this.sql.save.run(subject, JSON.stringify(record), stopped, due, version).changes === 1;
    });
  }

  async due(nowMs: number, limit: number): Promise<readonly string[]> {
    return this.sql.due.all(nowMs, limit).map(({ subject }) => subject);
  }

  async stopped(): Promise<ReadonlySet<string>> {
    return new Set(this.sql.stopped.all().map(({ subject }) => subject));
  }

  async holdings({ subject, pseudonyms }: Marks): Promise<Holdings> {
    const device = this.sql.device.get(subject)?.id ?? null;
    const state = this.sql.state.get(device);
    const configuration = this.sql.configuration.get(device);
    return {
      trips: this.sql.trips.all(subject).map(({ row, version }) => ({ ...JSON.parse(row), version })),
      boots: this.sql.boots.all(device).map((row) => ({
        device: subject,
        boot: toHex(row.boot),
        received: ranges(row.received),
        givenUp: ranges(row.given_up),
        refused: ranges(row.refused),
        version: row.version,
      })),
      state:
        state === undefined
          ? null
          : { device: subject, boot: state.boot, atMs: state.at_ms, hash: state.hash, version: state.version },
      configuration:
        configuration === undefined
          ? null
          : { ...configuration, device: subject, blocker: configuration.blocker === 1 },
      outbox: this.eventsAbout(pseudonyms),
      quarantine: this.sql.quarantine.all(subject).map((row) => ({
        reason: row.reason as DropReason,
        device: row.device,
        topic: row.topic,
        sizeBytes: row.size_bytes,
        head: row.head,
        atMs: row.at_ms,
      })),
    };
  }

  async frames(device: string): Promise<readonly StoredFrame[]> {
    const id = this.sql.device.get(device)?.id ?? null;
    return this.sql.frames.all(id).map(({ boot, received_ms: receivedMs, ...frame }) => ({
      ...frame,
      device,
      boot: toHex(boot),
      receivedMs,
    }));
  }

  async documents(): Promise<readonly AccessDocument[]> {
    return this.sql.documents.all();
  }

  async remove({ subject, pseudonyms }: Marks, remains: readonly StatisticsRow[]): Promise<Removed> {
    let removed: Removed | null = null;
    transact(this.db, () => {
      const events = this.eventsAbout(pseudonyms);
      for (const { id } of events) this.sql.dropEvent.run(id);
      const held = this.sql.dropHeld.run(subject).changes;
      const trips = this.sql.trips.all(subject).length;
      const device = this.sql.device.get(subject)?.id;
      const frames = device === undefined ? 0 : this.sql.dropFrames.run(device).changes;
      this.sql.dropTrips.run(subject);
      const boots = device === undefined ? 0 : this.removeDevice(device);
      const quarantine = this.sql.dropQuarantine.run(subject).changes;
      this.sql.dropRecord.run(subject);
      for (const row of remains) this.addStatistics(row);
      this.sql.removedSome.run();
      const enrolment = device === undefined ? 0 : 1;
      removed = { enrolment, frames, trips, boots, events: events.length + held, quarantine };
      return true;
    });
    return removed ?? NOTHING_REMOVED;
  }

  async hold({ subject, pseudonyms }: Marks): Promise<number> {
    let held = 0;
    transact(this.db, () => {
      for (const { id, topic, json } of this.eventsAbout(pseudonyms)) {
        this.sql.holdEvent.run(subject, topic, json);
        this.sql.dropEvent.run(id);
        held++;
      }
      return true;
    });
    return held;
  }

  async release(subject: string): Promise<number> {
    let released = 0;
    transact(this.db, () => {
      const events = this.sql.held.all(subject);
      for (const { topic, json } of events) this.sql.releaseEvent.run(topic, json);
      this.sql.dropHeld.run(subject);
      released = events.length;
      return true;
    });
    return released;
  }

  async statistics(): Promise<readonly StatisticsRow[]> {
    return this.sql.statistics.all().map((row) => ({ ...row }));
  }

  async forgetQuarantine(beforeMs: number): Promise<number> {
    return this.sql.forgetQuarantine.run(beforeMs).changes;
  }

  async scour(): Promise<boolean> {
    try {
      // The file is written anew: pages and gaps of pages that were freed by others as well are not in it.
      onDisk(() => this.db.exec('vacuum'));
      const [row] = onDisk(() => this.db.prepare('pragma wal_checkpoint(truncate)').all());
      const done = Object.values(row ?? {})[0] === 0;
      if (done) this.sql.scoured.run();
      return done;
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'busy') return false;
      throw error;
    }
  }

  async needsScour(): Promise<boolean> {
    return (this.sql.toScour.get()?.value ?? 0) > 0;
  }

  async close(): Promise<void> {
    closeDatabase(this.db);
  }

  private removeDevice(device: number): number {
    const boots = this.sql.boots.all(device).length;
    this.sql.keepLastBoot.run(device);
    this.sql.dropBoots.run(device);
    this.sql.dropState.run(device);
    this.sql.keepLastRevision.run(device);
    this.sql.dropConfiguration.run(device);
    this.sql.dropDevice.run(device);
    return boots;
  }

  private addStatistics({ hour, km, accelerations, brakings, cornerings, score, trips }: StatisticsRow): void {
    this.sql.addStatistics.run(hour, km, accelerations, brakings, cornerings, score, trips);
  }

  /** Each once, in the order of the outbox. */
  private eventsAbout(pseudonyms: readonly string[]): OutboxRow[] {
    const found = new Map<number, OutboxRow>();
    for (const name of pseudonyms) for (const row of this.sql.eventsAbout.all(name)) found.set(row.id, row);
    return [...found.values()].sort((a, b) => a.id - b.id);
  }
}

const NOTHING_REMOVED: Removed = { enrolment: 0, frames: 0, trips: 0, boots: 0, events: 0, quarantine: 0 };

function ranges(text: string): number[] {
  return text === '' ? [] : text.split(' ').map(Number);
}
