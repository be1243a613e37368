/** What `bench scoring` works on, and one round of it. */

import { encodeRoadMap, loadRoadMap } from '../../gateway/map/map-file.ts';
import { roadSourceFromMap } from '../../gateway/map/map-source.ts';
import { Match } from '../../gateway/map/match.ts';
import { Nearest } from '../../gateway/map/nearest.ts';
import { type RoadGraph, roadGraph } from '../../gateway/map/road-graph.ts';
import type { ClosedTrip, RoadSource, Scorer, TripTrack } from '../../gateway/scoring/closed-trip.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { Rng } from '../../simulator/rng.ts';
import { MAP_FILE, readTruth } from '../accuracy/map-data.ts';
import { received, simulatedDrives } from '../accuracy/map-drives.ts';
import { importMap } from '../map/import-map.ts';
import { bytesAfterCollection } from './collection.ts';

const RADIAL_M = [3, 5, 7, 10] as const;
const CORRELATION_S = 60;
/** A harsh event each so many seconds. */
const EVENT_EVERY_S = 400;

export interface ScoringWork {
  readonly trips: readonly ClosedTrip[];
  readonly positions: number;
  readonly match: Match;
  readonly nearest: Nearest;
  readonly roads: RoadSource;
  readonly scorer: Scorer;
}

export interface LoadTiming {
  readonly roads: number;
  readonly segments: number;
  readonly readMs: number;
  readonly buildMs: number;
}

/** The map as a gateway gets it: a file, and nothing else of the import in memory. */
export function mapFile(): Uint8Array {
  const bytes = encodeRoadMap(importMap(MAP_FILE).map);
  bytesAfterCollection();
  return bytes;
}

export function makeScoringWork(seed: number, hours: number): ScoringWork {
  const root = Rng.seeded(seed).fork('scoring');
  const truth = readTruth(root.fork('copy'));
  const { map } = truth.copy;
  const graph = roadGraph(map);
  const trips = simulatedDrives(truth, root.fork('drives'), hours).map((drive, i) => {
    const error = { radialM: RADIAL_M[i % RADIAL_M.length], correlationS: CORRELATION_S };
    return tripOf(`trip ${i}`, received(drive, error, root.fork(`receiver ${i}`)));
  });
  return {
    trips,
    positions: trips.reduce((sum, { track }) => sum + track.count, 0),
    match: new Match(graph),
    nearest: new Nearest(graph),
    roads: roadSourceFromMap(map),
    scorer: fahrstilScorer(),
  };
}

function tripOf(id: string, track: TripTrack): ClosedTrip {
  const [startUtcMs, endUtcMs] = [track.utcMs[0], track.utcMs[track.count - 1] + 1000];
  let dm = 0;
  for (let i = 0; i < track.count; i++) dm += track.speedDmS[i];
  const occurrences = Array.from({ length: Math.floor(track.count / EVENT_EVERY_S) }, (_, i) => ({
    kind: 'harsh-braking' as const,
    utcMs: startUtcMs + (i + 0.5) * EVENT_EVERY_S * 1000,
    durationMs: 700,
    peak: 36,
    speedDmS: 120,
  }));
  const unseen = { 'harsh-acceleration': 0, 'harsh-braking': 0, 'harsh-cornering': 0 };
  return { id, startUtcMs, endUtcMs, distanceM: Math.round(dm / 10), track, occurrences, unseen, whole: true };
}

/** Cells of the index are made when somebody first drives there; a load that made none of them would look too good. */
function visitAll({ index, segments }: RoadGraph): void {
  const { ends } = segments;
  for (let at = 0; at < ends.length; at += 2) index.look(ends[at], ends[at + 1]);
}

export function timeLoads(bytes: Uint8Array, count: number): LoadTiming[] {
  return Array.from({ length: count }, () => {
    const startMs = performance.now();
    const map = loadRoadMap(bytes);
    if (!map.ok) throw new Error(map.reason);
    const readMs = performance.now() - startMs;
    const graph = roadGraph(map.value);
    new Match(graph);
    visitAll(graph);
    const buildMs = performance.now() - startMs - readMs;
    return { roads: map.value.roads.count, segments: graph.segments.count, readMs, buildMs };
  });
}

function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The three take turns, so that a slow moment of the machine does not hit only one of them. */
export function timeRound({ trips, match, nearest, roads, scorer }: ScoringWork): {
  readonly matchMs: number;
  readonly nearestMs: number;
  readonly scoreMs: number;
} {
  let found = 0;
  const matchMs = processorMs(() => {
    for (const { track } of trips) match.roadsUnder(track);
  });
  const nearestMs = processorMs(() => {
    for (const { track } of trips)
      for (let i = 0; i < track.count; i++) if (nearest.segmentAt(track.latE6[i], track.lonE6[i]) >= 0) found++;
  });
  const scoreMs = processorMs(() => {
    for (const trip of trips) if (scorer.score(trip, roads).total !== null) found++;
  });
  if (found === 0) throw new Error('no position lies on the map');
  return { matchMs, nearestMs, scoreMs };
}
