/** An ended trip becomes a published one: assembled, scored through the port, and put into words. */

import type { Crypto } from '../../protocol/crypto.ts';
import type { ClosedTrip, RoadSource, Scorer } from '../scoring/closed-trip.ts';
import { eventsOf, type Happening, pseudonym, type Tenant } from './backend.ts';
import { NO_WRITES, type StoredFrame, type Writes } from './store.ts';
import { storedTrip } from './stored-trip.ts';
import { type PlaceOf, type TripPlaces, tripClosed, tripScored } from './trip-events.ts';
import type { TripRow } from './trips.ts';

export interface Closing {
  readonly scorer: Scorer;
  /** Null without a map: the scorer then says what it could not judge. */
  readonly roads: RoadSource | null;
  readonly placeOf: PlaceOf;
  readonly tenants: readonly Tenant[];
  readonly crypto: Crypto;
  /** Secret of this deployment, for ids of trips that reveal nothing. */
  readonly idKey: Uint8Array;
  readonly nowMs: number;
}

export function closeTrip(row: TripRow, stored: readonly StoredFrame[], closing: Closing): Writes {
  const { crypto, tenants, idKey, nowMs } = closing;
  const trip = storedTrip(pseudonym(idKey, `trip/${row.key}`, crypto), row, stored);
  if (trip === null) return { ...NO_WRITES, trips: [{ ...row, state: 'closed' }] };
  const closed: TripRow = {
    ...row,
    revision: row.revision + 1,
    state: trip.track.count > 0 ? 'scored' : 'closed',
  };
  const happenings: Happening[] = [tripClosed(closed, trip, placesOf(trip, closing.placeOf), nowMs)];
  // Without a single sample there is nothing that a score could speak of.
  if (closed.state === 'scored') {
    happenings.push(tripScored(closed, closing.scorer.score(trip, closing.roads), nowMs));
  }
  const events = happenings.flatMap((happening) => eventsOf(happening, tenants, crypto));
  return { ...NO_WRITES, trips: [closed], events };
}

function placesOf({ track }: ClosedTrip, placeOf: PlaceOf): TripPlaces {
  const at = (i: number): string | null => (i < 0 ? null : placeOf(track.latE6[i], track.lonE6[i]));
  return { start: at(track.fix.indexOf(1)), end: at(track.fix.lastIndexOf(1)) };
}
