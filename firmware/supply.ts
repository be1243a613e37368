/**
 * What the 12-V line says about the engine. Voltage alone decides nothing about trips (E47): a smart alternator
 * runs the line at 12.0 to 15.5 V, so "running" is kept until the line has been at rest for a while.
 */

/** numbers.md 4: engine on above 13.4 V for 5 s, off below 13.0 V for 20 s. */
const CHARGING_MV = 13_400;
const CHARGING_MS = 5_000;
const REST_MAX_MV = 13_000;
const REST_MIN_MV = 11_500;
const REST_MS = 20_000;
/** A starter pulls the line down by volts within milliseconds; nothing else in a car does. */
const CRANK_DIP_MV = 10_500;
const CRANKED_MV = 11_500;
const CRANK_MAX_MS = 15_000;
/** A battery at rest does not swing; span of one second of samples, noise of the line included. */
const QUIET_SPAN_MV = 250;

export type Engine = 'unknown' | 'off' | 'cranking' | 'running';

export class Supply {
  engine: Engine = 'unknown';
  /** When the present state began, as far as the line tells (E47 back-dates a trip to it). */
  engineSinceMs = 0;
  /** Since when the line has been quiet at rest level; Infinity while it is not. */
  restSinceMs = Number.POSITIVE_INFINITY;
  /** Whether this supply has ever shown an engine; where it cannot, movement decides. */
  engineSeen: boolean;
  private chargingSinceMs = Number.POSITIVE_INFINITY;

  constructor(engineSeen: boolean) {
    this.engineSeen = engineSeen;
  }

  /** The device itself went down with the line for a moment: that is what a cold crank does to it. */
  brownedOut(now: number): void {
    this.enter('cranking', now);
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
    this.watchRest(low, high, startMs, now);
    this.watchCrank(low, mV[mV.length - 1], startMs, now);
    return this.engine === 'running' && before !== 'running';
  }

  private watchCharging(low: number, startMs: number, now: number): void {
    if (low <= CHARGING_MV) this.chargingSinceMs = Number.POSITIVE_INFINITY;
    else if (this.chargingSinceMs === Number.POSITIVE_INFINITY) this.chargingSinceMs = startMs;
    if (this.engine !== 'running' && now - this.chargingSinceMs >= CHARGING_MS) this.run(this.chargingSinceMs);
  }

  private watchRest(low: number, high: number, startMs: number, now: number): void {
    const resting = high < REST_MAX_MV && low > REST_MIN_MV && high - low <= QUIET_SPAN_MV;
    if (!resting) this.restSinceMs = Number.POSITIVE_INFINITY;
    else if (this.restSinceMs === Number.POSITIVE_INFINITY) this.restSinceMs = startMs;
    const rested = now - this.restSinceMs >= REST_MS;
    if (rested && this.engine === 'unknown') this.enter('off', this.restSinceMs);
  }

  private watchCrank(low: number, last: number, startMs: number, now: number): void {
    if (low < CRANK_DIP_MV && this.engine !== 'cranking') this.enter('cranking', startMs);
    if (this.engine !== 'cranking') return;
    if (last >= CRANKED_MV) this.run(this.engineSinceMs);
    else if (now - this.engineSinceMs > CRANK_MAX_MS) this.enter('unknown', now);
  }

  /** The car stands and its line has been at rest: the only evidence that an engine is off. */
  standing(now: number): void {
    if (this.engine === 'running' && now - this.restSinceMs >= REST_MS) this.enter('off', this.restSinceMs);
  }

  private run(sinceMs: number): void {
    this.engineSeen = true;
    this.enter('running', sinceMs);
  }

  private enter(engine: Engine, sinceMs: number): void {
    this.engine = engine;
    this.engineSinceMs = sinceMs;
  }
}
