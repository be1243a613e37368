import assert from 'node:assert/strict';
import test from 'node:test';
import { bordbox } from './bordbox.ts';

interface Demo {
  readonly trips: number;
  readonly frames: {
    readonly sent: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly lost: number;
  };
  readonly transmissions: number;
  readonly score: number;
  readonly subscores: Readonly<Record<string, { readonly value: number | null; readonly why: readonly string[] }>>;
  readonly gatewayRestarts: number;
}

async function demo(...words: readonly string[]): Promise<Demo> {
  const ended = await bordbox('demo', '--exit', '--json', ...words);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.json() as unknown as Demo;
}

test('C25, E30: plug in and drive: a trip is recorded, crosses a broker and is scored, and nothing is lost', async () => {
  const { trips, frames, score, subscores } = await demo('--seed', '7');
  assert.ok(trips >= 1);
  assert.ok(frames.sent > 0);
  assert.deepEqual(frames, { sent: frames.sent, stored: frames.sent, duplicate: 0, lost: 0 });
  assert.ok(score >= 1 && score <= 7);
  assert.deepEqual(Object.keys(subscores).sort(), ['acceleration', 'road', 'speed', 'time']);
  for (const { why } of Object.values(subscores)) assert.ok(why.length > 0);
});

test('two runs of one seed give the same trips, frames and score', async () => {
  const [first, second] = [await demo('--seed', '7'), await demo('--seed', '7')];
  for (const key of ['trips', 'frames', 'transmissions', 'score', 'subscores'] as const) {
    assert.deepEqual(first[key], second[key], key);
  }
});

test('B50: a lossy radio, an outage and a killed gateway lose nothing, and each frame is stored once', async () => {
  const { frames, transmissions, gatewayRestarts } = await demo(
    ...['--seed', '7', '--loss', '0.3', '--outage', '120s', '--restart-gateway'],
  );
  assert.equal(gatewayRestarts, 1);
  assert.ok(transmissions > frames.sent, 'the radio was not lossy');
  assert.equal(frames.lost, 0);
  assert.equal(frames.stored, frames.sent);
});
