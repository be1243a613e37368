/** The figures of map matching, as JSON and as text, and whether they are good enough. */

import type { MapRun, MatchSet, MatchTally } from './map-run.ts';

const ROAD_MIN = 0.97;
const LIMIT_MIN = 0.99;

interface MatchFigures {
  readonly radialM: number;
  readonly km: number;
  /** Shares of the driven distance. */
  readonly rightRoad: number;
  /** Of the nearest road, for comparison. */
  readonly nearestRight: number;
  readonly rightLimit: number;
  /** Of what the map has lost, defaults give some back. */
  readonly asSigned: number;
  readonly noRoad: number;
}

interface SetFigures {
  readonly trips: number;
  readonly unknownKm: number;
  readonly byError: readonly MatchFigures[];
}

export interface MapReport {
  readonly seed: number;
  readonly roads: number;
  /** Share of the ways whose limit the scorer's map has lost. */
  readonly lostLimits: number;
  readonly drives: SetFigures;
  readonly sumo: SetFigures;
  readonly goals: { readonly rightRoad: number; readonly rightLimit: number };
  readonly missed: readonly string[];
  readonly ok: boolean;
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

function figures(tally: MatchTally): MatchFigures {
  const share = (part: number): number => round(part / tally.drivenM, 4);
  return {
    radialM: tally.radialM,
    km: round(tally.drivenM / 1000, 1),
    rightRoad: share(tally.rightRoadM),
    nearestRight: share(tally.nearestRightM),
    rightLimit: share(tally.rightLimitM),
    asSigned: share(tally.asSignedM),
    noRoad: share(tally.noRoadM),
  };
}

function setFigures({ trips, tallies }: MatchSet): SetFigures {
  return { trips, unknownKm: round(tallies[0].unknownM / 1000, 1), byError: tallies.map(figures) };
}

export function mapReport(seed: number, { roads, lostLimits, drives, sumo }: MapRun): MapReport {
  const sets = { drives: setFigures(drives), sumo: setFigures(sumo) };
  const missed: string[] = [];
  for (const [name, { byError }] of Object.entries(sets)) {
    for (const { radialM, rightRoad, rightLimit } of byError) {
      // Not `<`, so that no distance at all is a miss too.
      if (!(rightRoad >= ROAD_MIN))
        missed.push(`${name} at ${radialM} m: right road ${rightRoad} is below ${ROAD_MIN}`);
      if (!(rightLimit >= LIMIT_MIN))
        missed.push(`${name} at ${radialM} m: right limit ${rightLimit} is below ${LIMIT_MIN}`);
    }
  }
  const goals = { rightRoad: ROAD_MIN, rightLimit: LIMIT_MIN };
  return { seed, roads, lostLimits, ...sets, goals, missed, ok: missed.length === 0 };
}

function percent(share: number): string {
  return `${round(100 * share, 2).toFixed(2)} %`;
}

function setText(name: string, { trips, unknownKm, byError }: SetFigures): string[] {
  return [
    `${name}: ${trips} trips, ${byError[0].km} km of known truth, ${unknownKm} km without`,
    ...byError.map(
      ({ radialM, rightRoad, nearestRight, rightLimit, asSigned, noRoad }) =>
        `  error ${String(radialM).padStart(2)} m: right road ${percent(rightRoad)} (the nearest: ${percent(nearestRight)}), right limit class ${percent(rightLimit)}, limit as signed ${percent(asSigned)}, no road ${percent(noRoad)}`,
    ),
  ];
}

export function mapText(report: MapReport): string {
  const lines = [
    `map of ${report.roads} roads that has lost ${percent(report.lostLimits)} of the limits, seed ${report.seed}; shares of the driven distance:`,
    ...setText('simulated drives', report.drives),
    ...setText('SUMO traces', report.sumo),
    report.ok ? 'ok' : `MISSED:\n${report.missed.map((line) => `  ${line}`).join('\n')}`,
  ];
  return `${lines.join('\n')}\n`;
}
