/** Things that shake, turn or tilt the device and are no harsh driving. They come by chance, where they can. */

import { cos, RAD_PER_DEG, sin } from '../protocol/trig.ts';
import type { Rotation } from './mounting.ts';
import { direction, doorSlam, drop, kerb, knockBlow, pothole, speedBump } from './nuisance-shapes.ts';
import { type Fall, type Pulse, RoughSecond } from './pulse.ts';
import type { Rng } from './rng.ts';

export const NUISANCE_KINDS = [
  'door-slam',
  'pothole',
  'kerb',
  'speed-bump',
  'drop',
  'cobbles',
  'hill',
  'knock',
] as const;
export type NuisanceKind = (typeof NUISANCE_KINDS)[number];

/** What was done to the device; a checker reads it, a device never does. */
export interface Nuisance {
  readonly kind: NuisanceKind;
  readonly startMs: number;
  readonly endMs: number;
}

/** 1.5 m/s2 of gravity on the forward axis. */
const HILL_GRADE = 1.5 / 9.80665;
const SECOND_MS = 1000;
/** Between two nuisances. */
const PAUSE_MS = 15_000;
/** A device that was dropped goes back into its socket within 5 degrees of where it was. */
const BACK_DEG = 5;

const WAKE_MG = 1500;
const WAKE_FALL_MS = 30;

interface Rule {
  readonly perHour: number;
  /** Speeds at which it happens, m/s. */
  readonly fromMs: number;
  readonly toMs: number;
}

const RULES: Readonly<Record<NuisanceKind, Rule>> = {
  'door-slam': { perHour: 4, fromMs: 0, toMs: 0.1 },
  pothole: { perHour: 4, fromMs: 5, toMs: 40 },
  kerb: { perHour: 4, fromMs: 1.5, toMs: 7 },
  'speed-bump': { perHour: 3, fromMs: 3, toMs: 9 },
  drop: { perHour: 0.9, fromMs: 0, toMs: 60 },
  cobbles: { perHour: 1.2, fromMs: 5, toMs: 16 },
  hill: { perHour: 1, fromMs: 6, toMs: 30 },
  knock: { perHour: 0.8, fromMs: 0, toMs: 60 },
};

/** Turns the device by `deg` about an axis of the vehicle. */
export function turned(mounting: Rotation, axis: readonly [number, number, number], deg: number): Rotation {
  const [x, y, z] = axis;
  const c = cos(deg * RAD_PER_DEG);
  const s = sin(deg * RAD_PER_DEG);
  const t = 1 - c;
  const q = [
    [t * x * x + c, t * x * y - s * z, t * x * z + s * y],
    [t * x * y + s * z, t * y * y + c, t * y * z - s * x],
    [t * x * z - s * y, t * y * z + s * x, t * z * z + c],
  ];
  const out = new Float64Array(9);
  for (let i = 0; i < 9; i++) {
    const row = 3 * Math.floor(i / 3);
    for (let k = 0; k < 3; k++) out[i] += mounting[row + k] * q[k][i % 3];
  }
  return out;
}

export class Nuisances {
  readonly log: Nuisance[];
  /** Gravity on the forward axis besides the road's own grade. */
  grade = 0;
  /** Vibration, mg per m/s, besides the road's own: fast, without much sway. */
  cobblesMg = 0;
  /** Forces of the second; all zero unless `shaken`. */
  readonly rough = new RoughSecond();
  shaken = false;
  private readonly rng: Rng;
  private readonly wheelbaseM: number;
  private readonly dueMs = new Map<NuisanceKind, number>();
  private pulses: Pulse[] = [];
  private falls: Fall[] = [];
  private turns: { readonly atMs: number; readonly to: Rotation }[] = [];
  private busyUntilMs = 60_000;
  private hill: { readonly untilMs: number; readonly grade: number; readonly radiusM: number } | null = null;
  private cobblesUntilMs = 0;

  /** `chance` false: only what is added from outside. */
  constructor(rng: Rng, wheelbaseM: number, chance: boolean, log: Nuisance[]) {
    this.rng = rng;
    this.log = log;
    this.wheelbaseM = wheelbaseM;
    if (!chance) this.busyUntilMs = Number.POSITIVE_INFINITY;
    for (const kind of NUISANCE_KINDS) this.dueMs.set(kind, this.next(kind, 0));
  }

  /** Before each second; returns the device's mounting in it. */
  second(nowMs: number, speedMs: number, mounting: Rotation): Rotation {
    if (nowMs >= this.busyUntilMs) this.start(nowMs, speedMs, mounting);
    this.climb(nowMs, speedMs);
    if (nowMs >= this.cobblesUntilMs) this.cobblesMg = 0;
    this.shake(nowMs);
    const turn = this.turns[0];
    if (turn === undefined || turn.atMs > nowMs) return mounting;
    this.turns.shift();
    return turn.to;
  }

  private next(kind: NuisanceKind, nowMs: number): number {
    return nowMs + (3_600_000 / RULES[kind].perHour) * this.rng.range(0.1, 1.9);
  }

  private start(nowMs: number, speedMs: number, mounting: Rotation): void {
    const kind = NUISANCE_KINDS.find((name) => {
      const { fromMs, toMs } = RULES[name];
      return nowMs >= (this.dueMs.get(name) ?? 0) && speedMs >= fromMs && speedMs <= toMs;
    });
    if (kind === undefined) return;
    this.dueMs.set(kind, this.next(kind, nowMs));
    const endMs = this.begin(kind, nowMs + this.rng.int(SECOND_MS), speedMs, mounting);
    this.log.push({ kind, startMs: nowMs, endMs });
    this.busyUntilMs = endMs + PAUSE_MS;
  }

  /** Returns when it is over. */
  private begin(kind: NuisanceKind, atMs: number, speedMs: number, mounting: Rotation): number {
    const { rng, wheelbaseM } = this;
    switch (kind) {
      case 'door-slam':
        return this.hit(doorSlam(rng, atMs));
      case 'pothole':
        return this.hit(pothole(rng, atMs, speedMs, wheelbaseM));
      case 'kerb':
        return this.hit(kerb(rng, atMs, speedMs, wheelbaseM));
      case 'speed-bump':
        return this.hit(speedBump(rng, atMs, speedMs, wheelbaseM));
      case 'drop':
        return this.dropped(drop(rng, atMs), mounting);
      case 'knock':
        return this.knocked(this.hit(knockBlow(rng, atMs)), mounting);
      case 'cobbles':
        this.cobblesMg = rng.range(5, 11);
        this.cobblesUntilMs = atMs + rng.range(20_000, 60_000);
        return this.cobblesUntilMs;
      case 'hill': {
        const untilMs = atMs + rng.range(120_000, 240_000);
        const grade = rng.chance(0.5) ? HILL_GRADE : -HILL_GRADE;
        this.hill = { untilMs, grade, radiusM: rng.range(300, 800) };
        return untilMs;
      }
    }
  }

  private hit(pulses: readonly Pulse[]): number {
    this.pulses.push(...pulses);
    return pulses.reduce((latest, pulse) => Math.max(latest, pulse.startMs + pulse.durationMs), 0);
  }

  /** It lies somewhere, and half of the time goes back into its socket. */
  private dropped({ pulses, falls }: ReturnType<typeof drop>, mounting: Rotation): number {
    const { rng } = this;
    this.falls.push(...falls);
    const restMs = this.hit(pulses);
    this.turns.push({ atMs: restMs, to: turned(mounting, direction(rng), rng.range(40, 180)) });
    if (rng.chance(0.5)) return restMs;
    const backMs = Math.round(restMs + rng.range(8_000, 40_000));
    this.turns.push({ atMs: backMs, to: turned(mounting, direction(rng), rng.range(0, BACK_DEG)) });
    return backMs;
  }

  private knocked(atMs: number, mounting: Rotation): number {
    const { rng } = this;
    this.turns.push({ atMs, to: turned(mounting, direction(rng), rng.range(15, 90)) });
    return atMs;
  }

  /** A vertical curve leads into the hill and out of it. */
  private climb(nowMs: number, speedMs: number): void {
    const { hill } = this;
    if (hill === null) return;
    const wanted = nowMs < hill.untilMs ? hill.grade : 0;
    const most = Math.max(0.5, speedMs) / hill.radiusM;
    this.grade += Math.max(-most, Math.min(most, wanted - this.grade));
    if (nowMs >= hill.untilMs && this.grade === 0) this.hill = null;
  }

  private shake(nowMs: number): void {
    if (this.shaken) this.rough.clear();
    const untilMs = nowMs + SECOND_MS;
    const due = (one: Fall): boolean => one.startMs < untilMs;
    this.shaken = this.pulses.some(due) || this.falls.some(due);
    if (!this.shaken) return;
    for (const pulse of this.pulses) this.rough.add(pulse, nowMs);
    for (const fall of this.falls) this.rough.fall(fall, nowMs);
    const goesOn = (one: Fall): boolean => one.startMs + one.durationMs > untilMs;
    this.pulses = this.pulses.filter(goesOn);
    this.falls = this.falls.filter(goesOn);
  }

  /** The accelerometer's interrupt: a strong force besides gravity, or free fall (B68). */
  wakes(): boolean {
    return this.shaken && (this.rough.strongestMg() > WAKE_MG || this.rough.fallingMs() > WAKE_FALL_MS);
  }

  /** A pulse from outside: a crash. */
  add(pulse: Pulse): void {
    this.pulses.push(pulse);
  }
}
