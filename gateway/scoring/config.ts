/** Everything that the source documents leave open about FahrStil scoring, with the requirement it answers. */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { Criterion, RoadClass } from './closed-trip.ts';
import { isZone } from './local-time.ts';

/** `peak`: weekday rush hours. `weekend-night`: the nights that begin on Friday, Saturday and Sunday. */
export type TimeBand = 'day' | 'early' | 'peak' | 'night' | 'weekend-night';

export interface FahrstilConfig {
  /** C14: per cent; they sum to 100. */
  readonly weights: Readonly<Record<Criterion, number>>;
  /** C15: totals from which the score is 2, 3, 4, 5, 6, 7. */
  readonly thresholds: readonly number[];
  /** C18 "sufficient data": a shorter trip is not judged. */
  readonly tripMMin: number;

  /** C2: km/h, for limits up to `toleranceBoundaryKmh`; `tolerancePercent` of the limit above. */
  readonly toleranceKmh: number;
  readonly toleranceBoundaryKmh: number;
  readonly tolerancePercent: number;
  /** C2: more tolerance where the limit is a guess. */
  readonly assumedExtraKmh: number;
  /** C2: Richtgeschwindigkeit where there is no limit. */
  readonly advisoryKmh: number;
  /** C2: a shorter excess is no violation. */
  readonly violationMsMin: number;
  /** C3: mean square of the relative excess, in ppm, that costs all 100 points; 20,000 = 14 % too fast throughout. */
  readonly excessPpmForAll: number;

  /** C5: 0.01 g; a peak at the threshold has severity 1, at twice the threshold 2. */
  readonly accelerationCgMin: number;
  readonly brakingCgMin: number;
  readonly corneringCgMin: number;
  /** C6: the cap of one event's severity, in 1/1000. */
  readonly severityPermilleMax: number;
  /** C5: points for one event of severity 1 per 100 km. */
  readonly pointsPerEvent: number;
  /** C22: calm distance that every history is credited with, so that one event in a few kilometres does not ruin it. */
  readonly priorM: number;
  /** C6: a hard braking is isolated when no other harsh event lies within this distance. */
  readonly isolationM: number;
  /** C6, C39: one isolated hard braking is forgiven per full stretch of this length. */
  readonly forgivenPerM: number;

  /** C8: 0..100 for driving on that class only. */
  readonly roadValues: Readonly<Record<RoadClass, number>>;

  /** C7: 0..100 for driving in that band only. */
  readonly timeValues: Readonly<Record<TimeBand, number>>;
  /** C7: minutes of the local day. The night goes from `nightFromMin` over midnight to `nightToMin`. */
  readonly nightFromMin: number;
  readonly nightToMin: number;
  readonly earlyToMin: number;
  /** C7: Monday to Friday; from inclusive, to exclusive. */
  readonly peaksMin: readonly (readonly [from: number, to: number])[];
  /** C7: weekdays on which a weekend night begins, 0 = Monday. */
  readonly weekendNights: readonly number[];
  /** C7: where a trip has no position. */
  readonly defaultZone: string;
}

export const FAHRSTIL_DEFAULTS: FahrstilConfig = {
  weights: { speed: 30, acceleration: 30, road: 20, time: 20 }, // C14, numbers.md 2
  thresholds: [40, 50, 60, 70, 80, 90], // C15
  tripMMin: 100, // C18
  toleranceKmh: 3, // C2, numbers.md 11
  toleranceBoundaryKmh: 100, // C2
  tolerancePercent: 3, // C2
  assumedExtraKmh: 10, // C2
  advisoryKmh: 130, // C2, numbers.md 11
  violationMsMin: 5000, // C2
  excessPpmForAll: 20_000, // C3
  accelerationCgMin: 28, // C5, numbers.md 1
  brakingCgMin: 32, // C5
  corneringCgMin: 38, // C5
  severityPermilleMax: 2000, // C6
  pointsPerEvent: 5, // C5
  priorM: 50_000, // C22
  isolationM: 2000, // C6
  forgivenPerM: 1_000_000, // C6, C39
  roadValues: {
    motorway: 100, // C8
    'rural-minor': 100, // C8
    'rural-main': 60, // C8
    'town-main': 20, // C8
    'town-street': 20, // C8
    'zone-30': 20, // C8
  },
  timeValues: { day: 100, early: 70, peak: 40, night: 30, 'weekend-night': 0 }, // C7
  nightFromMin: 22 * 60, // C7
  nightToMin: 5 * 60, // C7
  earlyToMin: 6 * 60, // C7
  peaksMin: [
    [6 * 60, 9 * 60], // C7
    [15 * 60 + 30, 19 * 60], // C7
  ],
  weekendNights: [4, 5, 6], // C7
  defaultZone: 'Europe/Berlin', // C7
};

const DAY_MIN = 1440;

type NumberKey = {
  [K in keyof FahrstilConfig]: FahrstilConfig[K] extends number ? K : never;
}[keyof FahrstilConfig];

/** Inclusive bounds; each value is an integer. */
const BOUNDS: Readonly<Record<NumberKey, readonly [min: number, max: number]>> = {
  tripMMin: [1, 10_000],
  toleranceKmh: [0, 30],
  toleranceBoundaryKmh: [1, 300],
  tolerancePercent: [0, 30],
  assumedExtraKmh: [0, 50],
  advisoryKmh: [50, 300],
  violationMsMin: [0, 600_000],
  excessPpmForAll: [100, 1_000_000],
  accelerationCgMin: [1, 1000],
  brakingCgMin: [1, 1000],
  corneringCgMin: [1, 1000],
  severityPermilleMax: [1000, 10_000],
  pointsPerEvent: [1, 100],
  priorM: [1, 1_000_000],
  isolationM: [0, 100_000],
  forgivenPerM: [1000, 100_000_000],
  nightFromMin: [12 * 60, DAY_MIN],
  nightToMin: [0, 12 * 60],
  earlyToMin: [0, 12 * 60],
};

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function faultOfNumbers(config: FahrstilConfig): string | null {
  for (const key of Object.keys(BOUNDS) as NumberKey[]) {
    const [min, max] = BOUNDS[key];
    if (!isWithin(config[key], min, max)) return `${key} must be an integer ${min}..${max}, not ${config[key]}`;
  }
  if (config.earlyToMin < config.nightToMin) return 'earlyToMin must not be before nightToMin';
  return null;
}

function faultOfWeights({ weights }: FahrstilConfig): string | null {
  const { speed, acceleration, road, time } = weights;
  if (![speed, acceleration, road, time].every((weight) => isWithin(weight, 0, 100)))
    return 'weights must be integers 0..100';
  if (speed + acceleration + road + time !== 100) return 'weights must sum to 100';
  if (Math.min(speed, acceleration) <= Math.max(road, time))
    return 'weights of speed and acceleration must be above those of road and time (C14)';
  return null;
}

function faultOfTables(config: FahrstilConfig): string | null {
  const { thresholds, peaksMin, weekendNights } = config;
  const rises = thresholds.every((total, i) => isWithin(total, i === 0 ? 1 : thresholds[i - 1] + 1, 100));
  if (thresholds.length !== 6 || !rises) return 'thresholds must be six rising integers 1..100 (C12 has scores 1..7)';
  const values = [...Object.values(config.roadValues), ...Object.values(config.timeValues)];
  if (!values.every((value) => isWithin(value, 0, 100))) return 'roadValues and timeValues must be integers 0..100';
  if (!peaksMin.every(([from, to]) => isWithin(from, 0, DAY_MIN) && isWithin(to, from, DAY_MIN)))
    return 'peaksMin must hold pairs of minutes of the day, from before to';
  if (!isZone(config.defaultZone))
    return `defaultZone ${config.defaultZone} is no time zone: name one like Europe/Berlin`;
  if (!weekendNights.every((day) => isWithin(day, 0, 6))) return 'weekendNights must hold weekdays 0 (Monday) to 6';
  return null;
}

function isSameKind(value: unknown, pattern: unknown): boolean {
  return typeof value === typeof pattern && value !== null && Array.isArray(value) === Array.isArray(pattern);
}

/** Settings that do not exist, or are of another kind than their default. */
function faultOfShape(given: Readonly<Record<string, unknown>>): string | null {
  for (const [key, value] of Object.entries(given)) {
    const pattern: unknown = Object.getOwnPropertyDescriptor(FAHRSTIL_DEFAULTS, key)?.value;
    if (pattern === undefined) return `there is no setting ${key}: remove it`;
    if (!isSameKind(value, pattern)) return `${key} must look like its default, ${JSON.stringify(pattern)}`;
    if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) continue;
    const names = Object.keys(pattern).sort().join(', ');
    if (
      Object.keys(value as object)
        .sort()
        .join(', ') !== names
    )
      return `${key} must have exactly ${names}`;
  }
  return null;
}

/** Defaults for what is not given. The reason is one line that names the value to correct. */
export function checkFahrstilConfig(given: Partial<FahrstilConfig>): Result<FahrstilConfig, string> {
  const shapeFault = faultOfShape({ ...given });
  if (shapeFault !== null) return refuse(shapeFault);
  const config = { ...FAHRSTIL_DEFAULTS, ...given };
  const fault = faultOfNumbers(config) ?? faultOfWeights(config) ?? faultOfTables(config);
  return fault === null ? accept(config) : refuse(fault);
}
