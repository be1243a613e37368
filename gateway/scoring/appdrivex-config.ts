/** Everything that the source documents leave open about the AppDriveX rating of a trip, and the one line they state. */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { RoadClass } from './closed-trip.ts';
import type { TimeBand } from './config.ts';

export type Criterion = 'smooth' | 'environment' | 'phone' | 'conscious';

export type EnvironmentClass = RoadClass | 'unknown';

export interface AppdrivexConfig {
  /** E37: per cent; they sum to 100. Environment is at most 10 (E42). */
  readonly weights: Readonly<Record<Criterion, number>>;
  /** E36: a shorter trip is not rated. */
  readonly tripMMin: number;

  /** E38: 0.01 g; a peak at the threshold has severity 1, at twice the threshold 2. */
  readonly accelerationCgMin: number;
  readonly brakingCgMin: number;
  readonly corneringCgMin: number;
  /** E38: the cap of one event's severity, in 1/1000. */
  readonly severityPermilleMax: number;
  /** E38: points for one event of severity 1 per 100 km. */
  readonly pointsPerEvent: number;
  /** E38: calm distance that every trip is credited with. */
  readonly priorM: number;
  /** E42: by how much a wholly risky environment raises the weight of harsh events, in per cent; 100 doubles it. */
  readonly couplingPercent: number;

  /** E39: 0..100 for driving on that class in that band only. */
  readonly risks: Readonly<Record<EnvironmentClass, Readonly<Record<TimeBand, number>>>>;

  /** E40: points for one use per 100 km. */
  readonly pointsPerUse: number;
  /** E40: calm distance that every trip is credited with. */
  readonly phonePriorM: number;
  /** E40: what follows the first event of a use within this time belongs to it. */
  readonly useMsMax: number;
  /** E46: slower than this a phone may be used; 0.1 m/s. */
  readonly useDmSMin: number;

  /** E43: over this a speed is critical, whatever the limit. */
  readonly criticalKmh: number;
  /** E43: critical speeds count as an excess of at least this, in per cent. */
  readonly criticalPercentMin: number;
  /** E44: measuring error, per cent of the limit, and at least so many km/h. */
  readonly measuringPercent: number;
  readonly measuringKmhMin: number;
  /** E44: more tolerance where the limit is a guess. */
  readonly assumedExtraKmh: number;
  /** E44: a shorter excess may be noise. */
  readonly excessMsMin: number;
  /** E41: mean square of the relative excess, in ppm, that costs all 100 points. */
  readonly excessPpmForAll: number;
}

export const APPDRIVEX_DEFAULTS: AppdrivexConfig = Object.freeze({
  weights: Object.freeze({ smooth: 40, environment: 10, phone: 20, conscious: 30 }), // E37, E42
  tripMMin: 100, // E36
  accelerationCgMin: 28, // E38, numbers.md 1
  brakingCgMin: 32, // E38
  corneringCgMin: 38, // E38
  severityPermilleMax: 2000, // E38
  pointsPerEvent: 5, // E38
  priorM: 20_000, // E38
  couplingPercent: 100, // E42
  risks: Object.freeze({
    // E39: the rush hour on the Autobahn and the night through the forest; a Sunday in the suburb is calm.
    motorway: { day: 10, early: 30, peak: 80, night: 40, 'weekend-night': 60 },
    'rural-main': { day: 30, early: 50, peak: 50, night: 90, 'weekend-night': 100 },
    'rural-minor': { day: 20, early: 40, peak: 30, night: 90, 'weekend-night': 100 },
    'town-main': { day: 40, early: 40, peak: 70, night: 50, 'weekend-night': 70 }, // dense settlement
    'town-street': { day: 20, early: 30, peak: 50, night: 40, 'weekend-night': 60 },
    'zone-30': { day: 10, early: 20, peak: 40, night: 30, 'weekend-night': 50 },
    unknown: { day: 20, early: 40, peak: 50, night: 60, 'weekend-night': 80 },
  }),
  pointsPerUse: 5, // E40
  phonePriorM: 10_000, // E40
  useMsMax: 30_000, // E40
  useDmSMin: 14, // E46: walking pace
  criticalKmh: 150, // E43
  criticalPercentMin: 20, // E43
  measuringPercent: 3, // E44, numbers.md 11
  measuringKmhMin: 3, // E44
  assumedExtraKmh: 10, // E44
  excessMsMin: 5000, // E44
  excessPpmForAll: 20_000, // E41
});

type NumberKey = {
  [K in keyof AppdrivexConfig]: AppdrivexConfig[K] extends number ? K : never;
}[keyof AppdrivexConfig];

/** Inclusive bounds; each value is an integer. */
const BOUNDS: Readonly<Record<NumberKey, readonly [min: number, max: number]>> = {
  tripMMin: [1, 10_000],
  accelerationCgMin: [1, 1000],
  brakingCgMin: [1, 1000],
  corneringCgMin: [1, 1000],
  severityPermilleMax: [1000, 10_000],
  pointsPerEvent: [1, 100],
  priorM: [1, 1_000_000],
  couplingPercent: [0, 400],
  pointsPerUse: [1, 100],
  phonePriorM: [1, 1_000_000],
  useMsMax: [1, 600_000],
  useDmSMin: [0, 300],
  criticalKmh: [50, 300],
  criticalPercentMin: [0, 100],
  measuringPercent: [0, 30],
  measuringKmhMin: [0, 30],
  assumedExtraKmh: [0, 50],
  excessMsMin: [0, 600_000],
  excessPpmForAll: [100, 1_000_000],
};
/** E42: what the environment alone may move. */
const ENVIRONMENT_PERCENT_MAX = 10;

function isWithin(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

function faultOfTables({ weights, risks }: AppdrivexConfig): string | null {
  const { smooth, environment, phone, conscious } = weights;
  const each = [smooth, environment, phone, conscious];
  if (!each.every((weight) => isWithin(weight, 0, 100)) || each.reduce((sum, weight) => sum + weight, 0) !== 100)
    return 'weights must be four integers 0..100 that sum to 100 (E37)';
  if (environment > ENVIRONMENT_PERCENT_MAX)
    return `weights.environment must be ${ENVIRONMENT_PERCENT_MAX} at most (E42)`;
  if (smooth + conscious === 0) return 'weights of smooth and conscious must not both be 0: not every trip has a phone';
  for (const [name, row] of Object.entries(APPDRIVEX_DEFAULTS.risks)) {
    const given: Readonly<Record<string, number>> | undefined = risks[name as EnvironmentClass];
    if (given === undefined || !Object.keys(row).every((band) => isWithin(given[band], 0, 100)))
      return `risks.${name} must have an integer 0..100 for each of ${Object.keys(row).join(', ')}`;
  }
  return null;
}

/** Defaults for what is not given. The reason is one line that names the value to correct. */
export function checkAppdrivexConfig(given: Partial<AppdrivexConfig>): Result<AppdrivexConfig, string> {
  for (const key of Object.keys(given))
    if (!Object.hasOwn(APPDRIVEX_DEFAULTS, key)) return refuse(`there is no setting ${key}: remove it`);
  const config = { ...APPDRIVEX_DEFAULTS, ...given };
  for (const key of Object.keys(BOUNDS) as NumberKey[]) {
    const [min, max] = BOUNDS[key];
    if (!isWithin(config[key], min, max)) return refuse(`${key} must be an integer ${min}..${max}, not ${config[key]}`);
  }
  const fault = faultOfTables(config);
  return fault === null ? accept(Object.freeze(config)) : refuse(fault);
}
