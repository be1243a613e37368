import { counted } from '../simulator/replay/tidy.ts';
import type { ReplayResult } from './replay-run.ts';
import { tripText } from './trip-text.ts';

/** A smaller difference between recorded and played kilometres is rounding. */
const SHARE_SAID = 0.02;

/** A replay for people. */
export function replayText(result: ReplayResult): string {
  const { frames } = result;
  const lines = [
    `${result.name} (${result.format}, ${result.points} points, ${result.recordedKm.toFixed(1)} km recorded)`,
    ...unplayedText(result),
    ...result.remarks.map((remark) => `  file:    ${remark}`),
    ...result.derived.map((note) => `  derived: ${note}`),
    `  axes:    ${axesText(result.mounting)}`,
    `  frames:  ${frames.sent} sent, ${frames.stored} stored, ${frames.duplicate} duplicate, ${frames.lost} lost`,
    `  trips:   ${result.trips.length}, ${result.km.toFixed(2)} km`,
    ...result.trips.flatMap(tripText),
  ];
  return `${lines.join('\n')}\n\n`;
}

/** All of them in a line; nothing for one, which speaks for itself. */
export function replaySummary(results: readonly ReplayResult[]): string {
  if (results.length < 2) return '';
  const sum = (of: (result: ReplayResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const km = (of: (result: ReplayResult) => number): string => sum(of).toFixed(1);
  const [trips, lost] = [sum((result) => result.trips.length), sum(({ frames }) => frames.lost)];
  return (
    `${results.length} recordings, ${counted(trips, 'trip')}, ${km((result) => result.km)} km in trips` +
    ` of ${km(({ playedKm }) => playedKm)} km played and ${km(({ recordedKm }) => recordedKm)} km recorded,` +
    ` ${counted(lost, 'frame')} lost\n`
  );
}

function unplayedText({ recordedKm, playedKm, unplayed }: ReplayResult): string[] {
  if (Math.abs(recordedKm - playedKm) <= SHARE_SAID * recordedKm) return [];
  const { jumpsKm, pausesKm } = unplayed;
  const reasons = [
    ...(jumpsKm > 0 ? [`${jumpsKm.toFixed(1)} km of jumps away and back`] : []),
    ...(pausesKm > 0 ? [`${pausesKm.toFixed(1)} km over pauses of more than 10 min`] : []),
  ];
  return [`  played:  ${playedKm.toFixed(1)} km; left out: ${reasons.join(', ')}`];
}

function axesText({ found, forwardCorrelation }: ReplayResult['mounting']): string {
  if (!found) return 'not found: too little driving';
  if (forwardCorrelation === null) return 'not judged: acceleration was derived';
  return `found; forward axis against GNSS acceleration r = ${forwardCorrelation}`;
}
