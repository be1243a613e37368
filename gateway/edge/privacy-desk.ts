/** The operator's desk for rights of persons, over the stores and beside gateways that run on them. */

import type { Crypto } from '../../protocol/crypto.ts';
import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { AccessStore } from '../core/access/access-store.ts';
import { PARTY } from '../core/access/party-record.ts';
import { keyOf } from '../core/access/record-kind.ts';
import type { AuditStore, StoredEntry } from '../core/audit/audit-store.ts';
import { type AuditDraft, type LapseKind, SALT_BYTES } from '../core/audit/entry.ts';
import { lapseDraft } from '../core/audit/payload.ts';
import { pseudonym, type Tenant } from '../core/backend.ts';
import { boxesOf, erasureOf, keysAbout } from '../core/privacy/access-erasure.ts';
import { exportDocument } from '../core/privacy/export-document.ts';
import { dueOf, type PrivacyRecord } from '../core/privacy/privacy-record.ts';
import type { Marks, PrivacyStore, Removed } from '../core/privacy/privacy-store.ts';
import { RETENTION, type Retention } from '../core/privacy/processing.ts';
import { type Change, changeRecord, hiddenFrom, isVerified, type RightsReason } from '../core/privacy/rights.ts';
import { pseudonymsOf } from '../core/privacy/silence.ts';
import { type StatisticsRow, statisticsOf } from '../core/privacy/statistics.ts';
import { rowsOf, type SeenTrip } from '../core/privacy/trip-views.ts';
import { type Facts, VIEWS, type ViewName } from '../core/privacy/view.ts';
import type { Store } from '../core/store.ts';
import { storedTrip } from '../core/stored-trip.ts';
import type { PlaceOf } from '../core/trip-events.ts';
import type { Rater } from '../scoring/appdrivex.ts';
import type { ClosedTrip, RoadSource, Scorer } from '../scoring/closed-trip.ts';

export interface DeskPorts {
  readonly store: Store;
  readonly access: AccessStore & { readonly audit: AuditStore };
  readonly privacy: PrivacyStore;
  readonly crypto: Crypto;
  readonly tenants: readonly Tenant[];
  readonly scorer: Scorer;
  readonly rater: Rater;
  readonly roads: RoadSource | null;
  readonly placeOf: PlaceOf;
  /** UTC milliseconds. */
  now(): number;
  random(count: number): Uint8Array;
}

export type DeskReason = RightsReason | 'unknown' | 'busy' | 'kept';

export interface Erased {
  readonly removed: Removed;
  /** Records of access that went or forgot the person. */
  readonly records: number;
  /** Boxes whose log lost what it says. */
  readonly chains: readonly string[];
  /** Entries in the logs of other owners' boxes that name the person; they go with the age of the log (A16, A26). */
  readonly named: number;
  /** False: others hold the file, and bytes may lie in it until `scour` succeeds. */
  readonly scoured: boolean;
}

export interface RetentionDone {
  /** Persons whose block has ended. */
  readonly deleted: number;
  /** Persons of whom only statistics are left. */
  readonly anonymised: number;
  /** Payloads of the log, and heads of messages that were not believed. */
  readonly openings: number;
  readonly notBelieved: number;
  readonly scoured: boolean;
}

/** That it was done is all that is kept of it. */
const ERASED = new Map([['privacy/erased', 1]]);
const DUE_AT_ONCE = 100;
const TRIES_MAX = 50;
const ENTRIES_AT_ONCE = 1000;

export class PrivacyDesk {
  private readonly ports: DeskPorts;

  constructor(ports: DeskPorts) {
    this.ports = ports;
  }

  async record(subject: string): Promise<PrivacyRecord> {
    return (await this.ports.privacy.load(subject)).record;
  }

  /** Changes the record and what follows from it at once. */
  async change(subject: string, change: Change, verified: string): Promise<Result<PrivacyRecord, DeskReason>> {
    if (!(await this.isKnown(subject))) return refuse('unknown');
    const { privacy, now } = this.ports;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const { record, version } = await privacy.load(subject);
      const next = changeRecord(record, change, verified, now());
      if (!next.ok) return next;
      if (!(await privacy.save(subject, next.value, version))) continue;
      if (change.right === 'restrict' || change.right === 'block') await privacy.hold(this.marks(subject));
      if (change.right === 'unrestrict') await privacy.release(subject);
      if (change.right === 'block') {
        await this.append((await this.ownChains(subject)).map((chain) => this.lapseOf(chain, 'blocked', 'blocked')));
      }
      return next;
    }
    return refuse('busy');
  }

  /** Art. 17 GDPR (B11, B107, C60): nothing of the person is left but what the log of others needs. */
  async erase(subject: string, verified: string): Promise<Result<Erased, DeskReason>> {
    if (!isVerified(verified)) return refuse('identity');
    if (!(await this.isKnown(subject))) return refuse('unknown');
    const { blocked, restricted } = await this.record(subject);
    if (blocked !== null || restricted !== null) return refuse('kept');
    return this.takeOut(subject, [], 'erased on request');
  }

  /** Art. 15 and 20 GDPR. */
  async exportData(subject: string, verified: string): Promise<Result<Facts, DeskReason>> {
    const changed = await this.change(subject, { right: 'export' }, verified);
    if (!changed.ok) return changed;
    const { store, privacy, access, scorer, roads, now } = this.ports;
    const documents = await privacy.documents();
    const about = keysAbout(subject, documents);
    const trips = (await this.trips(subject, '')).map(({ key, trip }) => ({
      key,
      trip,
      score: scorer.score(trip, roads),
    }));
    const audit = [];
    for (const chain of await this.ownChains(subject)) audit.push(...(await allEntries(access.audit, chain)));
    return accept(
      exportDocument({
        subject,
        verified,
        nowMs: now(),
        record: changed.value,
        device: (await store.devices([subject])).get(subject) ?? null,
        holdings: await privacy.holdings(this.marks(subject)),
        frames: await privacy.frames(subject),
        trips,
        documents: documents.filter(({ key }) => about.has(key)),
        audit,
      }),
    );
  }

  /** Rows of a view, or in one sentence why nobody of that audience sees any. */
  async view(subject: string, name: ViewName, tenant: string): Promise<Result<readonly Facts[], string>> {
    if (!(await this.isKnown(subject))) return refuse('no such device or phone here');
    const { now, placeOf, scorer, rater, roads, crypto, tenants } = this.ports;
    const hidden = hiddenFrom(await this.record(subject), VIEWS[name].audience, now());
    if (hidden !== null) return refuse(hidden);
    const key = tenants.find((one) => one.name === tenant)?.pseudonymKey;
    const named = (text: string): string => (key === undefined ? '' : pseudonym(key, text, crypto));
    const seen: SeenTrip[] = (await this.trips(subject, named('id'))).map(({ key: trip, trip: closed }) => ({
      trip: closed,
      score: scorer.score(closed, roads),
      rating: rater.rate(closed, roads, null).rating,
      subject: named(`device/${subject}`),
      tripId: named(`trip/${trip}`),
    }));
    return accept(rowsOf(name, seen, placeOf));
  }

  /** Does what is due: deletes what was blocked, makes what is old anonymous. Returns what was done to how many. */
  async retention(retention: Retention = RETENTION): Promise<RetentionDone> {
    const { privacy, scorer, roads, now } = this.ports;
    const done = { deleted: 0, anonymised: 0, openings: 0, notBelieved: 0, scoured: true };
    for (;;) {
      const subjects = await privacy.due(now(), DUE_AT_ONCE);
      if (subjects.length === 0) break;
      for (const subject of subjects) {
        const what = dueOf(await this.record(subject))?.what;
        const remains: StatisticsRow[] = [];
        if (what === 'anonymise') {
          for (const { trip } of await this.trips(subject, ''))
            remains.push(statisticsOf(trip, scorer.score(trip, roads)));
        }
        await this.takeOut(subject, remains, what === 'anonymise' ? 'made anonymous' : 'period ended', false);
        if (what === 'anonymise') done.anonymised++;
        else done.deleted++;
      }
    }
    done.openings = await this.forgetOpenings(now() - retention.openingsKeptMs);
    done.notBelieved = await privacy.forgetQuarantine(now() - retention.quarantineKeptMs);
    const changed = done.deleted + done.anonymised + done.openings + done.notBelieved > 0;
    return { ...done, scoured: changed || (await privacy.needsScour()) ? await privacy.scour() : true };
  }

  private marks(subject: string): Marks {
    return { subject, pseudonyms: pseudonymsOf(subject, this.ports.tenants, this.ports.crypto) };
  }

  private async isKnown(subject: string): Promise<boolean> {
    const { store, access, privacy } = this.ports;
    if ((await store.devices([subject])).has(subject) || (await privacy.load(subject)).version > 0) return true;
    const party = keyOf(PARTY, subject);
    return (await access.load([party])).get(party)?.json !== undefined;
  }

  private async takeOut(
    subject: string,
    remains: readonly StatisticsRow[],
    why: string,
    scour = true,
  ): Promise<Result<Erased, DeskReason>> {
    const { access, privacy } = this.ports;
    const chains = await this.ownChains(subject);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const documents = erasureOf(subject, await privacy.documents());
      const audit = chains.map((chain) => this.lapseOf(chain, 'erased', why));
      if (!(await access.commit({ documents, audit, events: [], counts: ERASED }))) continue;
      // Last: as long as the device is known, what failed before this can be done again.
      const removed = await privacy.remove(this.marks(subject), remains);
      const named = await this.naming(subject);
      const scoured = scour ? await privacy.scour() : true;
      return accept({ removed, records: documents.length, chains, named, scoured });
    }
    return refuse('busy');
  }

  private async trips(device: string, prefix: string): Promise<{ readonly key: string; readonly trip: ClosedTrip }[]> {
    const { store, privacy } = this.ports;
    const { trips } = await privacy.holdings({ subject: device, pseudonyms: [] });
    const found = [];
    for (const row of trips) {
      const trip = storedTrip(`${prefix}${found.length}`, row, await store.framesOfTrip(row.key));
      if (trip !== null) found.push({ key: row.key, trip });
    }
    return found.sort((a, b) => a.trip.startUtcMs - b.trip.startUtcMs);
  }

  /** Of the box itself, and of boxes that belong to the person. */
  private async ownChains(subject: string): Promise<readonly string[]> {
    const { access, privacy } = this.ports;
    const own = new Set([subject, ...boxesOf(subject, await privacy.documents())]);
    return (await access.audit.chains()).map(({ chain }) => chain).filter((chain) => own.has(chain));
  }

  private lapseOf(chain: string, how: LapseKind, why: string, throughSeq?: number): AuditDraft {
    const { now, random } = this.ports;
    return lapseDraft({ chain, atMs: now(), salt: random(SALT_BYTES) }, { how, why, throughSeq });
  }

  private async append(audit: readonly AuditDraft[]): Promise<void> {
    if (audit.length > 0) await this.ports.access.commit({ documents: [], audit, events: [], counts: new Map() });
  }

  private async naming(subject: string): Promise<number> {
    const { audit } = this.ports.access;
    const name = Buffer.from(subject);
    let named = 0;
    for (const { chain } of await audit.chains()) {
      for (const { secret } of await allEntries(audit, chain)) {
        if (secret !== null && Buffer.from(secret.payload).includes(name)) named++;
      }
    }
    return named;
  }

  /** A26: payloads that are older than openings are kept. Returns how many went. */
  private async forgetOpenings(beforeMs: number): Promise<number> {
    const { audit } = this.ports.access;
    let gone = 0;
    for (const { chain } of await audit.chains()) {
      const old = (await allEntries(audit, chain)).filter(({ atMs }) => atMs < beforeMs);
      const kept = old.filter(({ secret }) => secret !== null).length;
      const last = old.at(-1);
      if (kept === 0 || last === undefined) continue;
      await this.append([this.lapseOf(chain, 'erased', 'period ended', last.seq)]);
      gone += kept;
    }
    return gone;
  }
}

async function allEntries(audit: AuditStore, chain: string): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for (;;) {
    const page = await audit.entries(chain, entries.length + 1, ENTRIES_AT_ONCE);
    entries.push(...page);
    if (page.length < ENTRIES_AT_ONCE) return entries;
  }
}
