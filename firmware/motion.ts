/**
 * When a trip begins and ends, by the rules of E47 in decisions.md: from the supply and from movement, never
 * from the voltage alone. Called once a second.
 */

import type { Ending } from '../protocol/messages.ts';
import type { Supply } from './supply.ts';

/** Over 10 km/h for 5 s. */
const START_SPEED_CM_S = 278;
const START_MS = 5_000;
/** A running engine for 5 s and movement within 120 s of it. */
const ENGINE_MS = 5_000;
const ENGINE_MOVE_MS = 120_000;
/** GNSS noise at a standstill stays below this; a car that creeps does not. */
const MOVING_CM_S = 100;
const MOVING_MS = 3_000;
const STANDING_CM_S = 70;
/** Standing with the supply at rest for 120 s, or standing for 300 s with no running engine shown. */
const PARKED_MS = 120_000;
const STOOD_MS = 300_000;
/** Vibration that tells driving from standing where there is no GNSS, mg peak to peak within a second. */
const VIBRATION_MG = 60;

export type MotionState = 'parked' | 'trip' | 'carried';

export type MotionChange =
  | { readonly kind: 'none' }
  /** The trip began at `sinceMs`, at or before now. */
  | { readonly kind: 'trip-start'; readonly sinceMs: number }
  | { readonly kind: 'trip-end'; readonly ending: Ending; readonly sinceMs: number }
  /** Moved without a running engine: a ferry or a tow (E47). It is no trip. */
  | { readonly kind: 'carried'; readonly sinceMs: number; readonly durationMs: number; readonly topSpeedCmS: number };

const NONE: MotionChange = { kind: 'none' };

export class Motion {
  state: MotionState;
  private fastSinceMs = Number.POSITIVE_INFINITY;
  private movingSinceMs = Number.POSITIVE_INFINITY;
  private standingSinceMs = Number.POSITIVE_INFINITY;
  private carriedSinceMs = 0;
  private carriedTopCmS = 0;

  /** `resumed` when a brown-out interrupted a trip that goes on (C32). */
  constructor(resumed: boolean) {
    this.state = resumed ? 'trip' : 'parked';
  }

  get standing(): boolean {
    return this.standingSinceMs !== Number.POSITIVE_INFINITY;
  }

  /** `speedCmS` is null without a fix; `vibrationMg` is the span of the acceleration within the second. */
  second(speedCmS: number | null, vibrationMg: number, supply: Supply, now: number): MotionChange {
    this.watch(speedCmS, vibrationMg, now);
    if (this.standing) supply.standing(now);
    switch (this.state) {
      case 'parked':
        return this.whileParked(speedCmS ?? 0, supply, now);
      case 'carried':
        return this.whileCarried(speedCmS ?? 0, supply, now);
      case 'trip':
        return this.whileDriving(supply, now);
    }
  }

  private watch(speedCmS: number | null, vibrationMg: number, now: number): void {
    const fast = speedCmS !== null && speedCmS > START_SPEED_CM_S;
    const moving = speedCmS !== null && speedCmS > MOVING_CM_S;
    const standing = speedCmS === null ? vibrationMg < VIBRATION_MG : speedCmS < STANDING_CM_S;
    this.fastSinceMs = since(this.fastSinceMs, fast, now);
    this.movingSinceMs = since(this.movingSinceMs, moving, now);
    this.standingSinceMs = since(this.standingSinceMs, standing, now);
  }

  private whileParked(speedCmS: number, supply: Supply, now: number): MotionChange {
    const engineMs = now - supply.engineSinceMs;
    const moving = now - this.movingSinceMs >= MOVING_MS;
    if (supply.engine === 'running' && engineMs >= ENGINE_MS && engineMs <= ENGINE_MOVE_MS && moving) {
      return this.begin(supply.engineSinceMs);
    }
    if (now - this.fastSinceMs < START_MS) return NONE;
    if (supply.engine !== 'off' || !supply.engineSeen) return this.begin(this.fastSinceMs);
    this.state = 'carried';
    this.carriedSinceMs = this.fastSinceMs;
    this.carriedTopCmS = speedCmS;
    return NONE;
  }

  private whileCarried(speedCmS: number, supply: Supply, now: number): MotionChange {
    this.carriedTopCmS = Math.max(this.carriedTopCmS, speedCmS);
    const driven = supply.engine === 'running' && now - supply.engineSinceMs >= ENGINE_MS;
    if (driven && now - this.movingSinceMs >= MOVING_MS) return this.begin(supply.engineSinceMs);
    if (now - this.standingSinceMs < PARKED_MS) return NONE;
    this.state = 'parked';
    return {
      kind: 'carried',
      sinceMs: this.carriedSinceMs,
      durationMs: this.standingSinceMs - this.carriedSinceMs,
      topSpeedCmS: this.carriedTopCmS,
    };
  }

  private whileDriving(supply: Supply, now: number): MotionChange {
    const standingMs = now - this.standingSinceMs;
    const restMs = now - supply.restSinceMs;
    if (standingMs >= PARKED_MS && restMs >= PARKED_MS) {
      return this.end('parked', Math.max(this.standingSinceMs, supply.restSinceMs));
    }
    if (standingMs >= STOOD_MS && supply.engine !== 'running') return this.end('stood', this.standingSinceMs);
    return NONE;
  }

  private begin(sinceMs: number): MotionChange {
    this.state = 'trip';
    return { kind: 'trip-start', sinceMs };
  }

  private end(ending: Ending, sinceMs: number): MotionChange {
    this.state = 'parked';
    return { kind: 'trip-end', ending, sinceMs };
  }
}

function since(before: number, holds: boolean, now: number): number {
  if (!holds) return Number.POSITIVE_INFINITY;
  return before === Number.POSITIVE_INFINITY ? now : before;
}
