/**
 * The one shell around the pure decisions: bytes come in, are examined in batches, and nothing leaves before its
 * commit. It has no clock and no timers: the owner calls `flush` and `tick`, so that recordings and fleets run
 * this very class in virtual time. After a crash everything goes on from the store.
 */

import type { Crypto } from '../../protocol/crypto.ts';
import { seal } from '../../protocol/envelope.ts';
import { Configuration, Receipt } from '../../protocol/messages.ts';
import type { Result } from '../../protocol/result.ts';
import type { DownlinkChannel, RecordingChannel } from '../../protocol/topics.ts';
import { uplinkTopic } from '../../protocol/topics.ts';
import type { Tenant } from '../core/backend.ts';
import { closeTrip } from '../core/closing.ts';
import type { Birth, ConfigurationRow } from '../core/configuration.ts';
import { type DropReason, QUARANTINE_HEAD_BYTES, type QuarantineRow } from '../core/drop-reason.ts';
import type { DeviceRecord } from '../core/enrolment.ts';
import { type Believed, examine, type Uplink } from '../core/examine.ts';
import { type AddressedReceipt, decide, needs } from '../core/ingest.ts';
import { withoutStopped } from '../core/privacy/silence.ts';
import { RateGate, type RateLimit } from '../core/rate.ts';
import { type Counts, NO_WRITES, type Store, StoreError } from '../core/store.ts';
import type { PlaceOf } from '../core/trip-events.ts';
import { endIfSilent, TRIP_SILENCE_MS } from '../core/trips.ts';
import type { RoadSource, Scorer } from '../scoring/closed-trip.ts';
import { ConfigurationSender } from './configuration-sender.ts';
import { OutboxPump } from './outbox-pump.ts';

export interface ShellPorts {
  readonly store: Store;
  readonly crypto: Crypto;
  /** Signs receipts, and is the secret behind ids of trips. */
  readonly gatewaySecretKey: Uint8Array;
  readonly tenants: readonly Tenant[];
  readonly scorer: Scorer;
  /** Null without a map. */
  readonly roads: RoadSource | null;
  readonly placeOf: PlaceOf;
  /** UTC milliseconds. */
  now(): number;
  sendDownlink(device: string, channel: DownlinkChannel, bytes: Uint8Array): void;
  /** Resolves when a broker has taken the event; a rejection means: try again later. */
  publishBackend(topic: string, json: string): Promise<void>;
  /** Devices whose trips must not be scored or reported now (B109, B112); absent: none. */
  stopped?(): Promise<ReadonlySet<string>>;
  /** Whether it is this gateway's turn to publish; absent: always. */
  mayPublish?(): boolean;
  log(line: string): void;
}

export interface ShellLimits {
  readonly batchMax: number;
  /** Messages that may wait; more are dropped and counted, and the device sends them again. */
  readonly queueMax: number;
  readonly rate: RateLimit | undefined;
}

export const SHELL_LIMITS: ShellLimits = { batchMax: 256, queueMax: 20_000, rate: undefined };

interface Waiting {
  readonly uplink: Uplink;
  /** Called once the message is stored, or known not to be worth it. */
  readonly settled: (() => void) | undefined;
  /** Kept while the store fails, so that a retry costs neither a signature check nor the device's rate. */
  examined?: Result<Believed, DropReason>;
}

export interface Suspect {
  readonly reason: DropReason;
  readonly device: string;
  readonly topic: string;
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
}

const TRIPS_AT_ONCE = 100;
const OTHERS_LOOKED_FOR_MS = 60_000;
const SUSPECTS_MAX = 1000;
const NONE: ReadonlySet<string> = new Set();

export class GatewayShell {
  private readonly ports: ShellPorts;
  private readonly limits: ShellLimits;
  private readonly rate: RateGate;
  private readonly outbox: OutboxPump;
  private readonly configurations: ConfigurationSender;
  private queue: Waiting[] = [];
  private suspects: QuarantineRow[] = [];
  private counts = new Map<string, number>();
  private busy: Promise<unknown> = Promise.resolve();
  private unscored = true;
  private lookedMs = 0;
  private storeErrors = 0;
  private storeFailing = false;

  constructor(ports: ShellPorts, limits: Partial<ShellLimits> = {}) {
    this.ports = ports;
    this.limits = { ...SHELL_LIMITS, ...limits };
    this.rate = new RateGate(this.limits.rate);
    this.configurations = new ConfigurationSender(ports.store, (row) => this.sendConfiguration(row));
    this.outbox = new OutboxPump(
      ports.store,
      ports.publishBackend,
      (error) => this.onStoreError(error),
      () => ports.mayPublish?.() ?? true,
    );
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** How often the store could not be used. */
  get storeErrorCount(): number {
    return this.storeErrors;
  }

  /** Takes a message in; it is looked at by the next `flush`. */
  receive(device: string, channel: RecordingChannel, bytes: Uint8Array, settled?: () => void): void {
    if (this.queue.length >= this.limits.queueMax) {
      this.suspect({
        reason: 'queue-full',
        device,
        topic: uplinkTopic(device, channel),
        bytes,
        sizeBytes: bytes.length,
      });
      settled?.();
      return;
    }
    this.queue.push({ uplink: { device, channel, bytes }, settled });
  }

  /** Quarantines and counts what an edge already knows to be wrong. */
  suspect({ reason, device, topic, bytes, sizeBytes }: Suspect): void {
    this.count(`quarantine/${reason}`, 1);
    // Rows are samples for people; the count is complete.
    if (this.suspects.length >= SUSPECTS_MAX) return;
    const head = Uint8Array.from(bytes.subarray(0, QUARANTINE_HEAD_BYTES));
    this.suspects.push({ reason, device, topic, sizeBytes, head, atMs: this.ports.now() });
  }

  /** Counts without a row, for instance a refused connection. */
  count(counter: string, growth: number): void {
    this.counts.set(counter, (this.counts.get(counter) ?? 0) + growth);
  }

  /** Takes in all that waits. False when the store failed: what waited is kept, call again. */
  async ingest(): Promise<boolean> {
    const done = await this.exclusive(async () => {
      do await this.ingestBatch();
      while (this.queue.length > 0);
      await this.closeEnded();
    });
    // Not waited for: a broker that is away must not hold up what comes in.
    if (done) void this.outbox.pump();
    return done;
  }

  /** The same, and resolves when the events are published as well. */
  async flush(): Promise<boolean> {
    const done = await this.ingest();
    await this.outbox.pump();
    return done;
  }

  /** Ends trips of which nothing was heard for 30 minutes; goes on with what a crash left undone. */
  async tick(): Promise<boolean> {
    const done = await this.exclusive(async () => {
      this.lookForOthers();
      await this.configurations.tick(this.ports.now());
      await this.endSilent();
      await this.closeEnded();
    });
    await this.outbox.pump();
    return done;
  }

  /** Drains what waits, as far as store and broker allow. */
  async close(): Promise<void> {
    await this.flush();
    await this.outbox.stop();
  }

  /** One at a time, so that facts stay true between loading and commit. */
  private exclusive(work: () => Promise<void>): Promise<boolean> {
    const turn = this.busy.then(async () => {
      try {
        await work();
        this.storeFailing = false;
        return true;
      } catch (error) {
        this.onStoreError(error);
        return false;
      }
    });
    this.busy = turn.catch(() => undefined);
    return turn;
  }

  private async ingestBatch(): Promise<void> {
    const { store, crypto, tenants, placeOf } = this.ports;
    const batch = this.queue.splice(0, this.limits.batchMax);
    const { suspects, counts } = this;
    this.suspects = [];
    this.counts = new Map();
    if (batch.length === 0 && suspects.length === 0 && counts.size === 0) return;
    let receipts: readonly AddressedReceipt[];
    let births: readonly Birth[];
    try {
      const nowMs = this.ports.now();
      const records = await store.devices([...new Set(batch.map(({ uplink }) => uplink.device))]);
      const quarantine = [...suspects];
      const believed = this.believe(batch, records, quarantine, nowMs);
      const facts = await store.facts(needs(believed));
      const decision = decide(facts, believed, { tenants, placeOf, crypto, nowMs });
      for (const { message, reason } of decision.untaken) quarantine.push(rowOf(reason, message, nowMs));
      const grown = new Map(counts);
      for (const { reason } of quarantine.slice(suspects.length)) add(grown, `quarantine/${reason}`, 1);
      for (const [counter, growth] of decision.writes.counts) add(grown, counter, growth);
      const events = withoutStopped(decision.writes.events, await this.stopped(), tenants, crypto);
      const kept = await store.commit({ ...decision.writes, events, quarantine, counts: grown });
      // Another gateway was faster with one of the rows: once more, with what is known now.
      if (!kept) return this.putBack(batch, suspects, counts);
      receipts = decision.receipts;
      births = decision.births;
      if (decision.writes.trips.some(({ state }) => state === 'ended')) this.unscored = true;
    } catch (error) {
      // Nothing of it is receipted, all of it is tried again.
      this.putBack(batch, suspects, counts);
      throw error;
    }
    this.sendReceipts(receipts);
    this.configurations.births(births, this.ports.now());
    for (const { settled } of batch) settled?.();
  }

  private putBack(batch: readonly Waiting[], suspects: readonly QuarantineRow[], counts: Counts): void {
    this.queue = [...batch, ...this.queue];
    this.suspects = [...suspects, ...this.suspects];
    for (const [counter, growth] of counts) this.count(counter, growth);
  }

  /** Sorts a batch into what is believed and rows of what is not. */
  private believe(
    batch: readonly Waiting[],
    records: ReadonlyMap<string, DeviceRecord>,
    quarantine: QuarantineRow[],
    nowMs: number,
  ): Believed[] {
    const examination = { crypto: this.ports.crypto, rate: this.rate, nowMs };
    const believed: Believed[] = [];
    for (const waiting of batch) {
      const { uplink } = waiting;
      // A device that was erased meanwhile is not believed any more.
      if (!records.has(uplink.device)) waiting.examined = undefined;
      waiting.examined ??= examine(uplink, records.get(uplink.device), examination);
      const result = waiting.examined;
      if (result.ok) believed.push(result.value);
      else quarantine.push(rowOf(result.reason, uplink, nowMs));
    }
    return believed;
  }

  private async stopped(): Promise<ReadonlySet<string>> {
    return (await this.ports.stopped?.()) ?? NONE;
  }

  private sendReceipts(receipts: readonly AddressedReceipt[]): void {
    const { crypto, gatewaySecretKey, sendDownlink } = this.ports;
    for (const { device, receipt } of receipts) {
      const scope = { type: 'bb-receipt', direction: 'dn', device } as const;
      sendDownlink(device, 'receipt', seal(Receipt, receipt, scope, gatewaySecretKey, crypto));
    }
  }

  private sendConfiguration({ device, number, vehicle, blocker }: ConfigurationRow): void {
    const { crypto, gatewaySecretKey, sendDownlink } = this.ports;
    const scope = { type: 'bb-config', direction: 'dn', device } as const;
    const sealed = seal(Configuration, { number, vehicle, blocker }, scope, gatewaySecretKey, crypto);
    sendDownlink(device, 'config', sealed);
  }

  private async endSilent(): Promise<void> {
    const { store, now } = this.ports;
    for (;;) {
      const nowMs = now();
      const open = await store.tripsIn('open', nowMs - TRIP_SILENCE_MS, TRIPS_AT_ONCE);
      const trips = open.map((row) => endIfSilent(row, nowMs)).filter((row) => row !== null);
      if (trips.length === 0) break;
      await store.commit({ ...NO_WRITES, trips });
      this.unscored = true;
    }
  }

  /** Another gateway on this store may have ended a trip and died before it closed it. */
  private lookForOthers(): void {
    const nowMs = this.ports.now();
    if (nowMs - this.lookedMs < OTHERS_LOOKED_FOR_MS) return;
    this.lookedMs = nowMs;
    this.unscored = true;
  }

  private async closeEnded(): Promise<void> {
    if (!this.unscored) return;
    const { store, scorer, roads, placeOf, tenants, crypto, gatewaySecretKey: idKey } = this.ports;
    const stopped = await this.stopped();
    // They wait until their devices may be processed again.
    const left = new Set<string>();
    for (;;) {
      const rows = await store.tripsIn('ended', Number.MAX_SAFE_INTEGER, TRIPS_AT_ONCE + left.size);
      const ended = rows.filter(({ key }) => !left.has(key));
      if (ended.length === 0) break;
      for (const row of ended) {
        if (stopped.has(row.device)) {
          left.add(row.key);
          continue;
        }
        const frames = await store.framesOfTrip(row.key);
        const nowMs = this.ports.now();
        // Where another gateway has closed it meanwhile nothing is written; a trip that grew is looked at again.
        await store.commit(closeTrip(row, frames, { scorer, roads, placeOf, tenants, crypto, idKey, nowMs }));
      }
    }
    this.unscored = false;
  }

  /** A disk can become free again; a mistake of ours does not mend itself. */
  private onStoreError(error: unknown): void {
    if (!(error instanceof StoreError)) throw error;
    this.storeErrors++;
    if (!this.storeFailing) this.ports.log(`gateway: nothing is stored or receipted now: ${error.message}`);
    this.storeFailing = true;
  }
}

function rowOf(reason: DropReason, from: Uplink | Believed, atMs: number): QuarantineRow {
  const { device } = from;
  if ('channel' in from) return row(reason, device, uplinkTopic(device, from.channel), from.bytes, atMs);
  if (from.kind === 'frame') return row(reason, device, uplinkTopic(device, 'frame'), from.bytes, atMs);
  // Believed, but old: its hash says which message it was.
  return row(reason, device, uplinkTopic(device, from.kind === 'state' ? 'state' : 'event'), from.hash, atMs);
}

function row(reason: DropReason, device: string, topic: string, bytes: Uint8Array, atMs: number): QuarantineRow {
  const head = Uint8Array.from(bytes.subarray(0, QUARANTINE_HEAD_BYTES));
  return { reason, device, topic, sizeBytes: bytes.length, head, atMs };
}

function add(counts: Map<string, number>, counter: string, growth: number): void {
  counts.set(counter, (counts.get(counter) ?? 0) + growth);
}
