/**
 * What the 12-V line says about the engine. Voltage alone decides nothing about trips (E47): a smart alternator
 * runs the line at 12.0 to 15.5 V, so "running" is kept until the line has been at rest for a while, the car
 * stands, and the accelerometer feels no engine any more (vibration.ts says why that is the one to ask). On a car
 * whose engine cannot be felt and whose line lies at rest level while it drives, rest level proves nothing at
 * all; there only standing still ends a trip.
 */

import type { Vibration } from './vibration.ts';

/** numbers.md 4: engine on above 13.4 V for 5 s, off below 13.0 V for 20 s. */
const CHARGING_MV = 13_400;
const CHARGING_MS = 5_000;
const REST_MAX_MV = 13_000;
/** A flat battery rests as well; what is below belongs to a starter. */
const REST_MIN_MV = 10_500;
const REST_MS = 20_000;
/** A starter pulls the line down by volts within milliseconds; nothing else in a car does. */
const CRANK_DIP_MV = 10_500;
const CRANKED_MV = 11_500;
/** A line that is up for so long without an alternator's level: the engine has not started. */
const CRANK_MAX_MS = 15_000;
/** So long after its starter an engine runs, whatever the line shows. */
const CRANKED_MS = 30_000;
/** A battery at rest does not swing; span of one second of samples, noise of the line included. */
const QUIET_SPAN_MV = 250;
/** A fan or a lamp that is switched makes a swing or two, and no engine. */
const SWINGS_MAX_S = 3;
/** Net seconds at rest level in motion after which this alternator is known to be a smart one. */
const SMART_S = 10;
/** How long such a line must rest on a car whose engine cannot be felt: as long as if it showed nothing. */
const UNFELT_MS = 300_000;
/** Nobody idles for 20 min at battery level: what shakes the car then is a ship or a street. */
const HELD_MS = 1_200_000;

export type Engine = 'unknown' | 'off' | 'cranking' | 'running';

export class Supply {
  engine: Engine = 'unknown';
  /** When the present state began, as far as the line tells (E47 back-dates a trip to it). */
  engineSinceMs = 0;
  /** Since when the line has been quiet at rest level; Infinity while it is not. */
  restSinceMs = Number.POSITIVE_INFINITY;
  /** Whether this supply has ever shown an engine; where it cannot, movement decides. */
  engineSeen: boolean;
  /** Whether the present engine was seen to be cranked. */
  cranked = false;
  /** Since when the line has been above what a battery gives by itself; Infinity while it is not. */
  private chargingSinceMs = Number.POSITIVE_INFINITY;
  /** When the line was last seen down. */
  private dipMs = 0;
  private swingS = 0;
  private restInMotionS = 0;

  constructor(engineSeen: boolean) {
    this.engineSeen = engineSeen;
  }

  /** The device itself went down with the line for a moment: that is what a cold crank does to it. */
  brownedOut(now: number): void {
    this.enter('cranking', now);
    this.dipMs = now;
  }

  /** A second of samples, oldest first. Returns true when the engine has just started. */
  block(mV: Uint16Array, startMs: number, now: number): boolean {
    const before = this.engine;
    let low = 65_535;
    let high = 0;
    for (let i = 0; i < mV.length; i++) {
      if (mV[i] < low) low = mV[i];
      if (mV[i] > high) high = mV[i];
    }
    this.watchCharging(low, startMs, now);
    this.watchRest(low, high, startMs);
    this.watchCrank(low, mV[mV.length - 1], startMs, now);
    return this.engine === 'running' && before !== 'running';
  }

  /** Once a second while the car drives: a line at rest level then is a smart alternator's. */
  driving(): void {
    if (this.restSinceMs !== Number.POSITIVE_INFINITY) this.restInMotionS++;
  }

  /** Once a second while the car stands: only then can an engine be known to be off. */
  standing(sinceMs: number, vibration: Vibration, now: number): void {
    if (this.engine !== 'running' && this.engine !== 'unknown') return;
    const offSinceMs = this.offSinceMs(sinceMs, vibration, now);
    if (now - offSinceMs >= REST_MS) this.enter('off', offSinceMs);
  }

  /** Since when the engine of a car that stands must be taken for stopped; Infinity where that cannot be said. */
  offSinceMs(standingSinceMs: number, vibration: Vibration, now: number): number {
    const restSinceMs = Math.max(this.restSinceMs, standingSinceMs);
    const restMs = now - restSinceMs;
    if (vibration.humming) return restMs >= HELD_MS ? restSinceMs : Number.POSITIVE_INFINITY;
    const unfelt = this.restInMotionS >= SMART_S && !vibration.telling;
    if (unfelt && restMs < UNFELT_MS) return Number.POSITIVE_INFINITY;
    return Math.max(restSinceMs, vibration.quietSinceMs);
  }

  /** Whether the line itself shows a running engine now. */
  proves(now: number): boolean {
    if (this.engine !== 'running') return false;
    const justCranked = this.cranked && now - this.engineSinceMs < CRANKED_MS;
    return justCranked || this.chargingSinceMs !== Number.POSITIVE_INFINITY;
  }

  private watchCharging(low: number, startMs: number, now: number): void {
    if (low <= CHARGING_MV) this.chargingSinceMs = Number.POSITIVE_INFINITY;
    else if (this.chargingSinceMs === Number.POSITIVE_INFINITY) this.chargingSinceMs = startMs;
    if (now - this.chargingSinceMs < CHARGING_MS) return;
    // A dip or a reset may have been a hand at the socket: only an alternator shows for good that there is an engine.
    this.engineSeen = true;
    if (this.engine !== 'running') this.run(this.chargingSinceMs, false);
  }

  private watchRest(low: number, high: number, startMs: number): void {
    this.swingS = high - low <= QUIET_SPAN_MV ? 0 : this.swingS + 1;
    const resting = high < REST_MAX_MV && low > REST_MIN_MV && this.swingS <= SWINGS_MAX_S;
    if (!resting) this.restSinceMs = Number.POSITIVE_INFINITY;
    else if (this.restSinceMs === Number.POSITIVE_INFINITY) this.restSinceMs = startMs;
  }

  private watchCrank(low: number, last: number, startMs: number, now: number): void {
    // A line that was up for a second meanwhile belongs to a new attempt.
    const goesOn = this.engine === 'cranking' && startMs - this.dipMs <= 1000;
    if (low < CRANK_DIP_MV) {
      if (!goesOn) this.enter('cranking', startMs);
      this.dipMs = startMs;
    }
    if (this.engine !== 'cranking') return;
    if (last >= CRANKED_MV) this.run(this.engineSinceMs, true);
    else if (now - this.dipMs > CRANK_MAX_MS) this.enter('unknown', now);
  }

  private run(sinceMs: number, cranked: boolean): void {
    this.cranked = cranked;
    this.enter('running', sinceMs);
  }

  private enter(engine: Engine, sinceMs: number): void {
    this.engine = engine;
    this.engineSinceMs = sinceMs;
  }
}
