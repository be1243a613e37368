import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Rng } from '../../simulator/rng.ts';

function draws(rng: Rng, n: number): number[] {
  return Array.from({ length: n }, () => rng.u32());
}

test('a fork depends on seed and label, not on what its parent has drawn', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.string(), fc.nat(50), (seed, label, drawn) => {
      const fresh = Rng.seeded(seed);
      const used = Rng.seeded(seed);
      draws(used, drawn);
      assert.deepEqual(draws(fresh.fork(label), 8), draws(used.fork(label), 8));
    }),
  );
});

test('other labels, seeds and depths give other streams', () => {
  const root = Rng.seeded(7);
  const streams = [
    root,
    Rng.seeded(8),
    Rng.seeded(7 + 2 ** 32),
    root.fork('a'),
    root.fork('b'),
    root.fork('ab'),
    root.fork('a').fork('b'),
    root.fork(''),
    ...Array.from({ length: 2000 }, (_, i) => root.fork(`car ${i}`)),
  ];
  assert.equal(new Set(streams.map((s) => draws(s, 2).join())).size, streams.length);
});

test('gauss has mean 0, variance 1 and no memory', () => {
  const rng = Rng.seeded(1);
  const n = 200_000;
  let sum = 0;
  let squares = 0;
  let products = 0;
  let beyondTwo = 0;
  let last = 0;
  for (let i = 0; i < n; i++) {
    const g = rng.gauss();
    sum += g;
    squares += g * g;
    products += g * last;
    if (Math.abs(g) > 2) beyondTwo++;
    last = g;
  }
  assert.ok(Math.abs(sum / n) < 0.01, `mean ${sum / n}`);
  assert.ok(Math.abs(squares / n - 1) < 0.015, `variance ${squares / n}`);
  assert.ok(Math.abs(products / n) < 0.01, `correlation ${products / n}`);
  assert.ok(Math.abs(beyondTwo / n - 0.0455) < 0.005, `beyond two sigma ${beyondTwo / n}`);
});

test('uniform, range, int, chance and bytes are even', () => {
  const rng = Rng.seeded(2);
  const faces = new Array(6).fill(0);
  for (let i = 0; i < 60_000; i++) faces[rng.int(6)]++;
  for (const count of faces) assert.ok(Math.abs(count - 10_000) < 500, `${faces}`);
  const bytes = new Uint8Array(100_003);
  rng.fillBytes(bytes);
  const mean = bytes.reduce((a, b) => a + b, 0) / bytes.length;
  assert.ok(Math.abs(mean - 127.5) < 1, `${mean}`);
  assert.equal(new Set(bytes).size, 256);
  for (let i = 0; i < 1000; i++) {
    const x = rng.range(-3, 5);
    assert.ok(x >= -3 && x < 5);
  }
});

test('the stream is pinned: the same numbers in every version', () => {
  assert.deepEqual(draws(Rng.seeded(7).fork('town'), 4), PINNED);
});

const PINNED = [1674829677, 1964490498, 2632491401, 814996705];
