import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KEYED, SINGLE, Vault } from '../../firmware/box-vault.ts';
import { concat, toHex } from '../../protocol/bytes.ts';
import { type Damage, NorFlash, PowerCut } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';

const GEOMETRY = { sectorBytes: 1024, pageBytes: 128, sectors: 8 } as const;
const LIVE_BYTES = 1_500;
const IDS = 6;

interface Step {
  readonly key: number;
  /** Null: dropped. */
  readonly length: number | null;
}

const steps = fc.array(fc.record({ key: fc.nat({ max: IDS }), length: fc.option(fc.nat({ max: 150 }), { freq: 4 }) }), {
  maxLength: 60,
});

function idOf(key: number): Uint8Array {
  return new Uint8Array(16).fill(key + 1);
}

/** Key 0 is the single record, which is never dropped. */
function payloadOf({ key, length }: Step, turn: number): Uint8Array {
  const value = new Uint8Array((length ?? 0) + 1).fill(turn);
  return key === 0 ? value : concat(idOf(key), value);
}

function typeOf(key: number): number {
  return key === 0 ? SINGLE.standing : key % 2 === 0 ? KEYED.burn : KEYED.report;
}

function contents(vault: Vault): string[] {
  return vault
    .recover()
    .map(({ type, payload }) => `${type} ${toHex(payload)}`)
    .sort();
}

function vaultOn(flash: NorFlash): Vault {
  flash.powerCycle();
  return new Vault(flash, LIVE_BYTES);
}

/** What must be there after each step. */
class Model {
  private readonly values = new Map<number, string>();

  apply(step: Step, turn: number): void {
    if (step.length === null) {
      if (step.key !== 0) this.values.delete(step.key);
    } else this.values.set(step.key, `${typeOf(step.key)} ${toHex(payloadOf(step, turn))}`);
  }

  value(key: number): string | undefined {
    return this.values.get(key);
  }

  contents(): string[] {
    return [...this.values.values()].sort();
  }
}

function act(vault: Vault, step: Step, turn: number): void {
  if (step.length !== null) assert.equal(vault.put(typeOf(step.key), payloadOf(step, turn)), true);
  else if (step.key !== 0) vault.drop(typeOf(step.key), idOf(step.key));
}

test('what was put is there after a reset, however often the ring has gone round', () => {
  fc.assert(
    fc.property(steps, fc.nat({ max: 5 }), fc.integer({ min: 1, max: 8 }), (list, laps, rounds) => {
      const flash = new NorFlash(GEOMETRY);
      const model = new Model();
      let vault = vaultOn(flash);
      vault.recover();
      // Written once, and carried along for ever.
      const old = concat(idOf(IDS + 1), Uint8Array.of(1));
      assert.equal(vault.put(KEYED.burn, old), true);
      for (let lap = 0; lap <= laps; lap++) {
        for (const [turn, step] of Array(rounds).fill(list).flat().entries()) {
          act(vault, step, turn % 256);
          model.apply(step, turn % 256);
        }
        for (let key = 1; key <= IDS; key++) {
          const payload = vault.get(typeOf(key), idOf(key));
          assert.equal(payload === null ? undefined : `${typeOf(key)} ${toHex(payload)}`, model.value(key));
        }
        assert.deepEqual(vault.get(KEYED.burn, idOf(IDS + 1)), old);
        vault = vaultOn(flash);
        assert.deepEqual(contents(vault), [...model.contents(), `${KEYED.burn} ${toHex(old)}`].sort());
        assert.equal(vault.whole, true);
      }
    }),
    { numRuns: 60 },
  );
});

test('a cut at any operation leaves each value as it was or as it should become, and all others alone', () => {
  fc.assert(
    fc.property(
      steps,
      fc.nat({ max: 400 }),
      fc.constantFrom<Damage>('clean', 'torn', 'rotten'),
      fc.nat(),
      (list, operation, damage, seed) => {
        const flash = new NorFlash(GEOMETRY, Rng.seeded(seed));
        const model = new Model();
        const vault = vaultOn(flash);
        vault.recover();
        flash.cutAt = { operation, damage };
        const rounds = [...list, ...list, ...list];
        for (const [turn, step] of rounds.entries()) {
          const before = model.contents();
          const next = new Model();
          for (const [at, done] of rounds.slice(0, turn + 1).entries()) next.apply(done, at);
          try {
            act(vault, step, turn);
          } catch (error) {
            assert.ok(error instanceof PowerCut);
            const again = vaultOn(flash);
            const found = contents(again);
            // Read once more after another reset: it does not change its mind.
            assert.deepEqual(contents(vaultOn(flash)), found);
            assert.ok([before, next.contents()].some((want) => JSON.stringify(want) === JSON.stringify(found)));
            assert.ok(again.whole || before.length === 0, 'nothing is missing');
            return;
          }
          model.apply(step, turn);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a record that is missing in the middle is noticed', () => {
  const flash = new NorFlash(GEOMETRY);
  const vault = vaultOn(flash);
  vault.recover();
  for (let key = 1; key <= 5; key++) vault.put(KEYED.burn, concat(idOf(key), new Uint8Array(40)));
  assert.equal(whole(flash), true);
  const image = flash.image();
  const at = toHex(image).indexOf(toHex(idOf(3))) / 2;
  image.fill(0, at - 16, at + 60);
  flash.load(image);
  assert.equal(whole(flash), false);
});

test('empty flash is not whole: nobody knows what was in it', () => {
  assert.equal(whole(new NorFlash(GEOMETRY)), false);
});

function whole(flash: NorFlash): boolean {
  const vault = vaultOn(flash);
  vault.recover();
  return vault.whole;
}

test('purging leaves no byte of what was dropped, and everything that counts', () => {
  const flash = new NorFlash(GEOMETRY);
  const vault = vaultOn(flash);
  vault.recover();
  vault.put(KEYED.burn, concat(idOf(1), new Uint8Array(40)));
  vault.put(KEYED.report, concat(idOf(2), new Uint8Array(40)));
  vault.drop(KEYED.report, idOf(2));
  assert.ok(toHex(flash.image()).includes(toHex(idOf(2))));
  assert.equal(vault.purge(SINGLE.standing, Uint8Array.of(7)), true);
  assert.ok(!toHex(flash.image()).includes(toHex(idOf(2))));
  const found = vaultOn(flash).recover();
  assert.deepEqual(found.map(({ type }) => type).sort(), [SINGLE.standing, KEYED.burn]);
});

test('a flash that is too small is refused at once', () => {
  assert.throws(() => new Vault(new NorFlash(GEOMETRY), 3_000), RangeError);
});
