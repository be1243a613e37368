/** Drives of known truth: cars of the simulator on an imported network, and a receiver whose error wanders. */

import type { TripTrack } from '../../gateway/scoring/closed-trip.ts';
import { cos, M_PER_DEG, RAD_PER_DEG } from '../../protocol/trig.ts';
import { DECISION_S, Driver } from '../../simulator/driver.ts';
import { type ImportedTown, importTown } from '../../simulator/imported-roads.ts';
import { importedTour } from '../../simulator/imported-tour.ts';
import { STEP_M } from '../../simulator/path-geometry.ts';
import type { Rng } from '../../simulator/rng.ts';
import type { Route } from '../../simulator/route.ts';
import { person, type Temperament } from '../../simulator/temperament.ts';
import { toLatLon } from '../../simulator/town.ts';
import { Vehicle } from '../../simulator/vehicle.ts';
import { importedNetwork } from '../map/imported-network.ts';
import type { TruthAndCopy } from './map-data.ts';

/** Where a car was each second. */
export interface TrueDrive {
  readonly latDeg: readonly number[];
  readonly lonDeg: readonly number[];
  readonly speedMs: readonly number[];
  /** Clockwise from north. */
  readonly headingDeg: readonly number[];
  /** The roads of the network that are right, empty where that is not known. */
  readonly roads: readonly (readonly number[])[];
}

const SECONDS_MAX = 4 * 3600;
const DRIVE_S = 1500;
const TEMPERAMENTS = ['calm', 'normal', 'hasty'] as const;
/** Monday, 2 March 2026, 06:30 UTC. */
const START_UTC_MS = 1_772_433_000_000;

/** Drives the route to its end. */
function drive({ town, sourceOf }: ImportedTown, route: Route, temperament: Temperament, rng: Rng): TrueDrive {
  const vehicle = new Vehicle(route);
  const driver = new Driver(person(temperament, rng.fork('person')), rng.fork('driver'));
  const [latDeg, lonDeg, speedMs, headingDeg]: number[][] = [[], [], [], []];
  const roads: number[][] = [];
  const steps = Math.round(1 / DECISION_S);
  for (let second = 0; second < SECONDS_MAX && !driver.arrived; second++) {
    for (let i = 0; i < steps; i++) vehicle.step(driver.decide(vehicle), driver.jerkMs3, DECISION_S);
    const { path } = route;
    const at = Math.min(vehicle.positionM / STEP_M, path.xM.length - 1.001);
    const i = Math.floor(at);
    const share = at - i;
    const where = toLatLon(town, {
      xM: path.xM[i] + share * (path.xM[i + 1] - path.xM[i]),
      yM: path.yM[i] + share * (path.yM[i + 1] - path.yM[i]),
    });
    latDeg.push(where.latDeg);
    lonDeg.push(where.lonDeg);
    speedMs.push(vehicle.speedMs);
    headingDeg.push(90 - path.headingRad[i] / RAD_PER_DEG);
    roads.push([sourceOf[route.stretches[driver.stretchIndex].road.id]]);
  }
  return { latDeg, lonDeg, speedMs, headingDeg, roads };
}

/** Round trips of the three temperaments, `hours` of them in all. */
export function simulatedDrives(
  { data, roads }: TruthAndCopy,
  rng: Rng,
  hours: number,
  onDrive: () => void = () => {},
): TrueDrive[] {
  const town = importTown(importedNetwork('bad-hersfeld', roads, data));
  if (town === null) throw new Error('nothing of the map can be driven on');
  const drives: TrueDrive[] = [];
  for (let seconds = 0; seconds < 3600 * hours; ) {
    const own = rng.fork(`drive ${drives.length}`);
    const route = importedTour(town.town, own.fork('route'), DRIVE_S);
    if (route === null) throw new Error('no round trip was found on the map');
    const driven = drive(town, route, TEMPERAMENTS[drives.length % TEMPERAMENTS.length], own);
    drives.push(driven);
    seconds += driven.speedMs.length;
    onDrive();
  }
  return drives;
}

/** Of the error's distance from the truth, metres, and how long a direction of it lasts (numbers.md 6). */
interface ReceiverError {
  readonly radialM: number;
  readonly correlationS: number;
}

const SPEED_SIGMA_MS = 0.06;

/** What a receiver makes of a drive at 1 Hz. */
export function received(truth: TrueDrive, { radialM, correlationS }: ReceiverError, rng: Rng): TripTrack {
  const count = truth.latDeg.length;
  const keep = 1 - 1 / correlationS;
  const sigmaM = radialM / Math.SQRT2;
  const renewM = sigmaM * Math.sqrt(1 - keep * keep);
  let eastM = sigmaM * rng.gauss();
  let northM = sigmaM * rng.gauss();
  const track = {
    count,
    utcMs: Float64Array.from({ length: count }, (_, i) => START_UTC_MS + 1000 * i),
    fix: new Uint8Array(count).fill(1),
    latE6: new Int32Array(count),
    lonE6: new Int32Array(count),
    speedDmS: new Int32Array(count),
    headingDeg: new Int32Array(count),
    vehicleAxes: new Uint8Array(count).fill(1),
  };
  for (let i = 0; i < count; i++) {
    eastM = keep * eastM + renewM * rng.gauss();
    northM = keep * northM + renewM * rng.gauss();
    const lonM = M_PER_DEG * cos(truth.latDeg[i] * RAD_PER_DEG);
    track.latE6[i] = Math.round((truth.latDeg[i] + northM / M_PER_DEG) * 1e6);
    track.lonE6[i] = Math.round((truth.lonDeg[i] + eastM / lonM) * 1e6);
    const speedMs = Math.max(0, truth.speedMs[i] + SPEED_SIGMA_MS * rng.gauss());
    track.speedDmS[i] = Math.round(10 * speedMs);
    const courseDeg = truth.headingDeg[i] + (SPEED_SIGMA_MS / RAD_PER_DEG / Math.max(0.5, speedMs)) * rng.gauss();
    track.headingDeg[i] = ((Math.round(courseDeg) % 360) + 360) % 360;
  }
  return track;
}
