/** The FahrStil scorer (C1..C8, C14, C15): four criteria, each in its own file, one score. */

import { harshEventsOf, judgeHarshEvents } from './acceleration.ts';
import type { ClosedTrip, Criterion, RoadSource, Scorer, TripScore } from './closed-trip.ts';
import { checkFahrstilConfig, type FahrstilConfig } from './config.ts';
import { configDigest } from './config-digest.ts';
import { type Exposure, exposureOf } from './exposure.ts';
import { zoneTables } from './local-time.ts';
import { judgeRoads } from './road.ts';
import { seenDistance } from './seen.ts';
import { judgeSpeed } from './speed.ts';
import { judgeTime } from './time.ts';
import { combine } from './total.ts';
import { nothing, type Verdict } from './verdict.ts';

/** Grows with every change of the rules that can change a score. */
const RULES_VERSION = 1;

export interface TripDates {
  /** False where the trips' calendar is invented, as in a recording that names no date: then nothing is said of the time of day. */
  readonly dated: boolean;
}

function judge(
  trip: ClosedTrip,
  roads: RoadSource | null,
  config: FahrstilConfig,
  { dated }: TripDates,
): Record<Criterion, Verdict> {
  if (trip.distanceM < config.tripMMin) {
    const why = nothing(`a trip of ${trip.distanceM} m is too short to judge: ${config.tripMMin} m at least`);
    return { speed: why, acceleration: why, road: why, time: why };
  }
  const exposure = exposureOf(trip.track);
  const acceleration = judgeAcceleration(trip, exposure, config);
  const time = dated ? judgeTime(trip, exposure, config) : nothing('the date and time of this trip are not known');
  if (roads === null) {
    const why = nothing('neither a road map nor recorded limits are there for this trip');
    return { speed: why, acceleration, road: why, time };
  }
  const under = roads.roadsUnder(trip.track);
  return {
    speed: judgeSpeed(trip.track, exposure, under, roads.name, config),
    acceleration,
    road: judgeRoads(exposure, under, roads.name, config),
    time,
  };
}

/** Only what was driven with known axes counts: without them no harsh event can be seen. */
function judgeAcceleration(trip: ClosedTrip, exposure: Exposure, config: FahrstilConfig): Verdict {
  const seenM = seenDistance(trip, exposure);
  if (seenM < config.tripMMin) return nothing("the sensor had not found the vehicle's axes yet: no event can be seen");
  return judgeHarshEvents(harshEventsOf(trip, exposure), seenM, config);
}

/** A configuration that `checkFahrstilConfig` refuses is a mistake of the caller and throws its reason. */
export function fahrstilScorer(given: Partial<FahrstilConfig> = {}, dates: TripDates = { dated: true }): Scorer {
  const checked = checkFahrstilConfig(given);
  if (!checked.ok) throw new Error(`FahrStil configuration: ${checked.reason}`);
  const config = checked.value;
  const clock = dates.dated ? zoneTables() : 'no dates';
  const rules = `fahrstil ${RULES_VERSION}, config ${configDigest(config)}, ${clock}`;
  return {
    score(trip, roads): TripScore {
      const combined = combine(judge(trip, roads, config, dates), config);
      const why: string[] = [];
      if (combined.total === null) why.push(...combined.subscores.time.why);
      if (!trip.whole) why.push('parts of this trip have not arrived: judged by what has');
      return { version: `${rules}, ${roads === null ? 'no roads' : roads.name}`, why, ...combined };
    },
  };
}
