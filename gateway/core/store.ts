/**
 * What the gateway keeps, as a contract. `commit` is one transaction: all of it or nothing, durable when the
 * promise resolves. One gateway writes; a second process may enrol devices meanwhile.
 */

import type { BackendEvent } from './backend.ts';
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
  commit(writes: Writes): Promise<void>;
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
