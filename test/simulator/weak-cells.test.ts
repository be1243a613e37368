import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Fault, NorFlash, PowerCut } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import type { Phase } from '../../simulator/weak-cells.ts';

const TINY = { sectorBytes: 64, pageBytes: 16, sectors: 4 };

function read(flash: NorFlash, address: number, length: number): Uint8Array {
  const into = new Uint8Array(length);
  flash.read(address, into);
  return into;
}

const phases = fc.constantFrom<Phase>('early', 'middle', 'late');

test('a rotten program leaves cells that read as old or new; programming them once more settles them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 16 }), phases, fc.nat(), (bytes, phase, seed) => {
      const flash = new NorFlash(TINY, Rng.seeded(seed));
      flash.program(16, new Uint8Array(16).fill(0x3c));
      flash.cutAt = { operation: 1, damage: 'rotten', phase };
      assert.throws(() => flash.program(0, bytes), PowerCut);
      for (let boot = 0; boot < 3; boot++) {
        flash.powerCycle();
        const now = read(flash, 0, bytes.length);
        assert.ok(now.every((byte, i) => (byte & bytes[i]) === bytes[i]));
        assert.ok(read(flash, 16, 16).every((byte) => byte === 0x3c));
      }
      flash.program(0, bytes);
      for (let i = 0; i < 5; i++) assert.deepEqual(read(flash, 0, bytes.length), bytes);
    }),
  );
});

test('weak cells do not always read the same, some of them only after the next start', () => {
  let changed = 0;
  let late = 0;
  for (let seed = 0; seed < 60; seed++) {
    const flash = new NorFlash(TINY, Rng.seeded(seed));
    flash.cutAt = { operation: 0, damage: 'rotten', phase: seed % 2 === 0 ? 'early' : 'late' };
    assert.throws(() => flash.program(0, new Uint8Array(16)), PowerCut);
    const differs = (): boolean => {
      const first = read(flash, 0, 16);
      return Array.from({ length: 50 }, () => read(flash, 0, 16)).some((again) => again.some((b, i) => b !== first[i]));
    };
    flash.powerCycle();
    const atOnce = differs();
    flash.powerCycle();
    if (atOnce) changed++;
    else if (differs()) late++;
  }
  assert.ok(changed > 20, `${changed}`);
  assert.ok(late > 5, `${late}`);
});

test('a rotten erase leaves the whole sector undecided, and another erase settles it', () => {
  fc.assert(
    fc.property(phases, fc.nat(), (phase, seed) => {
      const flash = new NorFlash(TINY, Rng.seeded(seed));
      for (let page = 0; page < 8; page++) flash.program(page * 16, new Uint8Array(16).fill(0x55));
      flash.cutAt = { operation: flash.operations, damage: 'rotten', phase };
      assert.throws(() => flash.erase(1), PowerCut);
      flash.powerCycle();
      assert.ok(read(flash, 0, 64).every((byte) => byte === 0x55));
      flash.erase(1);
      flash.powerCycle();
      assert.ok(read(flash, 64, 64).every((byte) => byte === 0xff));
    }),
  );
});

test('worn sectors: no erase, cells that stay 0, cells that stay 1; others are sound', () => {
  const after = (fault: Fault): { readonly erased: number; readonly zeroed: number } => {
    const flash = new NorFlash({ ...TINY, sectorBytes: 256 });
    flash.wearOut(1, fault);
    for (let page = 0; page < 32; page++) flash.program(page * 16, new Uint8Array(16));
    const zeroed = read(flash, 256, 256).filter((byte) => byte !== 0).length;
    flash.erase(0);
    flash.erase(1);
    assert.ok(read(flash, 0, 256).every((byte) => byte === 0xff));
    return { erased: read(flash, 256, 256).filter((byte) => byte !== 0xff).length, zeroed };
  };
  assert.deepEqual(after('no-erase'), { erased: 256, zeroed: 0 });
  assert.deepEqual(after('stuck-low'), { erased: 4, zeroed: 0 });
  assert.deepEqual(after('stuck-high'), { erased: 0, zeroed: 4 });
});

test('a copy has the same cells, faults and weaknesses, and its own future', () => {
  const flash = new NorFlash(TINY, Rng.seeded(3));
  flash.program(0, Uint8Array.of(1, 2, 3));
  flash.wearOut(2, 'no-erase');
  const copy = flash.copy(Rng.seeded(4));
  copy.program(3, Uint8Array.of(4));
  assert.deepEqual([...read(copy, 0, 4)], [1, 2, 3, 4]);
  assert.deepEqual([...read(flash, 0, 4)], [1, 2, 3, 0xff]);
  copy.program(128, Uint8Array.of(0));
  copy.erase(2);
  assert.deepEqual([...read(copy, 128, 1)], [0]);
  assert.deepEqual([flash.operations, copy.operations], [1, 4]);
});
