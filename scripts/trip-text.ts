import type { TripResult } from './trip-list.ts';

/** A trip with its score and the reasons, for people. */
export function tripText(trip: TripResult): string[] {
  const events = Object.entries(trip.events)
    .map(([kind, count]) => `${count} x ${kind}`)
    .join(', ');
  const score = trip.score === null ? 'no score' : `score ${trip.score} of 7 (${trip.total} of 100)`;
  return [
    `    ${trip.start ?? '?'} .. ${trip.end ?? '?'}  ${trip.km.toFixed(2)} km  ${score}${trip.whole ? '' : '  (parts missing)'}`,
    `      ${trip.startPlace ?? 'place unknown'} -> ${trip.endPlace ?? 'place unknown'}; ${events || 'no events'}`,
    ...Object.entries(trip.subscores).map(
      ([name, { value, weight, why }]) =>
        `      ${name.padEnd(12)} ${String(value ?? '-').padStart(3)} x ${String(weight).padStart(2)} %  ${why.join('; ')}`,
    ),
  ];
}
