import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../../firmware/box-ledger.ts';
import { Openings } from '../../firmware/box-openings.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { boxCuts, type CutFigures, type CutOptions } from '../../scripts/races/box-cuts.ts';

const crypto = nodeCrypto();

function campaign(options: Partial<CutOptions>): CutFigures {
  return boxCuts({ crypto, seed: 1, nested: false, before: [48], ...options });
}

test('A14: power cut at every flash operation and every effect of an unlock and of a delivery: one opening at most', () => {
  const figures = campaign({});
  assert.deepEqual(figures.failures, []);
  assert.equal(figures.openingsMax, 1);
  assert.ok(
    figures.cuts[0] > 200 && figures.opened > 100 && figures.outcomes.interrupted > 10,
    JSON.stringify(figures),
  );
});

test('A14: cut again at flash operations of the boot that follows', () => {
  const figures = campaign({ nested: true, damages: ['m'], scenarios: ['delivery'] });
  assert.deepEqual(figures.failures, []);
  assert.ok(figures.cuts[1] > 60, JSON.stringify(figures));
});

/** The campaign with one method of the box done badly. */
function sabotaged<K extends string>(part: Record<K, unknown>, method: K, bad: unknown): CutFigures {
  const good = part[method];
  part[method] = bad;
  try {
    return campaign({ before: [0], scenarios: ['delivery'], damages: ['c'] });
  } finally {
    part[method] = good;
  }
}

test('the campaign finds a box that acts before the id is in flash', () => {
  const { burn } = Ledger.prototype;
  const figures = sabotaged(Ledger.prototype, 'burn', function (this: Ledger, entry: Parameters<typeof burn>[0]) {
    return burn.call(this, entry, false);
  });
  assert.ok(figures.failures.length > 0);
});

test('the campaign finds a box that forgets an opening', () => {
  const figures = sabotaged(Openings.prototype, 'boot', function (this: Openings & { kernel: never }) {
    (this as unknown as { kernel: { standing: { change(c: object): void } } }).kernel.standing.change({
      opening: undefined,
    });
  });
  assert.ok(figures.failures.length > 0);
});
