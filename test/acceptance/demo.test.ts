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
  readonly access: {
    readonly unlocked: number;
    readonly trunkOpened: number;
    readonly tanRefused: number;
    readonly auditVerified: boolean;
  };
}

async function demo(...words: readonly string[]): Promise<Demo> {
  const ended = await bordbox('demo', '--exit', '--json', ...words);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.json() as unknown as Demo;
}

test('C25, E30, A14: drive and a trip is scored; then a TAN opens the trunk once, and nothing is lost', async () => {
  const { trips, frames, score, subscores, access } = await demo('--seed', '7');
  assertOpenedOnce(access);
  assert.ok(trips >= 1);
  assert.ok(frames.sent > 0);
  assert.deepEqual(frames, { sent: frames.sent, stored: frames.sent, duplicate: 0, lost: 0 });
  assert.ok(score >= 1 && score <= 7);
  assert.deepEqual(Object.keys(subscores).sort(), ['acceleration', 'road', 'speed', 'time']);
  for (const { why } of Object.values(subscores)) assert.ok(why.length > 0);
});

/** The second act, whatever the radio loses: once each, and all of it can be proved. */
function assertOpenedOnce({ unlocked, trunkOpened, tanRefused, auditVerified }: Demo['access']): void {
  assert.deepEqual([unlocked, trunkOpened, auditVerified], [1, 1, true]);
  assert.ok(tanRefused >= 1, 'the same TAN again was not refused');
}

test('two runs of one seed give the same trips, frames and score', async () => {
  const [first, second] = [await demo('--seed', '7'), await demo('--seed', '7')];
  for (const key of ['trips', 'frames', 'transmissions', 'score', 'subscores', 'access'] as const) {
    assert.deepEqual(first[key], second[key], key);
  }
});

test('B50: a lossy radio, an outage and a killed gateway lose nothing, and each frame is stored once', async () => {
  const { frames, transmissions, gatewayRestarts, access } = await demo(
    ...['--seed', '7', '--loss', '0.3', '--outage', '120s', '--restart-gateway'],
  );
  assert.equal(gatewayRestarts, 1);
  assert.ok(transmissions > frames.sent, 'the radio was not lossy');
  assert.equal(frames.lost, 0);
  assert.equal(frames.stored, frames.sent);
  assertOpenedOnce(access);
});
