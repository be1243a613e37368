/** What happens to a car, phase by phase, as a script; and the pieces from which the stories are put together. */

import type { CrankProfile } from './crank-profiles.ts';
import type { Rng } from './rng.ts';
import type { EngineState } from './supply.ts';

export interface Phase {
  readonly seconds: number;
  readonly engine: EngineState;
  /** The speed aimed at; default 0. */
  readonly kmh?: number;
  /** What moves and shakes the car when it is not itself. */
  readonly by?: 'ship' | 'truck';
  /** False: no satellite is seen. */
  readonly sky?: boolean;
  /** False: no cell is reached. */
  readonly cell?: boolean;
  /** False: the device is out of its socket. */
  readonly plugged?: boolean;
  /** How wrong the receiver's clock is. */
  readonly clockOffsetMs?: number;
  /** Instead of the starter's common dip; the phase is as long as the pulses take. */
  readonly crank?: CrankProfile;
  readonly pulses?: number;
  /** The supply is away for so long from the middle of the first second on. */
  readonly lossMs?: number;
}

type Place = Pick<Phase, 'sky' | 'cell' | 'clockOffsetMs'>;

export function parked(seconds: number, place: Place = {}): Phase {
  return { seconds, engine: 'off', ...place };
}

/** Ignition, starter, and a moment of idling. */
export function start(rng: Rng, place: Place = {}): Phase[] {
  return [
    { seconds: 2, engine: 'ignition', ...place },
    { seconds: 1, engine: 'cranking', ...place },
    { seconds: 3 + rng.int(6), engine: 'running', ...place },
  ];
}

/** Roads and lights for about `seconds`, ending at a standstill with the engine on. */
export function drive(rng: Rng, seconds: number, place: Place = {}): Phase[] {
  const phases: Phase[] = [];
  let left = seconds;
  while (left > 0) {
    const goS = Math.min(Math.max(20, left), 20 + rng.int(70));
    phases.push({ seconds: goS, engine: 'running', kmh: rng.range(25, 75), ...place });
    left -= goS;
    if (left <= 0 || rng.chance(0.4)) continue;
    const waitS = 5 + rng.int(35);
    phases.push({ seconds: waitS, engine: 'running', ...place });
    left -= waitS;
  }
  return [...phases, halt(place)];
}

/** To a standstill, and what it takes to turn the key. */
export function halt(place: Place = {}): Phase {
  return { seconds: 18, engine: 'running', ...place };
}

/** A drive with its parking after it. */
export function trip(rng: Rng, driveS: number, parkS: number): Phase[] {
  return [...start(rng), ...drive(rng, driveS), parked(parkS)];
}

/** Stop and go; each standing phase up to 10 min, one of them exactly that. */
export function jam(rng: Rng, place: Place = {}): Phase[] {
  const phases: Phase[] = [];
  const steps = 6;
  const longest = rng.int(steps);
  for (let i = 0; i < steps; i++) {
    phases.push({ seconds: 8 + rng.int(30), engine: 'running', kmh: rng.range(4, 30), ...place });
    const standS = i === longest ? 600 : 20 + rng.int(400);
    phases.push({ seconds: standS + 10, engine: 'running', ...place });
  }
  return phases;
}

/** Lights at which the engine stops by itself, for up to 90 s. */
export function startStop(rng: Rng): Phase[] {
  const phases: Phase[] = [];
  for (let i = 0; i < 8; i++) {
    phases.push({ seconds: 25 + rng.int(40), engine: 'running', kmh: rng.range(30, 60) });
    phases.push({ seconds: 14, engine: 'running' });
    phases.push({ seconds: i === 3 ? 90 : 10 + rng.int(80), engine: 'ignition' });
    phases.push({ seconds: 1, engine: 'cranking' });
  }
  return [...phases, { seconds: 40, engine: 'running', kmh: 40 }, halt()];
}

/** To and fro under 10 km/h with the engine on. */
export function shuffle(rng: Rng): Phase[] {
  const phases: Phase[] = [];
  for (let i = 0; i < 6; i++) {
    phases.push({ seconds: 8 + rng.int(15), engine: 'running', kmh: rng.range(4, 9) });
    phases.push({ seconds: 5 + rng.int(50), engine: 'running' });
  }
  return phases;
}
