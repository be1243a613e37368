/** The AppDriveX rating of a trip (E36..E44): four criteria, 0 very bad to 100 very good. */

import { harshEventsOf } from './acceleration.ts';
import { type AppdrivexConfig, type Criterion, checkAppdrivexConfig } from './appdrivex-config.ts';
import { judgeConsciousness } from './appdrivex-conscious.ts';
import { judgeEnvironment } from './appdrivex-environment.ts';
import { judgePhone, type PhoneEvent } from './appdrivex-phone.ts';
import { judgeSmoothness } from './appdrivex-smooth.ts';
import type { ClosedTrip, RoadSource } from './closed-trip.ts';
import { configDigest } from './config-digest.ts';
import { exposureOf } from './exposure.ts';
import { zoneTables } from './local-time.ts';
import { seenDistance } from './seen.ts';
import { divideRounded, nothing, type Verdict } from './verdict.ts';

/** Grows with every change of the rules that can change a rating. */
const RULES_VERSION = 1;

export interface TripRating {
  /** Version of the rules and of each table used. */
  readonly version: string;
  /** 0..100, or null when there is nothing to rate by; `why` then says what is missing. */
  readonly rating: number | null;
  readonly criteria: Readonly<Record<Criterion, Verdict>>;
  /** What limits the judgement as a whole; empty when nothing does. */
  readonly why: readonly string[];
}

export interface Rater {
  /** `phone`: null where no phone took part (E40). */
  rate(trip: ClosedTrip, roads: RoadSource | null, phone: readonly PhoneEvent[] | null): TripRating;
}

type Verdicts = TripRating['criteria'];

/**
 * What the driver does is weighted among itself, so that a missing phone goes to the others; the environment keeps
 * its own share, so that it never moves more than that (E42), and never rates a trip alone.
 */
function total(verdicts: Verdicts, weights: AppdrivexConfig['weights']): number | null {
  let sum = 0;
  let weight = 0;
  for (const criterion of ['smooth', 'phone', 'conscious'] as const) {
    const { value } = verdicts[criterion];
    if (value === null) continue;
    sum += value * weights[criterion];
    weight += weights[criterion];
  }
  const driven = verdicts.smooth.value !== null || verdicts.conscious.value !== null;
  if (weight === 0 || !driven) return null;
  const { value } = verdicts.environment;
  if (value === null) return divideRounded(sum, weight);
  return divideRounded(value * weights.environment * weight + sum * (100 - weights.environment), 100 * weight);
}

function judge(
  trip: ClosedTrip,
  roads: RoadSource | null,
  phone: readonly PhoneEvent[] | null,
  config: AppdrivexConfig,
): Verdicts {
  if (trip.distanceM < config.tripMMin) {
    const why = nothing(`a trip of ${trip.distanceM} m is too short to rate: ${config.tripMMin} m at least`);
    return { smooth: why, environment: why, phone: why, conscious: why };
  }
  const exposure = exposureOf(trip.track);
  const under = roads === null ? null : roads.roadsUnder(trip.track);
  const { risk, verdict: environment } = judgeEnvironment(trip, exposure, under, config);
  const seenM = seenDistance(trip, exposure);
  return {
    smooth:
      seenM < config.tripMMin
        ? nothing("the sensor had not found the vehicle's axes yet: no event can be seen")
        : judgeSmoothness(harshEventsOf(trip, exposure), seenM, risk ?? 0, config),
    environment,
    phone: judgePhone(phone, trip.track, trip.distanceM, config),
    conscious: judgeConsciousness(trip.track, exposure, under, config),
  };
}

/** A configuration that `checkAppdrivexConfig` refuses is a mistake of the caller and throws its reason. */
export function appdrivexRater(given: Partial<AppdrivexConfig> = {}): Rater {
  const checked = checkAppdrivexConfig(given);
  if (!checked.ok) throw new Error(`AppDriveX configuration: ${checked.reason}`);
  const config = checked.value;
  const rules = `appdrivex ${RULES_VERSION}, config ${configDigest(config)}, ${zoneTables()}`;
  return {
    rate(trip, roads, phone): TripRating {
      const criteria = judge(trip, roads, phone, config);
      const rating = total(criteria, config.weights);
      const why: string[] = [];
      if (rating === null) why.push(...criteria.conscious.why);
      if (!trip.whole) why.push('parts of this trip have not arrived: rated by what has');
      return { version: `${rules}, ${roads === null ? 'no roads' : roads.name}`, rating, criteria, why };
    },
  };
}
