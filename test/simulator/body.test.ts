import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../firmware/box-hal.ts';
import { Body } from '../../simulator/body.ts';
import { World } from '../../simulator/world.ts';

function stage(from = {}) {
  const world = new World();
  const body = new Body(world, { from });
  const tell = (command: Command, ms = 1_000): void => {
    body.actuate(command);
    world.runUntil(world.nowMs + ms);
  };
  return { world, body, tell };
}

test('a lid is unlatched by its motor, closed by people, and locked when it has caught', () => {
  const { body, tell } = stage();
  assert.equal(body.openLid(), false, 'it is locked');
  tell({ actuator: 'trunk', what: 'unlatch' });
  assert.deepEqual([body.state.lidOpen, body.state.lidLatched, body.state.trunkLocked], [true, false, false]);
  tell({ actuator: 'trunk', what: 'lock' });
  assert.equal(body.state.trunkLocked, false, 'an open lid cannot be locked');
  body.closeLid();
  assert.equal(body.state.lidLatched, true);
  assert.equal(body.state.trunkLocked, false);
  tell({ actuator: 'trunk', what: 'lock' });
  assert.equal(body.state.trunkLocked, true);
  assert.equal(body.unlatches, 1);
});

test('a lid that does not latch stays out of its latch', () => {
  const { body, tell } = stage();
  body.faults.lidDoesNotLatch = true;
  tell({ actuator: 'trunk', what: 'unlatch' });
  body.closeLid();
  tell({ actuator: 'trunk', what: 'lock' });
  assert.deepEqual([body.state.lidOpen, body.state.lidLatched, body.state.trunkLocked], [false, false, false]);
});

test('doors: locked from outside, never from inside; a lock springs back from a door that is ajar', () => {
  const { body, tell } = stage();
  assert.equal(body.openDoors(1), false);
  assert.equal(body.openDoors(1, true), true);
  body.faults.doorsAjar = 1;
  body.closeDoors();
  assert.equal(body.state.doorsOpen, 1);
  tell({ actuator: 'doors', what: 'unlock' });
  tell({ actuator: 'doors', what: 'lock' });
  assert.equal(body.state.doorsLocked, false);
  body.faults.doorsAjar = 0;
  body.closeDoors();
  tell({ actuator: 'doors', what: 'lock' });
  assert.equal(body.state.doorsLocked, true);
});

test('a jammed actuator does not move, a slow one moves later', () => {
  const { world, body, tell } = stage();
  body.faults.jammed.add('doors unlock');
  tell({ actuator: 'doors', what: 'unlock' });
  assert.equal(body.state.doorsLocked, true);
  assert.deepEqual(
    body.motions.map(({ moved }) => moved),
    [false],
  );
  body.faults.jammed.clear();
  body.faults.slowMs = 4_000;
  tell({ actuator: 'doors', what: 'unlock' });
  assert.equal(body.state.doorsLocked, true);
  world.runUntil(10_000);
  assert.equal(body.state.doorsLocked, false);
});

test('the engine starts unless the immobiliser holds it; engaging it in a running car is a violation', () => {
  const { world, body, tell } = stage();
  body.pressStart();
  world.runUntil(2_000);
  assert.equal(body.state.engineOn, false);
  tell({ actuator: 'immobiliser', what: 'release' });
  body.pressStart();
  world.runUntil(5_000);
  assert.equal(body.state.engineOn, true);
  assert.deepEqual(body.violations, []);
  tell({ actuator: 'immobiliser', what: 'engage' });
  assert.equal(body.violations.length, 1);
});

test('lights and horn end by themselves; charging needs a plug; the climate takes its temperature', () => {
  const { world, body, tell } = stage();
  tell({ actuator: 'lights', what: 'flash' });
  tell({ actuator: 'horn', what: 'sound' });
  assert.deepEqual([body.state.lightsOn, body.state.hornOn], [true, true]);
  world.runUntil(10_000);
  assert.deepEqual([body.state.lightsOn, body.state.hornOn], [false, false]);
  tell({ actuator: 'charger', what: 'start' });
  assert.equal(body.state.charging, false);
  body.pluggedIn = true;
  tell({ actuator: 'charger', what: 'start' });
  assert.equal(body.state.charging, true);
  tell({ actuator: 'climate', what: 'on', celsius: 22 });
  assert.deepEqual([body.state.climateOn, body.state.cabinC], [true, 22]);
});
