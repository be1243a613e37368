/** How far a trip went with known axes: without them no harsh event can be seen. */

import type { ClosedTrip } from './closed-trip.ts';
import type { Exposure } from './exposure.ts';

/** Metres. */
export function seenDistance({ track, distanceM }: ClosedTrip, { cm }: Exposure): number {
  let blindCm = 0;
  for (let i = 0; i < track.count; i++) if (track.vehicleAxes[i] === 0) blindCm += cm[i];
  return distanceM - Math.floor(blindCm / 100);
}
