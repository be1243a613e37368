/**
 * The shell around decisions about access: messages come in, are believed, decided together with facts that were
 * loaded once, and committed with a version check; what they lead to leaves after the commit. When another gateway
 * was faster, facts are loaded and decisions made again. No clock and no timers: the owner calls `flush` and `tick`.
 */

import type { Crypto } from '../../protocol/crypto.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import type { AccessChannel, DownlinkChannel } from '../../protocol/topics.ts';
import { uplinkTopic } from '../../protocol/topics.ts';
import type { AccessStore } from '../core/access/access-store.ts';
import type { AccessContext, TanKeys } from '../core/access/context.ts';
import { decideAccess } from '../core/access/decide.ts';
import { Draft } from '../core/access/draft.ts';
import { ACCESS_LIMITS, type AccessLimits } from '../core/access/limits.ts';
import type { AccessMessage } from '../core/access/message.ts';
import { missingFacts } from '../core/access/needs.ts';
import type { Tenant } from '../core/backend.ts';
import type { DropReason } from '../core/drop-reason.ts';
import type { DeviceRecord } from '../core/enrolment.ts';
import { RateGate, type RateLimit } from '../core/rate.ts';
import { StoreError } from '../core/store.ts';
import { AccessGate, type WaitingUplink } from './access-gate.ts';
import { AccessSpeech, type SealedIssuers } from './access-speech.ts';
import { HeardBoxes } from './heard-boxes.ts';
import type { Suspect } from './shell.ts';

export interface AccessPorts {
  readonly store: AccessStore;
  /** Records of enrolled devices, for the keys of boxes. */
  boxes(ids: readonly string[]): Promise<ReadonlyMap<string, DeviceRecord>>;
  readonly crypto: Crypto;
  /** Signs leases, replies, and whatever else phones and boxes believe. */
  readonly issuerSecretKey: Uint8Array;
  /** Null where the offline root has given out no set yet. */
  readonly issuers: SealedIssuers | null;
  readonly tenants: readonly Tenant[];
  readonly tanKeys: TanKeys & { erase(nowMs: number): void };
  /** UTC milliseconds. */
  now(): number;
  /** Unpredictable bytes. */
  random(count: number): Uint8Array;
  sendDownlink(device: string, channel: DownlinkChannel, bytes: Uint8Array): void;
  /** Something that cannot be believed. */
  suspect(suspect: Suspect): void;
  /** Events lie in the outbox. */
  onEvents(): void;
  log(line: string): void;
}

export interface AccessBounds {
  /** Messages that share a commit, at most. */
  readonly batchMax: number;
  /** Messages that may wait; whoever sent more sends them again. */
  readonly queueMax: number;
  readonly rate: RateLimit;
}

/** A person does not ask twice a second, and a box has something to say every 30 s. */
const RATE: RateLimit = { perSecond: 50, burst: 2000 };
const BOUNDS: AccessBounds = { batchMax: 128, queueMax: 20_000, rate: RATE };
const DUE_AT_ONCE = 256;
const DUE_ROUNDS_MAX = 8;
/** Another gateway was faster, so many times in a row. */
const TRIES_MAX = 50;

export class AccessShell {
  private readonly ports: AccessPorts;
  private readonly limits: AccessLimits;
  private readonly bounds: AccessBounds;
  private readonly issuer: string;
  private readonly gate: AccessGate;
  private readonly speech: AccessSpeech;
  private readonly heard: HeardBoxes;
  private queue: WaitingUplink[] = [];
  private busy: Promise<unknown> = Promise.resolve();
  private storeErrors = 0;
  private storeFailing = false;

  constructor(ports: AccessPorts, limits: Partial<AccessLimits & AccessBounds> = {}) {
    this.ports = ports;
    this.limits = { ...ACCESS_LIMITS, ...limits };
    this.bounds = { ...BOUNDS, ...limits };
    this.issuer = deviceIdOf(ports.crypto.publicKey(ports.issuerSecretKey), ports.crypto);
    this.gate = new AccessGate(ports, new RateGate(this.bounds.rate), (reason, uplink) => this.drop(reason, uplink));
    this.speech = new AccessSpeech(ports);
    this.heard = new HeardBoxes(ports.store);
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** How often the store could not be used. */
  get storeErrorCount(): number {
    return this.storeErrors;
  }

  /** Takes a message in; it is looked at by the next `flush`. */
  receive(device: string, channel: AccessChannel, bytes: Uint8Array, settled?: () => void): void {
    const uplink = { device, channel, bytes };
    if (this.queue.length < this.bounds.queueMax) this.queue.push({ uplink, settled });
    else {
      this.drop('queue-full', uplink);
      settled?.();
    }
  }

  /** Decides all that waits. False when the store failed: what waited is kept, call again. */
  flush(): Promise<boolean> {
    return this.exclusive(async () => {
      while (this.queue.length > 0) await this.takeBatch();
    });
  }

  /** What has become due, and boxes for which another gateway may have left something. */
  tick(): Promise<boolean> {
    return this.exclusive(async () => {
      const nowMs = this.ports.now();
      this.ports.tanKeys.erase(nowMs);
      await this.decideDue(nowMs);
      const boxes = await this.heard.withSomethingOpen(nowMs);
      await this.decideInBatches(boxes.map((box) => ({ kind: 'look-after', box })));
    });
  }

  /** Drains what waits, as far as the store allows. */
  async close(): Promise<void> {
    await this.flush();
  }

  /** One at a time, so that a gateway does not lose commits to itself. */
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

  private async takeBatch(): Promise<void> {
    const batch = this.queue.splice(0, this.bounds.batchMax);
    try {
      const messages = await this.gate.believe(batch, this.ports.now());
      await this.decideTogether(messages);
      this.heard.note(messages, this.ports.now());
    } catch (error) {
      // Nothing of it has left, all of it is tried again.
      this.queue = [...batch, ...this.queue];
      throw error;
    }
    for (const { settled } of batch) settled?.();
  }

  private async decideDue(nowMs: number): Promise<void> {
    for (let round = 0; round < DUE_ROUNDS_MAX; round++) {
      const due = await this.ports.store.due(nowMs, DUE_AT_ONCE);
      await this.decideInBatches(due.map((key) => ({ kind: 'due', key })));
      if (due.length < DUE_AT_ONCE) break;
    }
  }

  private async decideInBatches(messages: readonly AccessMessage[]): Promise<void> {
    for (let at = 0; at < messages.length; at += this.bounds.batchMax) {
      await this.decideTogether(messages.slice(at, at + this.bounds.batchMax));
    }
  }

  /** One commit for all of them; then what they lead to leaves. */
  private async decideTogether(messages: readonly AccessMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const { store, onEvents } = this.ports;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const draft = new Draft(this.context());
      await this.loadFacts(draft, messages);
      if (tries > 0) draft.count('access/conflicts');
      for (const message of messages) decideAccess(draft, message);
      const words = draft.boxWords();
      const writes = draft.writes();
      const isQuiet = writes.documents.length === 0 && writes.audit.length === 0 && writes.counts.size === 0;
      if (!isQuiet && !(await store.commit(writes))) continue;
      this.speech.send(words, draft.replies);
      if (writes.events.length > 0) onEvents();
      return;
    }
    throw new StoreError('busy', 'other gateways change the same records all the time');
  }

  /** Records name other records, so this goes on until nothing is missing. */
  private async loadFacts(draft: Draft, messages: readonly AccessMessage[]): Promise<void> {
    for (;;) {
      const missing = new Set<string>();
      for (const message of messages) for (const key of missingFacts(draft, message)) missing.add(key);
      if (missing.size === 0) return;
      draft.add((await this.ports.store.load([...missing])).values());
    }
  }

  private context(): AccessContext {
    const { crypto, tenants, tanKeys, issuers, random } = this.ports;
    return {
      nowMs: this.ports.now(),
      crypto,
      tenants,
      tanKeys,
      issuer: this.issuer,
      issuersNumber: issuers?.number ?? null,
      limits: this.limits,
      random,
    };
  }

  private drop(reason: DropReason, { device, channel, bytes }: WaitingUplink['uplink']): void {
    const topic = uplinkTopic(device, channel);
    this.ports.suspect({ reason, device, topic, bytes, sizeBytes: bytes.length });
  }

  /** A disk can become free again; a mistake of ours does not mend itself. */
  private onStoreError(error: unknown): void {
    if (!(error instanceof StoreError)) throw error;
    this.storeErrors++;
    if (!this.storeFailing) this.ports.log(`gateway: nobody gets access now: ${error.message}`);
    this.storeFailing = true;
  }
}
