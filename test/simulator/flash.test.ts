import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NorFlash, PowerCut } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';

const TINY = { sectorBytes: 64, pageBytes: 16, sectors: 4 };

function read(flash: NorFlash, address: number, length: number): number[] {
  const into = new Uint8Array(length);
  flash.read(address, into);
  return [...into];
}

test('flash is erased at first, keeps what is programmed, and programming only clears bits', () => {
  const flash = new NorFlash(TINY);
  assert.ok(read(flash, 0, 256).every((b) => b === 0xff));
  assert.equal(flash.program(3, Uint8Array.of(0xf0, 0x0f)), 700);
  assert.deepEqual(read(flash, 2, 4), [0xff, 0xf0, 0x0f, 0xff]);
  flash.program(3, Uint8Array.of(0x80));
  assert.throws(() => flash.program(3, Uint8Array.of(0x81)), /would set bits/);
  assert.deepEqual(read(flash, 3, 1), [0x80]);
});

test('programming across a page and anything outside the part is refused', () => {
  const flash = new NorFlash(TINY);
  flash.program(0, new Uint8Array(16));
  assert.throws(() => flash.program(17, new Uint8Array(16)), /cross a page/);
  assert.throws(() => flash.program(256, Uint8Array.of(0)), /outside/);
  assert.throws(() => flash.read(250, new Uint8Array(7)), /outside/);
  assert.throws(() => flash.erase(4), /no sector/);
  assert.deepEqual(read(flash, 16, 16), new Array(16).fill(0xff));
});

test('erasing clears one sector, counts, and gets slower with wear', () => {
  const flash = new NorFlash(TINY);
  flash.program(64, Uint8Array.of(1));
  flash.program(128, Uint8Array.of(2));
  const newUs = flash.erase(1);
  assert.deepEqual([read(flash, 64, 1), read(flash, 128, 1)], [[0xff], [2]]);
  for (let i = 0; i < 20_000; i++) flash.erase(3);
  assert.ok(newUs >= 50_000 && newUs < 51_000);
  assert.equal(flash.erase(3), 400_000);
  assert.deepEqual([...flash.erasesPerSector], [0, 1, 0, 20_001]);
  assert.equal(flash.operations, 20_004);
});

test('a cut before an operation leaves everything as it was, once', () => {
  const flash = new NorFlash(TINY);
  flash.program(0, Uint8Array.of(5));
  flash.cutAt = { operation: 2, damage: 'clean' };
  flash.program(1, Uint8Array.of(6));
  assert.throws(() => flash.program(2, Uint8Array.of(7)), PowerCut);
  assert.deepEqual(read(flash, 0, 3), [5, 6, 0xff]);
  flash.program(2, Uint8Array.of(7));
  assert.deepEqual(read(flash, 0, 3), [5, 6, 7]);
});

test('a torn program is a prefix, then at most one byte with some bits cleared', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 16 }), fc.nat(), (bytes, seed) => {
      const flash = new NorFlash(TINY, Rng.seeded(seed));
      flash.cutAt = { operation: 0, damage: 'torn' };
      assert.throws(() => flash.program(0, bytes), PowerCut);
      const after = read(flash, 0, bytes.length);
      const done = after.findIndex((b, i) => b !== bytes[i]);
      if (done < 0) return;
      assert.equal(after[done] & bytes[done], bytes[done], 'no bit cleared that should stay');
      assert.ok(after.slice(done + 1).every((b) => b === 0xff));
    }),
  );
});

test('a torn erase only sets bits, in its own sector', () => {
  const flash = new NorFlash(TINY, Rng.seeded(1));
  for (let page = 0; page < 8; page++) flash.program(page * 16, new Uint8Array(16).fill(0x11));
  flash.cutAt = { operation: flash.operations, damage: 'torn' };
  assert.throws(() => flash.erase(1), PowerCut);
  assert.ok(read(flash, 0, 64).every((b) => b === 0x11));
  const sector = read(flash, 64, 64);
  assert.ok(sector.every((b) => (b & 0x11) === 0x11));
  assert.ok(sector.some((b) => b !== 0xff) && sector.some((b) => b !== 0x11));
});
