/**
 * What the raw samples of a harsh event would cost (numbers.md 13: it keeps 2 s), were they sent: 100 samples of
 * three axes at 50 Hz in 0.01 g, as three columns of differences in the packing of all columns. Schema 1 has no
 * place for them.
 */

import type { Occurrence } from '../../protocol/messages.ts';
import { packColumn } from '../../protocol/rice.ts';
import { IMU_PER_SECOND } from '../../simulator/feed.ts';

const KEPT_SECONDS = 2;
const AXES = 3;
const SECOND_MS = 1000;

/** Bytes with a CBOR head per column; null where the samples are not there. */
export function rawBytes(event: Occurrence, second: (atMs: number) => Int16Array | undefined): number | null {
  const values = new Int32Array(KEPT_SECONDS * IMU_PER_SECOND);
  const seconds: Int16Array[] = [];
  for (let s = 0; s < KEPT_SECONDS; s++) {
    const axesMg = second(event.atMs + s * SECOND_MS);
    if (axesMg === undefined) return null;
    seconds.push(axesMg);
  }
  let bytes = 0;
  for (let axis = 0; axis < AXES; axis++) {
    let before = 0;
    for (let i = 0; i < values.length; i++) {
      const valueCg = Math.round(seconds[Math.floor(i / IMU_PER_SECOND)][(i % IMU_PER_SECOND) * AXES + axis] / 10);
      values[i] = valueCg - before;
      before = valueCg;
    }
    bytes += 2 + packColumn(values, values.length).length;
  }
  return bytes;
}
