/**
 * When a trip begins and ends, by the rules of E47 in decisions.md: from the supply and from movement, never
 * from the voltage alone. Called once a second.
 */

import type { Ending } from '../protocol/messages.ts';
import type { Supply } from './supply.ts';
import type { Vibration } from './vibration.ts';

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
const STILL_MS = 1_800_000;
/** Vibration that tells driving from standing where there is no GNSS, mg peak to peak within a second. */
const STANDING_SPAN_MG = 60;

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

  /** `speedCmS` is null without a fix; `spanMg` is the span of the acceleration within the second. */
  second(speedCmS: number | null, spanMg: number, vibration: Vibration, supply: Supply, now: number): MotionChange {
    if (speedCmS !== null || supply.engine !== 'running') vibration.settle();
    this.watch(speedCmS, spanMg, vibration, now);
    vibration.second(this.standing, supply.proves(now), now);
    if (this.standing) supply.standing(this.standingSinceMs, vibration, now);
    switch (this.state) {
      case 'parked':
        return this.whileParked(speedCmS ?? 0, supply, now);
      case 'carried':
        return this.whileCarried(speedCmS ?? 0, supply, now);
      case 'trip':
        return this.whileDriving(vibration, supply, now);
    }
  }

  private watch(speedCmS: number | null, spanMg: number, vibration: Vibration, now: number): void {
    const fast = speedCmS !== null && speedCmS > START_SPEED_CM_S;
    const moving = speedCmS === null ? vibration.stirred : speedCmS > MOVING_CM_S;
    const standing = speedCmS === null ? spanMg < STANDING_SPAN_MG : speedCmS < STANDING_CM_S;
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
    const runs = supply.engine === 'running' && now - supply.engineSinceMs >= ENGINE_MS;
    // The way on the ship is over, and the car's own may begin: the rules of a parked car decide.
    if (runs && supply.cranked) return this.setDown(supply.engineSinceMs);
    // It charges on the move and was never cranked since: the engine had been running all along.
    if (runs && now - this.movingSinceMs >= MOVING_MS) return this.begin(this.carriedSinceMs);
    return now - this.standingSinceMs < PARKED_MS ? NONE : this.setDown(this.standingSinceMs);
  }

  private setDown(untilMs: number): MotionChange {
    this.state = 'parked';
    return {
      kind: 'carried',
      sinceMs: this.carriedSinceMs,
      durationMs: Math.max(0, Math.min(untilMs, this.standingSinceMs) - this.carriedSinceMs),
      topSpeedCmS: this.carriedTopCmS,
    };
  }

  private whileDriving(vibration: Vibration, supply: Supply, now: number): MotionChange {
    if (this.fastSinceMs !== Number.POSITIVE_INFINITY) supply.driving();
    const parkedSinceMs = supply.offSinceMs(this.standingSinceMs, vibration, now);
    if (now - parkedSinceMs >= PARKED_MS) return this.end('parked', parkedSinceMs);
    // The 300 s count from when the engine was last shown, not only from the standstill.
    const stoodSinceMs = Math.max(this.standingSinceMs, supply.engineSinceMs);
    if (supply.engine !== 'running' && now - stoodSinceMs >= STOOD_MS) return this.end('stood', stoodSinceMs);
    // A line that a charger or another battery chemistry holds up never rests: a car that nothing moves for so long is parked.
    const stillSinceMs = Math.max(this.standingSinceMs, vibration.quietSinceMs);
    if (!vibration.humming && now - stillSinceMs >= STILL_MS) return this.end('stood', stillSinceMs);
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
