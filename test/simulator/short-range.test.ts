import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShortRangeEnd, ShortRangeInput } from '../../firmware/box-hal.ts';
import { Rng } from '../../simulator/rng.ts';
import { CALM_SHORT_RANGE, ShortRangeAir, type ShortRangeProfile } from '../../simulator/short-range.ts';
import { World } from '../../simulator/world.ts';

function stage(profile: Partial<ShortRangeProfile> = {}) {
  const world = new World();
  const air = new ShortRangeAir(world, Rng.seeded(1), { ...CALM_SHORT_RANGE, ...profile });
  const atBox: (ShortRangeInput | ShortRangeEnd)[] = [];
  const atPhone: number[] = [];
  air.toBox = (input) => atBox.push(input);
  const phone = air.join('phone', (bytes) => atPhone.push(bytes[0]));
  return { world, air, atBox, atPhone, phone };
}

test('messages arrive after their latency, both ways', () => {
  const { world, air, atBox, atPhone, phone } = stage({ latencyMsMin: 30, latencyMsMax: 30 });
  phone.send(Uint8Array.of(1));
  air.toPhone('phone', Uint8Array.of(2));
  world.runUntil(29);
  assert.deepEqual([atBox, atPhone], [[], []]);
  world.runUntil(30);
  assert.deepEqual(atBox, [{ kind: 'short-range', peer: 'phone', bytes: Uint8Array.of(1) }]);
  assert.deepEqual(atPhone, [2]);
});

test('out of range nothing arrives, and the box is told once', () => {
  const { world, air, atBox, atPhone, phone } = stage();
  phone.send(Uint8Array.of(1));
  phone.moveTo(CALM_SHORT_RANGE.rangeM + 1);
  phone.moveTo(100);
  phone.send(Uint8Array.of(2));
  air.toPhone('phone', Uint8Array.of(3));
  air.toPhone('nobody', Uint8Array.of(4));
  world.runUntil(1_000);
  assert.deepEqual(atBox, [{ kind: 'short-range-end', peer: 'phone' }]);
  assert.deepEqual(atPhone, []);
  assert.equal(air.lost, 4);
  phone.moveTo(1);
  phone.send(Uint8Array.of(5));
  world.runUntil(2_000);
  assert.equal(atBox.length, 2);
});

test('loss and duplication take their share, and the same seed takes the same', () => {
  const run = (): number[] => {
    const { world, air, atPhone } = stage({ loss: 0.3, duplication: 0.3 });
    for (let i = 0; i < 200; i++) air.toPhone('phone', Uint8Array.of(i));
    world.runUntil(1_000);
    return atPhone;
  };
  const first = run();
  assert.deepEqual(run(), first);
  const distinct = new Set(first).size;
  assert.ok(distinct > 110 && distinct < 170, `${distinct}`);
  assert.ok(first.length > distinct + 20, `${first.length}`);
});
