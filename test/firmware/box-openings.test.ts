import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOX_PRODUCTION } from '../../firmware/box-limits.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { sameBytes } from '../../protocol/bytes.ts';
import { type BoxRig, boxRig } from '../../scripts/races/box-rig.ts';

const crypto = nodeCrypto();

interface Delivery {
  readonly rig: BoxRig;
  readonly lease: Uint8Array;
}

/** The lid stands open for a delivery. */
function delivery(prepare: (rig: BoxRig) => void = () => undefined): Delivery {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  prepare(rig);
  const lease = rig.office.wish({ action: 'trunk', delivery: rig.office.newId() });
  rig.run(3_000);
  return { rig, lease };
}

/** What was reported of this opening. */
function told({ rig, lease }: Delivery): string[] {
  return rig.office.reports.flatMap(({ what, opening }) => (opening && sameBytes(opening, lease) ? what : []));
}

function verdict(rig: BoxRig, id: Uint8Array): string {
  const result = rig.office.resultOf(id);
  return [result?.outcome, result?.reason].filter(Boolean).join(' ');
}

test('A13, A18: the lid opens, and the opening lasts until it is closed and locked', () => {
  const story = delivery();
  const { rig, lease } = story;
  assert.equal(verdict(rig, lease), 'executed');
  assert.deepEqual(told(story), ['trunk-opened']);
  rig.run(60_000);
  assert.deepEqual(told(story), ['trunk-opened']);
  rig.body.closeLid();
  rig.run(2_000);
  assert.deepEqual(told(story), ['trunk-opened', 'trunk-closed', 'secured']);
  assert.equal(rig.body.state.trunkLocked, true);
  assert.equal(rig.body.state.doorsLocked, true);
  assert.equal(rig.body.unlatches, 1);
});

test('A18: a lid that does not latch keeps the opening open, and is never unlatched again', () => {
  const story = delivery();
  const { rig } = story;
  rig.body.faults.lidDoesNotLatch = true;
  rig.body.closeLid();
  rig.run(30_000);
  const again = rig.office.wish({ action: 'trunk', delivery: rig.office.newId() });
  rig.run(3_000);
  assert.equal(verdict(rig, again), 'refused lid-open');
  assert.deepEqual(told(story), ['trunk-opened']);
  assert.equal(rig.body.unlatches, 1);
  rig.body.faults.lidDoesNotLatch = false;
  rig.body.closeLid();
  rig.run(3_000);
  assert.deepEqual(told(story), ['trunk-opened', 'trunk-closed', 'secured']);
});

test('A18: after 5 minutes the box says that the lid is open, once', () => {
  const story = delivery();
  story.rig.run(BOX_PRODUCTION.leftOpenMs + 600_000);
  assert.deepEqual(told(story), ['trunk-opened', 'left-open']);
});

test('A18: a lock that jams is tried again, a few times, and the opening goes on', () => {
  const story = delivery();
  const { rig } = story;
  rig.body.faults.jammed.add('trunk lock');
  rig.body.closeLid();
  rig.run(60_000);
  const tries = (): number =>
    rig.station.actuations.filter(({ command }) => command.actuator === 'trunk' && command.what === 'lock').length;
  assert.equal(tries(), BOX_PRODUCTION.lockTries);
  assert.deepEqual(told(story), ['trunk-opened', 'trunk-closed']);
  rig.body.faults.jammed.clear();
  rig.body.openLid();
  rig.run(1_000);
  rig.body.closeLid();
  rig.run(3_000);
  assert.equal(told(story).at(-1), 'secured');
  assert.equal(rig.body.unlatches, 1);
});

test('A18: an opening outlives a reset, with the lid open or closed meanwhile', () => {
  for (const closedInBetween of [false, true]) {
    const story = delivery();
    const { rig } = story;
    rig.station.cutPower(5_000);
    rig.run(1_000);
    if (closedInBetween) rig.body.closeLid();
    rig.run(60_000);
    if (!closedInBetween) {
      assert.deepEqual(told(story), ['trunk-opened']);
      rig.body.closeLid();
      rig.run(3_000);
    }
    assert.equal(told(story).at(-1), 'secured');
    assert.equal(told(story).filter((what) => what === 'secured').length, 1);
    assert.equal(rig.body.state.trunkLocked, true);
    assert.equal(rig.body.unlatches, 1);
  }
});

test('A18: what else changes at the car while the motor turns does not end the opening', () => {
  const story = delivery((rig) => {
    rig.body.faults.slowMs = 4_000;
  });
  const { rig, lease } = story;
  rig.body.change({ odometerKm: 12_346 });
  rig.run(1_000);
  assert.deepEqual(told(story), []);
  rig.run(4_000);
  assert.equal(verdict(rig, lease), 'executed');
  rig.body.closeLid();
  rig.run(8_000);
  assert.deepEqual(told(story), ['trunk-opened', 'trunk-closed', 'secured']);
});

test('A18: a trunk that does not open is no-motion, and the opening ends by itself', () => {
  const story = delivery((rig) => rig.body.faults.jammed.add('trunk unlatch'));
  const { rig, lease } = story;
  rig.run(10_000);
  assert.equal(verdict(rig, lease), 'no-motion');
  assert.deepEqual(told(story), [], 'it is watched for a while');
  rig.run(BOX_PRODUCTION.watchMs);
  assert.deepEqual(told(story), ['secured']);
  rig.body.faults.jammed.clear();
  const next = rig.office.wish({ action: 'trunk', delivery: rig.office.newId() });
  rig.run(3_000);
  assert.equal(verdict(rig, next), 'executed', 'another lease may');
});

test('A18: a lid that springs after its time is still an open lid: reported, locked, and only then secured', () => {
  const story = delivery((rig) => {
    rig.body.faults.slowMs = BOX_PRODUCTION.motionMs + 500;
  });
  const { rig, lease } = story;
  rig.run(BOX_PRODUCTION.motionMs);
  assert.equal(verdict(rig, lease), 'no-motion');
  assert.equal(rig.body.state.lidOpen, true);
  assert.deepEqual(told(story), ['trunk-opened']);
  rig.run(BOX_PRODUCTION.watchMs + 10_000);
  assert.deepEqual(told(story), ['trunk-opened']);
  rig.body.faults.slowMs = 0;
  rig.body.closeLid();
  rig.run(3_000);
  assert.deepEqual(told(story), ['trunk-opened', 'trunk-closed', 'secured']);
  assert.equal(rig.body.state.trunkLocked, true);
});

test('A18: a cut while the motor turns does not make a lid secured that springs after the boot', () => {
  const story = delivery((rig) => {
    rig.body.faults.slowMs = 20_000;
  });
  const { rig, lease } = story;
  rig.station.cutPower();
  rig.run(10_000);
  assert.equal(verdict(rig, lease), 'interrupted');
  assert.deepEqual(told(story), []);
  rig.run(15_000);
  assert.deepEqual(told(story), ['trunk-opened']);
  rig.body.faults.slowMs = 0;
  rig.body.closeLid();
  rig.run(3_000);
  assert.deepEqual(told(story), ['trunk-opened', 'trunk-closed', 'secured']);
});

test('A18: a lid that springs after secured was said makes the opening go on, also over a reset', () => {
  for (const reset of [false, true]) {
    const story = delivery((rig) => {
      rig.body.faults.slowMs = 120_000;
    });
    const { rig } = story;
    rig.run(60_000);
    assert.deepEqual(told(story), ['secured']);
    if (reset) rig.station.cutPower();
    rig.run(70_000);
    assert.deepEqual(told(story), ['secured', 'trunk-opened']);
    rig.body.faults.slowMs = 0;
    rig.body.closeLid();
    rig.run(3_000);
    assert.deepEqual(told(story), ['secured', 'trunk-opened', 'trunk-closed', 'secured'], 'the second one is news');
    assert.equal(rig.body.state.trunkLocked, true);
    rig.body.change({ trunkLocked: false });
    rig.body.openLid();
    rig.run(2_000);
    assert.equal(told(story).length, 4, 'what comes after that is not of this opening');
  }
});

test('A18: who unlocks the car after an opening that did not happen opens the lid on his own', () => {
  const story = delivery((rig) => rig.body.faults.jammed.add('trunk unlatch'));
  const { rig } = story;
  rig.run(60_000);
  rig.office.wish({ action: 'unlock' });
  rig.run(3_000);
  rig.body.openLid();
  rig.run(3_000);
  assert.deepEqual(told(story), ['secured']);
});

test('A18: a trunk that is refused meanwhile does not prolong the watch', () => {
  const story = delivery((rig) => rig.body.faults.jammed.add('trunk unlatch'));
  const { rig } = story;
  rig.run(20_000);
  const again = rig.office.wish({ action: 'trunk', delivery: rig.office.newId() });
  rig.run(1_000);
  assert.equal(verdict(rig, again), 'refused lid-open');
  assert.deepEqual(told(story), []);
  rig.run(15_000);
  assert.deepEqual(told(story), ['secured']);
});

test('B89: a lid that springs after secured was said is no lawful one for the alarm', () => {
  const story = delivery((rig) => {
    rig.office.wish({ action: 'arm' });
    rig.run(1_000);
    rig.body.faults.slowMs = 60_000;
  });
  const { rig } = story;
  rig.run(50_000);
  assert.deepEqual(told(story), ['secured']);
  rig.run(20_000);
  assert.ok(told(story).includes('trunk-opened'));
  assert.ok(rig.office.reports.some(({ what }) => what === 'alarm'));
});

test('A7: relocks 120 s after an unlock if nobody got in, and not otherwise', () => {
  const unlocked = (): BoxRig => {
    const rig = boxRig({ crypto });
    rig.run(10_000);
    rig.office.wish({ action: 'unlock' });
    rig.run(1_000);
    assert.equal(rig.body.state.doorsLocked, false);
    return rig;
  };
  const alone = unlocked();
  alone.run(BOX_PRODUCTION.relockMs - 2_000);
  assert.equal(alone.body.state.doorsLocked, false);
  alone.run(3_000);
  assert.equal(alone.body.state.doorsLocked, true);
  assert.equal(alone.office.reports.at(-1)?.what, 'relocked');

  const entered = unlocked();
  entered.body.openDoors(1);
  entered.run(1_000);
  entered.body.closeDoors();
  entered.run(BOX_PRODUCTION.relockMs * 2);
  assert.equal(entered.body.state.doorsLocked, false);

  const reset = unlocked();
  reset.run(60_000);
  reset.station.cutPower();
  reset.run(BOX_PRODUCTION.relockMs + 3_000);
  assert.equal(reset.body.state.doorsLocked, true, 'the wait begins again after a reset');

  const armed = unlocked();
  armed.run(BOX_PRODUCTION.relockMs);
  armed.body.openDoors(1, true);
  armed.run(1_000);
  assert.equal(armed.body.state.sirenOn, true, 'what has locked itself again watches again');

  const locked = unlocked();
  locked.office.wish({ action: 'lock' });
  locked.run(2 * BOX_PRODUCTION.relockMs);
  assert.ok(!locked.office.reports.some(({ what }) => what === 'relocked'), 'somebody else has locked');

  const jammed = unlocked();
  jammed.body.faults.jammed.add('doors lock');
  jammed.run(600_000);
  const tries = jammed.station.actuations.filter(({ command }) => command.what === 'lock').length;
  assert.equal(tries, BOX_PRODUCTION.lockTries, 'it does not wear the lock out');
});

test('A7: a door that is ajar lets nothing lock, and the box says so', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  rig.office.wish({ action: 'unlock' });
  rig.run(2_000);
  rig.body.openDoors(2);
  rig.body.faults.doorsAjar = 2;
  rig.body.closeDoors();
  const lock = rig.office.wish({ action: 'lock' });
  rig.run(8_000);
  assert.equal(verdict(rig, lock), 'no-motion');
  assert.equal(rig.office.resultOf(lock)?.body?.doorsOpen, 2);
});
