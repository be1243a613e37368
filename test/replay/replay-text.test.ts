import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { type ReplayResult, replayRecording } from '../../scripts/replay-run.ts';
import { replaySummary, replayText } from '../../scripts/replay-text.ts';
import { mustReadOne, textFile } from './shared-data.ts';

const M_PER_DEG = 111_195;
const KMH = 54;

/** A straight drive with a halt every two minutes; `away` are seconds at which a stale position 5 km away is logged. */
function drive(away: readonly number[]): string {
  const rows: string[] = ['t_ms,lat,lon,speed_kmh'];
  let alongM = 0;
  for (let s = 0; s < 400; s++) {
    const kmh = Math.min(KMH, 6 * (s % 120), 6 * (120 - (s % 120)));
    alongM += kmh / 3.6;
    const lat = 50 + (away.includes(s) ? 5000 : alongM) / M_PER_DEG;
    rows.push(`${s * 1000},${lat.toFixed(7)},9,${kmh}`);
  }
  return `${rows.join('\n')}\n`;
}

function replay(text: string): Promise<ReplayResult> {
  const options = { map: null, crypto: nodeCrypto(), onProgress: () => {}, log: () => {} };
  return replayRecording(mustReadOne(textFile('drive.csv', text)), options);
}

const jumping = await replay(drive([50, 170]));
const steady = await replay(drive([]));

test('a recording without a date is not judged by the time of day', () => {
  assert.equal(steady.trips.length, 1);
  const { time } = steady.trips[0].subscores;
  assert.equal(time.value, null);
  assert.equal(time.weight, 0);
});

test('axes that were found in an acceleration derived from the speed are not judged by that speed', () => {
  assert.equal(steady.mounting.forwardCorrelation, null);
  assert.match(replayText(steady), /axes: {4}not (judged: acceleration was derived|found)/);
});

test('recorded and played kilometres are both said where they differ, with the reason', () => {
  assert.ok(jumping.recordedKm > 10 && jumping.playedKm < 6);
  assert.match(
    replayText(jumping),
    /\d+\.\d km recorded\)\n {2}played: {2}\d\.\d km; left out: \d+\.\d km of jumps away and back\n/,
  );
  assert.doesNotMatch(replayText(steady), /played: /);
});

test('several recordings are summed up in a line, and one is not', () => {
  assert.equal(replaySummary([steady]), '');
  assert.match(
    replaySummary([steady, jumping]),
    /^2 recordings, 2 trips, [\d.]+ km in trips of .* recorded, 0 frames lost\n$/,
  );
});
