/** A batch of believed messages against what is known: what to write, whom to receipt, what to publish. */

import { fromHex, sameBytes, toHex } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import type { DeviceState, Frame, Receipt, TripPart } from '../../protocol/messages.ts';
import { unpackSamples } from '../../protocol/samples.ts';
import { eventsOf, type Happening, type Tenant } from './backend.ts';
import { type Birth, birthOf } from './configuration.ts';
import type { Believed, BelievedFrame, BelievedNotice, BelievedState } from './examine.ts';
import { includes } from './ranges.ts';
import { type BootRow, lostOf, markGivenUp, markReceived, markRefused, newBootRow, receiptOf } from './received.ts';
import type { Writes } from './store.ts';
import { bootId, type Facts, type FrameKey, frameId, type Needs, type StateRow, type StoredFrame } from './store.ts';
import { type PlaceOf, tripStarted } from './trip-events.ts';
import { foldFrame, newTripRow, type TripRow, tripKeyOf } from './trips.ts';

export interface AddressedReceipt {
  readonly device: string;
  readonly receipt: Receipt;
}

/** A message that was believed and is still not taken. */
export interface Untaken {
  readonly message: Believed;
  readonly reason: 'fork' | 'stale';
}

export interface Decision {
  readonly writes: Omit<Writes, 'quarantine'>;
  readonly untaken: readonly Untaken[];
  /** To be sent after the commit. */
  readonly receipts: readonly AddressedReceipt[];
  /** Devices that may have to be told what they are to be. */
  readonly births: readonly Birth[];
}

export interface Surroundings {
  readonly tenants: readonly Tenant[];
  readonly placeOf: PlaceOf;
  readonly crypto: Crypto;
  readonly nowMs: number;
}

export function needs(batch: readonly Believed[]): Needs {
  const frames: FrameKey[] = [];
  const boots = new Map<string, { device: string; boot: string }>();
  const trips = new Set<string>();
  const states = new Set<string>();
  for (const message of batch) {
    const { device } = message;
    if (message.kind === 'state') states.add(device);
    else if (message.kind === 'notice') {
      const { trip, boot } = message.notice;
      if (trip !== undefined) trips.add(tripKeyOf(device, toHex(boot), trip));
    } else {
      frames.push(message);
      boots.set(bootId(device, message.boot), { device, boot: message.boot });
      for (const range of message.frame?.dropped ?? []) {
        const boot = toHex(range.boot);
        boots.set(bootId(device, boot), { device, boot });
      }
      const trip = message.frame?.trip;
      if (trip !== undefined) trips.add(tripKeyOf(device, message.boot, trip));
    }
  }
  return { frames, boots: [...boots.values()], trips: [...trips], states: [...states] };
}

export function decide(facts: Facts, batch: readonly Believed[], around: Surroundings): Decision {
  const ingest = new Ingest(facts, around);
  for (const message of batch) {
    if (message.kind === 'frame') ingest.takeFrame(message);
    else if (message.kind === 'notice') ingest.takeNotice(message);
    else ingest.takeState(message);
  }
  return ingest.decision();
}

/** The batch as it grows: later messages of a batch see what earlier ones will have written. */
class Ingest {
  private readonly facts: Facts;
  private readonly around: Surroundings;
  private readonly hashes = new Map<string, Uint8Array>();
  private readonly boots = new Map<string, BootRow>();
  private readonly trips = new Map<string, TripRow>();
  private readonly states = new Map<string, StateRow>();
  private readonly frames: StoredFrame[] = [];
  private readonly births: Birth[] = [];
  private readonly happenings: Happening[] = [];
  private readonly untaken: Untaken[] = [];
  private readonly counts = new Map<string, number>();

  constructor(facts: Facts, around: Surroundings) {
    this.facts = facts;
    this.around = around;
  }

  takeFrame(message: BelievedFrame): void {
    const { device, boot, seq, hash, frame, bytes } = message;
    const id = frameId(message);
    const row = this.boot(device, boot);
    // Touched even by a duplicate, so that it is receipted again.
    this.keep(row);
    const known = this.hashes.get(id) ?? this.facts.hashes.get(id);
    if (known !== undefined && !sameBytes(known, hash)) {
      this.fork(message, row);
      return;
    }
    for (const { boot: of, from, count } of frame?.dropped ?? []) {
      this.keep(markGivenUp(this.boot(device, toHex(of)), from, count));
    }
    // The bytes of an old frame may have been erased; its number stays taken.
    if (known !== undefined || includes(row.received, seq)) {
      this.count('duplicate');
      return;
    }
    this.hashes.set(id, hash);
    this.keep(markReceived(this.boot(device, boot), seq));
    const part = frame?.trip;
    const trip = part === undefined ? null : tripKeyOf(device, boot, part);
    this.frames.push({ device, boot, seq, hash, trip, receivedMs: this.around.nowMs, bytes });
    this.count('stored');
    if (frame === null) this.count('raw');
    else if (part !== undefined && trip !== null) this.fold(trip, device, frame, part);
  }

  takeNotice({ device, notice }: BelievedNotice): void {
    this.count('notice');
    const { trip, what, boot, utcMs } = notice;
    if (trip === undefined || what.kind !== 'trip-start') return;
    const row = this.trip(tripKeyOf(device, toHex(boot), trip), device);
    if (!row.started) this.start(row, utcMs ?? null, null);
  }

  takeState(message: BelievedState): void {
    const { device, state, hash } = message;
    const boot = toHex(state.boot);
    const last = this.states.get(device) ?? this.facts.states.get(device);
    const repeated = last !== undefined && sameBytes(last.hash, hash);
    if (!repeated && isStale(state, boot, last)) {
      this.untaken.push({ message, reason: 'stale' });
      return;
    }
    if (state.online) this.births.push(birthOf(device, state, this.facts.configurations.get(device)));
    if (repeated) {
      this.count('duplicate-state');
      return;
    }
    this.count('state');
    this.states.set(device, { device, boot, atMs: state.atMs, hash, version: last?.version ?? 0 });
    const { online, firmware, reset, offMs = null, waiting: framesWaiting, mounted, configuration = null } = state;
    const data = { online, firmware, reset, offMs, framesWaiting, mounted, configuration };
    // A boot's will is the same message each time its session dies, and each time something else happened.
    const identity = `${toHex(hash)}/${this.around.nowMs}`;
    this.happen({ type: 'device.state', device, identity, trip: null, atMs: this.around.nowMs, data });
  }

  decision(): Decision {
    const { tenants, crypto } = this.around;
    const boots = [...this.boots.values()];
    return {
      writes: {
        frames: this.frames,
        boots: boots.filter((row) => this.facts.boots.get(bootId(row.device, row.boot)) !== row),
        trips: [...this.trips.values()],
        states: [...this.states.values()],
        counts: this.counts,
        events: this.happenings.flatMap((happening) => eventsOf(happening, tenants, crypto)),
      },
      untaken: this.untaken,
      // A gap frame may name boots of which nothing was ever heard: there is nobody to receipt.
      receipts: boots
        .filter(({ received }) => received.length > 0)
        .map((row) => ({
          device: row.device,
          receipt: receiptOf(row, fromHex(row.boot) ?? new Uint8Array()),
        })),
      births: this.births,
    };
  }

  /** Same identity, other content: a cloned key or a broken journal. What is stored stays as it is. */
  private fork(message: BelievedFrame, row: BootRow): void {
    this.count('fork');
    this.untaken.push({ message, reason: 'fork' });
    const { device, seq } = message;
    if (includes(row.refused, seq)) return;
    this.keep(markRefused(row, seq));
    const data = {
      alarm: 'fork',
      says: 'two different frames with one identity: the key of this device may be cloned',
    };
    const identity = frameId(message);
    this.happen({ type: 'device.alarm', device, identity, trip: null, atMs: this.around.nowMs, data });
  }

  private fold(key: string, device: string, frame: Frame, part: TripPart): void {
    const row = this.trip(key, device);
    const folded = foldFrame(row, part, this.around.nowMs);
    this.trips.set(key, folded);
    if (folded.started || part.part !== 0 || frame.dropped !== undefined) return;
    const startUtcMs = frame.utcMs === undefined ? null : frame.utcMs - (part.leadMs ?? 0);
    this.start(folded, startUtcMs, firstPlace(frame, this.around.placeOf));
  }

  private start(row: TripRow, startUtcMs: number | null, place: string | null): void {
    this.trips.set(row.key, { ...row, started: true });
    this.happen(tripStarted(row, startUtcMs, place, this.around.nowMs));
  }

  private trip(key: string, device: string): TripRow {
    return this.trips.get(key) ?? this.facts.trips.get(key) ?? newTripRow(key, device, this.around.nowMs);
  }

  private boot(device: string, boot: string): BootRow {
    const id = bootId(device, boot);
    return this.boots.get(id) ?? this.facts.boots.get(id) ?? newBootRow(device, boot);
  }

  private keep(row: BootRow): void {
    const lost = lostOf(row) - lostOf(this.boot(row.device, row.boot));
    if (lost !== 0) this.count('dropped', lost);
    this.boots.set(bootId(row.device, row.boot), row);
  }

  private happen(happening: Happening): void {
    this.happenings.push(happening);
  }

  private count(counter: string, growth = 1): void {
    this.counts.set(counter, (this.counts.get(counter) ?? 0) + growth);
  }
}

/**
 * A birth is stale when a later one of its boot is known. A will was made at the boot's start and says nothing of
 * when the session died: it holds unless another boot has spoken since.
 */
function isStale(state: DeviceState, boot: string, last: StateRow | undefined): boolean {
  if (last === undefined) return false;
  return state.online ? last.boot === boot && state.atMs < last.atMs : last.boot !== boot;
}

function firstPlace(frame: Frame, placeOf: PlaceOf): string | null {
  if (frame.samples === undefined) return null;
  const samples = unpackSamples(frame.samples);
  if (!samples.ok) return null;
  const { count, fix, latE6, lonE6 } = samples.value;
  for (let i = 0; i < count; i++) if (fix[i] === 1) return placeOf(latE6[i], lonE6[i]);
  return null;
}
