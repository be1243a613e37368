/**
 * The device's kernel (recorder, journal, revival, uplink) on a simulated flash, fed by a script. A sample carries
 * its own number as latitude, so that it is recognised wherever it comes out.
 */

import type { Effect } from '../../firmware/hal.ts';
import { Journal } from '../../firmware/journal.ts';
import type { Limits } from '../../firmware/limits.ts';
import { Recorder } from '../../firmware/recorder.ts';
import { revive } from '../../firmware/revival.ts';
import { ROW, ROW_VALUES } from '../../firmware/row.ts';
import type { Settings } from '../../firmware/settings.ts';
import { Uplink } from '../../firmware/uplink.ts';
import { toHex } from '../../protocol/bytes.ts';
import { encodeMessage } from '../../protocol/envelope.ts';
import { BOOT_BYTES, type Frame, type Occurrence, RawTrace } from '../../protocol/messages.ts';
import { newTrace, packTrace } from '../../protocol/raw-trace.ts';
import type { NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import { FrameBook } from './frame-book.ts';
import { Ledger } from './ledger.ts';

const SECOND_MS = 1000;
const DRAIN_ROUNDS_MAX = 400;

export interface BootCost {
  readonly operations: number;
  readonly bytesRead: number;
}

interface Unit {
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly uplink: Uplink;
}

/** What the script knows of the air: whether the gateway hears, and whether its receipts come back. */
export type Link = 'down' | 'no-receipts' | 'up';

export class Rig {
  readonly flash: NorFlash;
  readonly ledger: Ledger;
  readonly book: FrameBook;
  lastBoot: BootCost = { operations: 0, bytesRead: 0 };
  private readonly limits: Limits;
  private unit: Unit | null = null;
  private boots: number;
  private nowMs = 0;
  private air: Link = 'down';
  private readonly row = new Int32Array(ROW_VALUES);
  private readonly worn: number;

  /** `worn`: how many sectors the script wears out, at most. */
  constructor(limits: Limits, flash: NorFlash, worn: number, before: Rig | null = null) {
    this.limits = limits;
    this.flash = flash;
    this.worn = worn;
    this.ledger = before?.ledger.copy() ?? new Ledger(limits.blockSamples);
    this.book = new FrameBook(before?.book ?? null);
    this.book.onSeal = (frame) => {
      this.checkGap(frame);
      this.checkTraces(frame);
    };
    this.boots = before?.boots ?? 0;
  }

  /** The same place with another flash, from which another story can go on. This one must not be used any more. */
  fork(flash: NorFlash): Rig {
    return new Rig(this.limits, flash, this.worn, this);
  }

  get onTrip(): boolean {
    return this.device.recorder.trip !== null;
  }

  get journal(): Journal {
    return this.device.journal;
  }

  /** `offMs`: how long the power was off; undefined when the board cannot know. */
  boot(offMs: number | undefined): void {
    const { flash } = this;
    const [operations, bytesRead] = [flash.operations, flash.bytesRead];
    const chance = Rng.seeded(7).fork(`boot ${this.boots++}`);
    const boot = new Uint8Array(BOOT_BYTES);
    chance.fillBytes(boot);
    flash.powerCycle();
    this.nowMs = 0;
    this.air = 'down';
    const journal = new Journal(flash, boot, this.book);
    const close = journal.closeFrame.bind(journal);
    journal.closeFrame = (frame) => {
      const journaled = journal.stats.framesJournaled;
      close(frame);
      if (journal.stats.framesJournaled > journaled) this.ledger.frameJournaled(frame);
      else this.ledger.violation('a frame was not taken by any sector');
    };
    journal.recover();
    const recorder = new Recorder(journal, this.limits);
    const ongoing = revive(journal, { reason: offMs === undefined ? 'power-on' : 'brown-out', offMs });
    this.unit = { journal, recorder, uplink: new Uplink(journal, this.limits, (into) => chance.fillBytes(into)) };
    if (ongoing !== null) {
      recorder.resume(ongoing.number, ongoing.boot, ongoing.part, ongoing.summary);
      recorder.note(occurrence('power-gap', this.nowMs));
    }
    this.ledger.settingsRead(journal.settings);
    this.lastBoot = { operations: flash.operations - operations, bytesRead: flash.bytesRead - bytesRead };
  }

  /** The device is gone; its flash stays. */
  losePower(): void {
    this.ledger.powerLost();
    this.unit = null;
  }

  /** Seconds before a trip, then its beginning. */
  startTrip(): void {
    const { recorder, journal } = this.device;
    const from = this.ledger.number + 1;
    const sinceMs = this.nowMs + SECOND_MS;
    for (let i = 0; i < this.limits.preTripSamples; i++) this.second();
    const trips = journal.settings.trips + 1;
    this.save({ ...journal.settings, trips });
    recorder.startTrip(trips, sinceMs, journal.settings.mounting !== undefined);
    this.ledger.require(from);
  }

  drive(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.second();
      if (i % 5 === 4) this.device.recorder.note(braking(this.nowMs));
      this.pump();
    }
  }

  endTrip(): void {
    this.device.recorder.endTrip({ ending: 'parked', tailMs: 0 }, this.nowMs);
    this.save({ ...this.journal.settings, engineSeen: true });
  }

  /** An event outside a trip. */
  report(): void {
    this.device.recorder.report(occurrence('carried', this.nowMs), this.nowMs);
  }

  /** The mounting is found: `at` makes each finding differ. */
  mount(at: number): void {
    this.save({ ...this.journal.settings, mounting: [at, 1, 2, 3, 4, 5, 6, 7, 8] });
  }

  /** The gateway's configuration came: the trip ends, then one write holds all of it (docs/SPEC.md 4.5). */
  configure(number: number): void {
    this.device.recorder.endTrip({ ending: 'blocked', tailMs: 0 }, this.nowMs);
    const { mounting: _, ...rest } = this.journal.settings;
    this.save({ ...rest, configuration: number, vehicle: number, blocker: number % 2 === 1 });
  }

  link(link: Link): void {
    this.air = link;
    this.device.uplink.link(link !== 'down', this.nowMs);
    this.pump();
  }

  /** Time goes by without driving until everything has a receipt. */
  drain(): void {
    for (let round = 0; round < DRAIN_ROUNDS_MAX; round++) {
      this.nowMs += SECOND_MS;
      if (this.pump() === 0 && this.journal.waiting === 0) break;
    }
    if (this.journal.waiting !== 0) this.ledger.violation(`${this.journal.waiting} frames wait for ever`);
  }

  private save(settings: Settings): void {
    this.ledger.saving(settings);
    this.journal.saveSettings(settings);
    this.ledger.saved();
  }

  private second(): void {
    const { ledger, row } = this;
    this.nowMs += SECOND_MS;
    row.fill(0);
    row[ROW.fix] = 1;
    row[ROW.latE6] = ++ledger.number;
    row[ROW.speedDmS] = 100 + (ledger.number % 7);
    if (this.onTrip) ledger.require(ledger.number);
    this.device.recorder.second(row, this.nowMs, undefined, this.journal.settings.mounting !== undefined);
  }

  /** How many messages left. */
  private pump(): number {
    const { uplink } = this.device;
    if (this.air === 'down') return 0;
    const effects: Effect[] = [];
    uplink.pump(this.nowMs, effects);
    for (const effect of effects) {
      if (effect.kind !== 'publish') continue;
      const receipt = this.ledger.deliver(effect.bytes, this.book);
      if (receipt !== null && this.air === 'up') uplink.receipt(receipt);
    }
    return effects.length;
  }

  /** Frames may be given up only when there is no room for them. */
  private checkGap(frame: Frame): void {
    if (frame.dropped === undefined) return;
    const { sectorBytes, sectors } = this.flash.geometry;
    const image = this.flash.image();
    let used = 0;
    for (let sector = 0; sector < sectors; sector++) {
      const start = sector * sectorBytes;
      if (image.subarray(start + 16, start + sectorBytes).some((byte) => byte !== 0xff)) used++;
    }
    if (used < sectors - 2 - this.worn) this.ledger.violation(`frames were given up with ${used} sectors in use`);
  }

  /** A harsh event is never without its raw samples, wherever the power failed: frames of this script have room. */
  private checkTraces(frame: Frame): void {
    for (const { kind, atMs, trace } of frame.occurrences) {
      if (kind !== 'harsh-braking') continue;
      if (trace === undefined || textOf(trace) !== textOf(traceAt(atMs))) {
        this.ledger.violation(`the event at ${atMs} ms has lost its raw samples`);
      }
    }
  }

  private get device(): Unit {
    if (this.unit === null) throw new Error('powercut: the script uses a device that is off');
    return this.unit;
  }
}

/** Raw samples that tell the time of their event. */
function traceAt(atMs: number): RawTrace {
  const trace = newTrace();
  trace.count = 4;
  for (const [axis, cg] of trace.axesCg.entries()) cg.fill(Math.floor(atMs / SECOND_MS) + axis);
  return packTrace(trace);
}

function textOf(trace: RawTrace): string {
  return toHex(encodeMessage(RawTrace, trace));
}

function braking(atMs: number): Occurrence {
  return { ...occurrence('harsh-braking', atMs), trace: traceAt(atMs) };
}

function occurrence(kind: Occurrence['kind'], atMs: number): Occurrence {
  return { kind, atMs, durationMs: 500, peak: 30, speedDmS: 100 };
}
