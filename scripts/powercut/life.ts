/** A life that a device may have, in steps. Each step copes with what a cut before it has left. */

import type { Rig } from './rig.ts';

/** The board cannot know how long it was off. */
const COLD = undefined;
const BROWN_OUT_MS = 200;

export interface Step {
  readonly name: string;
  readonly run: (rig: Rig) => void;
}

/** Sectors that wear out during the life. */
export const WORN_SECTORS = 3;

function onTrip(rig: Rig): void {
  if (!rig.onTrip) rig.startTrip();
}

function reboot(rig: Rig, offMs: number | undefined): void {
  rig.losePower();
  rig.boot(offMs);
}

function trip(seconds: number): (rig: Rig) => void {
  return (rig) => {
    onTrip(rig);
    rig.drive(seconds);
    rig.endTrip();
  };
}

function shortTrips(count: number): Step[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `short trip ${i + 1} of a boot of its own`,
    run: (rig) => {
      onTrip(rig);
      rig.drive(3);
      reboot(rig, COLD);
    },
  }));
}

export const LIFE: readonly Step[] = [
  { name: 'first trip, no network', run: trip(19) },
  {
    name: 'drain',
    run: (rig) => {
      rig.link('up');
      rig.drain();
    },
  },
  { name: 'an event outside a trip', run: (rig) => rig.report() },
  {
    name: 'a trip with network, mounting found on the way',
    run: (rig) => {
      rig.link('up');
      onTrip(rig);
      rig.drive(5);
      rig.mount(100);
      rig.drive(7);
    },
  },
  {
    name: 'brown-out, the trip goes on',
    run: (rig) => {
      reboot(rig, BROWN_OUT_MS);
      onTrip(rig);
      rig.drive(7);
    },
  },
  {
    name: 'configurations on a trip and between two',
    run: (rig) => {
      rig.configure(1);
      rig.configure(2);
      onTrip(rig);
      rig.mount(200);
      rig.drive(3);
    },
  },
  {
    name: 'outage until flash is full',
    run: (rig) => {
      rig.link('down');
      rig.drive(50);
    },
  },
  {
    name: 'brown-out with full flash',
    run: (rig) => {
      reboot(rig, BROWN_OUT_MS);
      onTrip(rig);
      rig.drive(9);
      rig.endTrip();
    },
  },
  {
    name: 'frames in the air, receipts lost, then some',
    run: (rig) => {
      rig.link('no-receipts');
      onTrip(rig);
      rig.drive(3);
      rig.link('up');
      rig.drive(4);
      rig.link('down');
    },
  },
  {
    name: 'a sector that cannot be erased',
    run: (rig) => {
      rig.flash.wearOut(2, 'no-erase');
      onTrip(rig);
      rig.drive(30);
    },
  },
  {
    name: 'power lost on a trip',
    run: (rig) => reboot(rig, COLD),
  },
  {
    name: 'a sector with cells that stay 0',
    run: (rig) => {
      rig.flash.wearOut(5, 'stuck-low');
      trip(24)(rig);
    },
  },
  {
    name: 'a sector with cells that stay 1',
    run: (rig) => {
      rig.flash.wearOut(7, 'stuck-high');
      trip(24)(rig);
    },
  },
  { name: 'a reboot without anything', run: (rig) => reboot(rig, COLD) },
  { name: 'another reboot without anything', run: (rig) => reboot(rig, BROWN_OUT_MS) },
  ...shortTrips(5),
  {
    name: 'drain at last',
    run: (rig) => {
      rig.link('up');
      rig.drain();
    },
  },
];

/** What follows the last cut: the device must go on, say the same again after another reset, and lose nothing. */
export function afterwards(rig: Rig): void {
  onTrip(rig);
  rig.drive(3);
  rig.link('up');
  rig.drive(2);
  reboot(rig, COLD);
  onTrip(rig);
  rig.drive(2);
  rig.endTrip();
  rig.link('up');
  rig.drain();
  rig.ledger.settle();
}
