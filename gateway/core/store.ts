/**
 * What the gateway keeps, as a contract. `commit` is one transaction: all of it or nothing, durable when the
 * promise resolves. Several gateways may share one store: rows that are read, changed and written again carry a
 * version, and a commit holds only if none of them has changed meanwhile.
 */

import type { BackendEvent } from './backend.ts';
import type { ConfigurationChange, ConfigurationRow } from './configuration.ts';
import type { QuarantineRow } from './drop-reason.ts';
import type { DeviceRecord, Enrolment, Manufacturer } from './enrolment.ts';
import type { BootRow } from './received.ts';
import type { TripRow, TripState } from './trips.ts';

export interface StoredFrame {
  readonly device: string;
  readonly boot: string;
  readonly seq: number;
  readonly hash: Uint8Array;
  /** Key of its trip, if it has one. */
  readonly trip: string | null;
  readonly receivedMs: number;
  /** As signed by the device. */
  readonly bytes: Uint8Array;
}

/** The last state that was published for a device. */
export interface StateRow {
  readonly device: string;
  readonly boot: string;
  readonly atMs: number;
  readonly hash: Uint8Array;
  /** As it was read; 0: there was none. */
  readonly version: number;
}

export interface FrameKey {
  readonly device: string;
  readonly boot: string;
  readonly seq: number;
}

export interface Needs {
  readonly frames: readonly FrameKey[];
  readonly boots: readonly { readonly device: string; readonly boot: string }[];
  readonly trips: readonly string[];
  readonly states: readonly string[];
}

/** What the store has for some needs; what it does not have is absent. Keys by `frameId` and `bootId`. */
export interface Facts {
  readonly hashes: ReadonlyMap<string, Uint8Array>;
  readonly boots: ReadonlyMap<string, BootRow>;
  readonly trips: ReadonlyMap<string, TripRow>;
  readonly states: ReadonlyMap<string, StateRow>;
  /** Of the devices whose states are needed. */
  readonly configurations: ReadonlyMap<string, ConfigurationRow>;
}

/** How much each counter grows: `stored`, `duplicate`, `fork`, `dropped`, `raw`, and `quarantine/<reason>`. */
export type Counts = ReadonlyMap<string, number>;

export interface Writes {
  /** Insert or ignore. */
  readonly frames: readonly StoredFrame[];
  readonly boots: readonly BootRow[];
  readonly trips: readonly TripRow[];
  readonly states: readonly StateRow[];
  readonly quarantine: readonly QuarantineRow[];
  readonly counts: Counts;
  /** Each gets the next number of its tenant and a place in the outbox. */
  readonly events: readonly BackendEvent[];
}

export const NO_WRITES: Writes = {
  frames: [],
  boots: [],
  trips: [],
  states: [],
  quarantine: [],
  counts: new Map(),
  events: [],
};

export interface OutboxRow {
  readonly id: number;
  readonly topic: string;
  readonly json: string;
}

export interface StoreStats {
  readonly counts: Counts;
  readonly trips: Readonly<Record<TripState, number>>;
  readonly outbox: number;
  readonly quarantineRows: number;
  readonly devices: number;
}

export interface Store {
  devices(ids: readonly string[]): Promise<ReadonlyMap<string, DeviceRecord>>;
  facts(needs: Needs): Promise<Facts>;
  /** False, and nothing is written, when a row of `boots`, `trips` or `states` is no longer at its version. */
  commit(writes: Writes): Promise<boolean>;
  framesOfTrip(trip: string): Promise<readonly StoredFrame[]>;
  /** Oldest first. */
  tripsIn(state: TripState, receivedUntilMs: number, limit: number): Promise<readonly TripRow[]>;
  /** In the order of commit. */
  outbox(limit: number): Promise<readonly OutboxRow[]>;
  published(ids: readonly number[]): Promise<void>;
  /** Newest first. */
  quarantine(limit: number): Promise<readonly QuarantineRow[]>;
  manufacturers(): Promise<readonly Manufacturer[]>;
  pin(publicKey: Uint8Array): Promise<void>;
  /** How many devices are new. A device that is known keeps its record, revocation included. */
  enrol(enrolment: Enrolment): Promise<number>;
  /** False for an unknown device. */
  revoke(device: string): Promise<boolean>;
  /** What the device is to be from now on; null for an unknown device. */
  configure(device: string, change: ConfigurationChange, nowMs: number): Promise<ConfigurationRow | null>;
  /** Those that were changed after a revision, in the order of change. */
  configurations(afterRevision: number, limit: number): Promise<readonly ConfigurationRow[]>;
  stats(): Promise<StoreStats>;
  close(): Promise<void>;
}

export const QUARANTINE_ROWS_MAX = 1000;

export function bootId(device: string, boot: string): string {
  return `${device}/${boot}`;
}

export function frameId({ device, boot, seq }: FrameKey): string {
  return `${device}/${boot}/${seq}`;
}

/** The machine under the store does not let it write or read. Nothing was changed; trying again may help. */
export class StoreError extends Error {
  /** `damaged`: what lies there is no store of ours, or no longer. */
  readonly kind: 'full' | 'io' | 'busy' | 'readonly' | 'damaged';

  constructor(kind: StoreError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
