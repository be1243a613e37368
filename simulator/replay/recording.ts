/** A recorded drive, whatever file it came from. Readers fill in what the file has and leave the rest null. */

import type { RoadClass } from '../road-class.ts';

export interface RecordedPoint {
  /** UTC milliseconds when the recording has a calendar, else milliseconds since its start. */
  readonly tMs: number;
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly speedKmh: number | null;
  readonly headingDeg: number | null;
  readonly altitudeM: number | null;
  readonly supplyV: number | null;
  /** The limit that the recording itself states for this point. */
  readonly limitKmh: number | null;
  readonly roadClass: RoadClass | null;
}

/** Acceleration as recorded, in the recorder's own axes, m/s2 with gravity. `tMs` ascends, on the clock of the points. */
export interface RecordedAcceleration {
  readonly tMs: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

/** A trip that the recording itself names; both ends are times of points. */
export interface RecordedTrip {
  readonly id: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface Recording {
  /** For people: the file's name, plus the vehicle or trip within it where there are several. */
  readonly name: string;
  readonly format: string;
  /** False when `tMs` counts from the recording's start and no date is known. */
  readonly hasCalendar: boolean;
  /** Ascending in time, one point an instant. */
  readonly points: readonly RecordedPoint[];
  readonly acceleration: RecordedAcceleration | null;
  /** In time order; empty where the file names no trips. */
  readonly trips: readonly RecordedTrip[];
  /** What the file has and is not used, with the reason: `ALTITUDE_FT has lost its decimal comma`. */
  readonly unused?: { readonly altitude?: string; readonly acceleration?: string };
  /** What `limitKmh` is where it is no posted limit, for people. */
  readonly limitsAre?: string;
  /** What the reader had to leave out or repair, for people, e.g. "42 duplicate timestamps removed". */
  readonly remarks: readonly string[];
}

export type ReadResult =
  | { readonly ok: true; readonly recordings: readonly Recording[] }
  | { readonly ok: false; readonly reason: string };
