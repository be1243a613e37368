import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TINY } from '../../firmware/limits.ts';
import { Campaign, GEOMETRY } from '../../scripts/powercut/campaign.ts';
import { type CutId, cutText, DAMAGES, parseCut } from '../../scripts/powercut/cut-id.ts';
import { afterwards, LIFE, WORN_SECTORS } from '../../scripts/powercut/life.ts';
import { Rig } from '../../scripts/powercut/rig.ts';
import { NorFlash, PowerCut } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';

function replay(id: CutId): { readonly cuts: number; readonly violations: readonly string[] } {
  const { levels, failures } = new Campaign({ only: id, nested: true, seed: 1 }).run();
  const cuts = Object.values(levels[id.length - 1].cuts).reduce((sum, count) => sum + count, 0);
  return { cuts, violations: failures.flatMap(({ violations }) => violations) };
}

test('a cut, and a second one in the boot that follows, costs nothing that was journaled', () => {
  const place = fc.record({ operation: fc.nat(500), damage: fc.constantFrom(...DAMAGES) });
  const second = fc.record({ operation: fc.nat(5), damage: fc.constantFrom(...DAMAGES) });
  fc.assert(
    fc.property(place, second, (first, next) => {
      const { cuts, violations } = replay([first, next]);
      assert.deepEqual([cuts, violations], [1, []], `npm run powercut -- --replay ${cutText([first, next])}`);
    }),
    { numRuns: 25 },
  );
});

test('the names of cuts are read as they are written', () => {
  for (const id of ['0c', '412m', '412m+3t']) assert.equal(cutText(parseCut(id) ?? []), id);
  for (const text of ['', '12', '12x', 'c', '1c+2c+3c', '1c+', '-1c']) assert.equal(parseCut(text), null, text);
});

/** The life with the power failing again and again; what follows a cut may be cut as well. */
/**
 * Each cut that tears a record can cost the rest of its sector. On the nine sectors of the campaign half a dozen of
 * them in a row reach the sectors that hold the open frame (SPEC 8.4); a storm has dozens, and so gets more room.
 */
const ROOMY = { ...GEOMETRY, sectors: 24 };

function storm(seed: number): readonly string[] {
  const chance = Rng.seeded(seed);
  const flash = new NorFlash(ROOMY, chance.fork('flash'));
  const rig = new Rig(TINY, flash, WORN_SECTORS);
  const survive = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      rig.losePower();
      survive(() => rig.boot(chance.chance(0.5) ? undefined : 200));
    }
  };
  const damages = ['clean', 'torn', 'rotten'] as const;
  flash.onOperation = () => {
    if (flash.cutAt === null) {
      flash.cutAt = { operation: flash.operations + 3 + chance.int(40), damage: damages[chance.int(3)] };
    }
  };
  survive(() => rig.boot(undefined));
  for (const step of LIFE) survive(() => step.run(rig));
  flash.onOperation = null;
  flash.cutAt = null;
  afterwards(rig);
  return rig.ledger.violations;
}

test('a life in which the power fails dozens of times costs nothing that was journaled', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      assert.deepEqual(storm(seed), []);
    }),
    { numRuns: 40 },
  );
});
