import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Device, type Input, NO_EFFECTS } from '../../firmware/hal.ts';
import type { LineEdge, SensorFeed } from '../../simulator/feed.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station } from '../../simulator/station.ts';
import { World } from '../../simulator/world.ts';

/** What a device sees of a line that does `edges` in its second second. */
function watched(edges: readonly LineEdge[], holdUpMs: number): string[] {
  const world = new World();
  const log: string[] = [];
  let s = 0;
  const feed: SensorFeed = {
    fill(second) {
      second.powered = true;
      second.fix = null;
      second.edges = s === 1 ? edges : undefined;
      return s++ < 5;
    },
  };
  const station = new Station({
    name: 'd',
    world,
    rng: Rng.seeded(1),
    feed,
    flash: new NorFlash(),
    network: { connect: () => undefined, uplink: () => undefined, disconnect: () => undefined },
    makeDevice: ({ reset }): Device => ({
      boot() {
        log.push(`${world.nowMs} boot ${reset.reason} ${reset.offMs}`);
        return NO_EFFECTS;
      },
      handle(input: Input) {
        if (input.kind === 'undervoltage') log.push(`${world.nowMs} ${input.low ? 'low' : 'good'}`);
        return NO_EFFECTS;
      },
      nextTimeout: () => Number.POSITIVE_INFINITY,
      onTimeout: () => NO_EFFECTS,
    }),
    holdUpMs,
  });
  station.start();
  world.runUntil(10_000);
  return log.slice(1);
}

const DIP: readonly LineEdge[] = [
  { atMs: 300, line: 'low' },
  { atMs: 301, line: 'lost' },
  { atMs: 340, line: 'low' },
  { atMs: 350, line: 'good' },
];

test('numbers.md 13: a dip of 39 ms resets a device without hold-up, and one with 100 ms sees the comparator only', () => {
  assert.deepEqual(watched(DIP, 0), ['1300 low', '1340 boot brown-out 39', '1350 good']);
  assert.deepEqual(watched(DIP, 100), ['1300 low', '1350 good']);
});

test('C32: hold-up delays the end and shortens the gap', () => {
  const edges: LineEdge[] = [
    { atMs: 100, line: 'lost' },
    { atMs: 900, line: 'good' },
  ];
  assert.deepEqual(watched(edges, 100), ['1100 low', '1900 boot brown-out 700']);
});

test('each dip has its own hold-up', () => {
  const twice: LineEdge[] = [
    { atMs: 0, line: 'lost' },
    { atMs: 80, line: 'good' },
    { atMs: 90, line: 'lost' },
    { atMs: 170, line: 'good' },
  ];
  assert.deepEqual(watched(twice, 100), ['1000 low', '1080 good', '1090 low', '1170 good']);
});
