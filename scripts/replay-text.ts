import type { ReplayResult } from './replay-run.ts';
import { tripText } from './trip-text.ts';

/** A replay for people. */
export function replayText(result: ReplayResult): string {
  const { frames, mounting } = result;
  const lines = [
    `${result.name} (${result.format}, ${result.points} points, ${result.recordedKm.toFixed(1)} km recorded)`,
    ...result.remarks.map((remark) => `  file:    ${remark}`),
    ...result.derived.map((note) => `  derived: ${note}`),
    mounting.found
      ? `  axes:    found; forward axis against GNSS acceleration r = ${mounting.forwardCorrelation}`
      : '  axes:    not found: too little driving',
    `  frames:  ${frames.sent} sent, ${frames.stored} stored, ${frames.duplicate} duplicate, ${frames.lost} lost`,
    `  trips:   ${result.trips.length}, ${result.km.toFixed(2)} km`,
    ...result.trips.flatMap(tripText),
  ];
  return `${lines.join('\n')}\n\n`;
}
