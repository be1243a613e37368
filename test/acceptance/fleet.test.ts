import assert from 'node:assert/strict';
import test from 'node:test';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { runFleetWithGateway } from '../../scripts/fleet-run.ts';

const quiet = { onProgress: () => {}, log: () => {}, warmUp: false };

test('one seed gives one digest of everything that was sent, another seed another', async () => {
  const run = (seed: number) => runFleetWithGateway({ devices: 3, hours: 0.3, seed, crypto: nodeCrypto(), ...quiet });
  const [first, second, other] = [await run(7), await run(7), await run(8)];
  assert.equal(first.digest, second.digest);
  assert.notEqual(first.digest, other.digest);
  assert.equal(first.frames.lost, 0);
  assert.ok(first.frames.sent > 0);
});

test('noble and node:crypto give the same bytes', async () => {
  const run = (crypto: typeof nobleCrypto) =>
    runFleetWithGateway({ devices: 1, hours: 0.1, seed: 3, crypto, ...quiet });
  assert.equal((await run(nobleCrypto)).digest, (await run(nodeCrypto())).digest);
});
