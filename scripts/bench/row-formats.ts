/** What the same samples would cost in formats that others use. Payload only: no signature, no topic, no transport. */

import { utf8 } from '../../protocol/bytes.ts';
import { encodeCbor } from '../../protocol/cbor.ts';
import { accelerationsCg, type Batch, chosen } from './batch.ts';
import { encodeCodec8e } from './codec8e.ts';
import { encodeProtobuf } from './protobuf-deltas.ts';

/**
 * Encodes a batch. Without accelerations only the samples that have a fix are in it; with them all are, and one
 * without a fix says so in the format's own way.
 */
export type RowEncoder = (batch: Batch, withAcceleration: boolean) => Uint8Array;

export const ROW_FORMATS = {
  json: encodeJsonRows,
  cbor: encodeCborRows,
  protobuf: encodeProtobuf,
  codec8e: encodeCodec8e,
} as const satisfies Record<string, RowEncoder>;
export type RowFormat = keyof typeof ROW_FORMATS;

type Row = Record<string, number | readonly number[]>;

/** An array of objects, degrees with six decimals, m/s with one, g with two. */
export function encodeJsonRows(batch: Batch, withAcceleration: boolean): Uint8Array {
  const { samples, startMs } = batch;
  const rows = chosen(batch, withAcceleration).map((i) => {
    const row: Row = { t: startMs + i * samples.cadenceMs };
    if (samples.fix[i] === 1) {
      row.lat = samples.latE6[i] / 1e6;
      row.lon = samples.lonE6[i] / 1e6;
      row.speed = samples.speedDmS[i] / 10;
      row.heading = samples.headingDeg[i];
      row.altitude = samples.altitudeM[i];
    }
    if (withAcceleration) row.acceleration = accelerationsCg(samples, i).map((cg) => cg / 100);
    return row;
  });
  return utf8(JSON.stringify(rows));
}

/** The same objects as maps with the same names, in the wire's integer units. */
export function encodeCborRows(batch: Batch, withAcceleration: boolean): Uint8Array {
  const { samples, startMs } = batch;
  const rows = chosen(batch, withAcceleration).map((i) => {
    const row = new Map<string, number | number[]>([['t', startMs + i * samples.cadenceMs]]);
    if (samples.fix[i] === 1) {
      row.set('lat', samples.latE6[i]).set('lon', samples.lonE6[i]).set('speed', samples.speedDmS[i]);
      row.set('heading', samples.headingDeg[i]).set('altitude', samples.altitudeM[i]);
    }
    if (withAcceleration) row.set('acceleration', accelerationsCg(samples, i));
    return row;
  });
  return encodeCbor(rows);
}
