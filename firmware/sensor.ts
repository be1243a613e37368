/**
 * The 12-V sensor: seven machines in one explicit order, once a second with the GNSS tick.
 *
 *     supply -> sensing -> mounting -> motion -> recorder -> journal -> uplink, and the LED
 */

import type { Scope } from '../protocol/cose.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { seal, unseal } from '../protocol/envelope.ts';
import type { DeviceIdentity } from '../protocol/identity.ts';
import {
  BACKDATE_MAX_MS,
  BOOT_BYTES,
  Configuration,
  ConnectProof,
  DAY_MS,
  DeviceState,
  Notice,
  type Occurrence,
  Receipt,
} from '../protocol/messages.ts';
import { Crash } from './crash.ts';
import { SpeedPeak } from './detectors.ts';
import { DeviceSeal } from './frame-seal.ts';
import { type Device, type Downlink, type Effect, type GnssFix, type Hal, type Input, NO_EFFECTS } from './hal.ts';
import { Journal } from './journal.ts';
import { Led } from './led.ts';
import { type Limits, PRODUCTION } from './limits.ts';
import { Motion, type MotionChange } from './motion.ts';
import { Mounting, type Rotation } from './mounting.ts';
import { plausibleFix } from './plausible.ts';
import { newRam, newShortRam } from './ram.ts';
import { Recorder } from './recorder.ts';
import { isBrownOut, revive } from './revival.ts';
import { ROW, ROW_VALUES } from './row.ts';
import { Sensing } from './sensing.ts';
import { mountingFrom, type Settings, storedMounting } from './settings.ts';
import { Supply } from './supply.ts';
import { Uplink } from './uplink.ts';
import { Vibration } from './vibration.ts';

export const FIRMWARE_VERSION = 'sensor 0.1.0';

// Shared by all devices of a process: a row is handed on within the second that fills it.
const row = new Int32Array(ROW_VALUES);

export class Sensor implements Device {
  readonly journal: Journal;
  readonly uplink: Uplink;
  /** Downlinks that were not believed. */
  refusedDownlinks = 0;
  private readonly hal: Hal;
  private readonly identity: DeviceIdentity;
  private readonly crypto: Crypto;
  private readonly boot16 = new Uint8Array(BOOT_BYTES);
  private readonly recorder: Recorder;
  private readonly led: Led;
  private readonly ram = newRam();
  private readonly shortRam = newShortRam();
  private readonly sensing = new Sensing(this.ram, this.shortRam);
  private readonly vibration = new Vibration(this.ram);
  private crashWatch: Crash | null = null;
  private speedPeak = new SpeedPeak();
  private supply = new Supply(false);
  private motion = new Motion(false);
  private mounting = new Mounting(null, this.ram);
  private occurrences: Occurrence[] = [];
  /** The brown-out that began this boot, while no trip has it. */
  private gap: Occurrence | null = null;
  private effects: Effect[] = [];
  private utcOffsetMs: number | undefined;
  private notices = 0;
  private linkUp = false;
  /** Since when trips may exist; Infinity while the blocker is on (E34). */
  private freeSinceMs = 0;

  constructor(hal: Hal, identity: DeviceIdentity, crypto: Crypto, limits: Limits = PRODUCTION) {
    this.hal = hal;
    this.identity = identity;
    this.crypto = crypto;
    hal.random(this.boot16);
    this.journal = new Journal(hal.flash, this.boot16, new DeviceSeal(identity, crypto));
    this.recorder = new Recorder(this.journal, limits, this.shortRam);
    this.uplink = new Uplink(this.journal, limits, (into) => hal.random(into));
    this.led = new Led((green) => hal.led(green));
  }

  /** The vehicle's axes in the sensor's, rows forward, left, up; null until they are found. */
  get axes(): Rotation | null {
    return this.mounting.rotation;
  }

  /** B68; what it finds is for eCall and never stored for the tariff (C57). Most devices never wake up for one. */
  get crash(): Crash {
    this.crashWatch ??= new Crash();
    return this.crashWatch;
  }

  boot(now: number): readonly Effect[] {
    const { reset } = this.hal;
    this.journal.recover();
    const { settings } = this.journal;
    if (settings.blocker) this.freeSinceMs = Number.POSITIVE_INFINITY;
    // While the blocker is on no trip goes on, whatever a cut has left of one.
    const ongoing = revive(this.journal, settings.blocker ? { ...reset, offMs: undefined } : reset);
    this.supply = new Supply(settings.engineSeen);
    this.motion = new Motion(ongoing !== null);
    this.mounting = new Mounting(mountingFrom(settings), this.ram);
    if (this.mounting.rotation !== null) this.sensing.mount(this.mounting.rotation);
    if (isBrownOut(reset)) {
      this.supply.brownedOut(now);
      this.gap = { kind: 'power-gap', atMs: now, durationMs: reset.offMs ?? 0, peak: 0, speedDmS: 0 };
    } else this.led.pluggedIn(now);
    if (ongoing !== null) {
      this.recorder.resume(ongoing.number, ongoing.boot, ongoing.part, ongoing.summary);
      this.markGap(now);
    }
    this.effects.push({ kind: 'connect', proof: this.connectProof(), will: this.stateMessage(false, now) });
    return this.takeEffects();
  }

  handle(input: Input, now: number): readonly Effect[] {
    switch (input.kind) {
      case 'imu':
        this.vibration.block(input.axesMg);
        this.sensing.block(input.axesMg, input.startMs);
        return NO_EFFECTS;
      case 'imu-burst':
        this.crash.block(input.axesMg, input.startMs, this.sensing.gravityMg);
        return NO_EFFECTS;
      case 'supply':
        if (this.supply.block(input.mV, input.startMs, now)) this.led.engineStarted(now);
        return NO_EFFECTS;
      case 'gnss':
        this.second(input.fix, now);
        break;
      case 'link':
        this.link(input.up, now);
        break;
      case 'downlink':
        this.downlink(input, now);
        break;
      case 'update':
        this.led.update(input.installing, now);
        break;
      case 'undervoltage':
        if (input.low) {
          this.recorder.secure();
          this.supply.brownedOut(now);
        }
        break;
    }
    this.uplink.pump(now, this.effects);
    return this.takeEffects();
  }

  nextTimeout(): number {
    return Math.min(this.led.nextTimeout(), this.uplink.nextTimeout());
  }

  onTimeout(now: number): readonly Effect[] {
    this.led.onTimeout(now);
    this.uplink.pump(now, this.effects);
    return this.takeEffects();
  }

  private second(reported: GnssFix | null, now: number): void {
    const fix = plausibleFix(reported);
    if (fix !== null) this.utcOffsetMs = fix.utcMs - now;
    this.sensing.locate(fix?.speedCmS ?? null, fix?.headingCdeg ?? 0);
    this.findMounting(now);
    this.sensing.judge(this.occurrences);
    if (this.vibration.faulty) this.led.failed(now);
    const { vibrationMg } = this.sensing;
    const change = this.motion.second(fix?.speedCmS ?? null, vibrationMg, this.vibration, this.supply, now);
    if (this.blocked) this.occurrences.length = 0;
    else this.record(fix, change, now);
  }

  private record(fix: GnssFix | null, change: MotionChange, now: number): void {
    if (change.kind === 'trip-start') this.startTrip(change.sinceMs, now);
    this.fillRow(fix);
    this.recorder.second(row, now, this.utcOffsetMs, this.sensing.vehicleAxes);
    const peak = this.speedPeak.second(fix?.speedCmS ?? null, now);
    if (peak !== null) this.occurrences.push(peak);
    // Events are known late: what began under the blocker stays unsaid.
    for (const occurrence of this.occurrences) if (occurrence.atMs >= this.freeSinceMs) this.recorder.note(occurrence);
    this.occurrences.length = 0;
    this.endMotion(change, now);
  }

  private findMounting(now: number): void {
    const { sensing, mounting } = this;
    const news = mounting.second(sensing.lateMg, sensing.reference);
    if (news === 'odd') sensing.blind();
    if (mounting.rotation !== null) sensing.mount(mounting.rotation);
    if (news === 'lost') {
      sensing.unmount();
      this.remember();
    }
    if (news !== 'found') return;
    this.remember();
    this.notify({ kind: 'mounting-found', atMs: now, durationMs: 0, peak: 0, speedDmS: 0 });
  }

  /** The sensor sits in another vehicle (C41): its axes are others, and its supply may show no engine. */
  private newVehicle(): void {
    this.mounting.restart();
    this.sensing.unmount();
    this.supply.engineSeen = false;
  }

  private get blocked(): boolean {
    return this.freeSinceMs === Number.POSITIVE_INFINITY;
  }

  /** E34. A trip that runs ends, and nothing is kept of what comes; afterwards the next one begins anew. */
  private block(on: boolean, now: number): void {
    if (on === this.blocked) return;
    if (on) this.recorder.endTrip({ ending: 'blocked', tailMs: 0 }, now);
    this.freeSinceMs = on ? Number.POSITIVE_INFINITY : now;
    this.motion = new Motion(false);
    this.speedPeak = new SpeedPeak();
  }

  private startTrip(engineMs: number, now: number): void {
    const sinceMs = Math.max(engineMs, this.freeSinceMs);
    const number = this.journal.settings.trips + 1;
    this.remember({ trips: number });
    this.recorder.startTrip(number, sinceMs, this.sensing.vehicleAxes);
    this.markGap(sinceMs);
    this.notify({ kind: 'trip-start', atMs: Math.max(0, sinceMs), durationMs: now - sinceMs, peak: 0, speedDmS: 0 });
  }

  /** The brown-out before this boot belongs to the trip that it interrupted, or whose crank it was (C32). */
  private markGap(sinceMs: number): void {
    if (this.gap !== null && this.gap.atMs >= sinceMs) this.recorder.note(this.gap);
    this.gap = null;
  }

  private endMotion(change: MotionChange, now: number): void {
    if (change.kind === 'trip-end') {
      const tailMs = Math.min(BACKDATE_MAX_MS, now - change.sinceMs);
      this.notify({ kind: 'trip-end', atMs: change.sinceMs, durationMs: tailMs, peak: 0, speedDmS: 0 });
      this.recorder.endTrip({ ending: change.ending, tailMs }, now);
      this.remember();
    } else if (change.kind === 'carried') {
      const speedDmS = Math.round(change.topSpeedCmS / 10);
      const { sinceMs: atMs } = change;
      const durationMs = Math.min(DAY_MS, change.durationMs);
      this.recorder.report({ kind: 'carried', atMs, durationMs, peak: speedDmS, speedDmS }, now);
    }
  }

  /** Writes what must outlive a reset. */
  private remember(changes: Partial<Settings> = {}): void {
    const { rotation } = this.mounting;
    const mounting = rotation === null ? undefined : storedMounting(rotation);
    const { engineSeen } = this.supply;
    this.journal.saveSettings({ ...this.journal.settings, engineSeen, mounting, ...changes });
  }

  private fillRow(fix: GnssFix | null): void {
    row.fill(0);
    if (fix !== null) {
      row[ROW.fix] = 1;
      row[ROW.latE6] = Math.round(fix.latE7 / 10);
      row[ROW.lonE6] = Math.round(fix.lonE7 / 10);
      row[ROW.speedDmS] = Math.min(2000, Math.round(fix.speedCmS / 10));
      row[ROW.headingDeg] = Math.round(fix.headingCdeg / 100) % 360;
      row[ROW.altitudeM] = Math.max(-20_000, Math.min(20_000, fix.altitudeM));
    }
    row.set(this.sensing.columnsCg, ROW.acceleration);
  }

  private link(up: boolean, now: number): void {
    this.linkUp = up;
    this.uplink.link(up, now);
    if (up) this.publish('state', this.stateMessage(true, now), true);
  }

  private downlink({ channel, bytes }: Downlink, now: number): void {
    const { identity, crypto } = this;
    if (channel === 'config') {
      const scope: Scope = { type: 'bb-config', direction: 'dn', device: identity.id };
      const configuration = unseal(Configuration, bytes, scope, identity.gatewayKey, crypto);
      if (configuration.ok) this.configure(configuration.value, now);
      else this.refusedDownlinks++;
      return;
    }
    const scope: Scope = { type: 'bb-receipt', direction: 'dn', device: identity.id };
    const receipt = unseal(Receipt, bytes, scope, identity.gatewayKey, crypto);
    if (receipt.ok) this.uplink.receipt(receipt.value);
    else this.refusedDownlinks++;
  }

  /** One write is all of it. A trip ends before: after a cut in between the gateway says it once more. */
  private configure({ number, vehicle, blocker }: Configuration, now: number): void {
    const { settings } = this.journal;
    if (number < (settings.configuration ?? 0)) return;
    if (number !== settings.configuration) {
      this.block(blocker, now);
      if (vehicle !== (settings.vehicle ?? 0)) this.newVehicle();
      this.remember({ configuration: number, vehicle, blocker });
    }
    if (this.linkUp) this.publish('state', this.stateMessage(true, now), true);
  }

  /** Early notice, if there is a link: the frame will say it again. */
  private notify(what: Occurrence): void {
    if (!this.linkUp || this.blocked) return;
    const utcMs = this.utcOffsetMs === undefined ? undefined : this.utcOffsetMs + what.atMs;
    const { trip } = this.recorder;
    const part = trip === null ? undefined : { number: trip.number, boot: trip.boot, part: trip.part };
    const notice: Notice = { boot: this.boot16, number: this.notices++, what, utcMs, trip: part };
    const scope: Scope = { type: 'bb-event', direction: 'up', device: this.identity.id };
    this.publish('event', seal(Notice, notice, scope, this.identity.secretKey, this.crypto), false);
  }

  private connectProof(): Uint8Array {
    const scope: Scope = { type: 'bb-connect', direction: 'up', device: this.identity.id };
    return seal(ConnectProof, { boot: this.boot16 }, scope, this.identity.secretKey, this.crypto);
  }

  private stateMessage(online: boolean, now: number): Uint8Array {
    const { reason, offMs } = this.hal.reset;
    const state: DeviceState = {
      boot: this.boot16,
      online,
      atMs: now,
      firmware: FIRMWARE_VERSION,
      reset: reason,
      offMs,
      waiting: this.journal.waiting,
      mounted: this.sensing.vehicleAxes,
      configuration: this.journal.settings.configuration,
    };
    const scope: Scope = { type: 'bb-state', direction: 'up', device: this.identity.id };
    return seal(DeviceState, state, scope, this.identity.secretKey, this.crypto);
  }

  private publish(channel: 'event' | 'state', bytes: Uint8Array, retain: boolean): void {
    this.effects.push({ kind: 'publish', channel, bytes, retain });
  }

  private takeEffects(): readonly Effect[] {
    if (this.effects.length === 0) return NO_EFFECTS;
    const effects = this.effects;
    this.effects = [];
    return effects;
  }
}
