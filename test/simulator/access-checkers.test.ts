import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../firmware/box-hal.ts';
import type { BoxResult, Outcome } from '../../protocol/access-messages.ts';
import { AccessChecker } from '../../simulator/access-checkers.ts';

const id = new Uint8Array(16).fill(1);
const boot = new Uint8Array(16).fill(2);
const UNLATCH: Command = { actuator: 'trunk', what: 'unlatch' };

function checker(): AccessChecker {
  const made = new AccessChecker();
  made.issued({ id, action: 'trunk', boot, endMs: 1_000 });
  return made;
}

function move(made: AccessChecker, change: Partial<Parameters<AccessChecker['moved']>[0]> = {}): void {
  made.moved({ command: UNLATCH, order: id, boot, boxMs: 500, ...change });
}

function hear(made: AccessChecker, outcome: Outcome): void {
  const result: BoxResult = { id, cause: 'lease', holder: '', action: 'trunk', boot, atMs: 600, outcome };
  made.heard(result);
}

test('a motion in time with its result is no violation', () => {
  const made = checker();
  move(made);
  hear(made, 'executed');
  hear(made, 'executed');
  made.unlatched(1);
  made.settle();
  assert.deepEqual(made.violations, []);
});

const WRONG: [string, (made: AccessChecker) => void][] = [
  ['late', (made) => move(made, { boxMs: 1_000 })],
  ['another boot', (made) => move(made, { boot: id })],
  ['a second time', (made) => [move(made), move(made)]],
  ['after it was refused', (made) => [hear(made, 'refused'), move(made)]],
  ['and was refused', (made) => [move(made), hear(made, 'refused')]],
  ['executed and interrupted', (made) => [move(made), hear(made, 'executed'), hear(made, 'interrupted')]],
  ['without a motion', (made) => hear(made, 'executed')],
  ['nobody has issued', (made) => move(made, { order: boot })],
  ['without an order', (made) => move(made, { order: undefined })],
  ['which asks for trunk', (made) => move(made, { command: { actuator: 'doors', what: 'unlock' } })],
  ['0 outcomes', (made) => made.settle()],
  ['2 times for 1 orders', (made) => made.unlatched(2)],
];

test('everything that must not be is found', () => {
  for (const [words, story] of WRONG) {
    const made = checker();
    story(made);
    assert.ok(
      made.violations.some((violation) => violation.includes(words)),
      `${words}: ${made.violations}`,
    );
  }
});

test('the box may lock by itself, and forget what is settled', () => {
  const made = checker();
  made.moved({ command: { actuator: 'doors', what: 'lock' }, order: undefined, boot, boxMs: 0 });
  move(made);
  hear(made, 'executed');
  made.settled(id);
  hear(made, 'expired');
  assert.deepEqual(made.violations, []);
});
