import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { placeOf } from '../../gateway/map/place.ts';
import { InProcessGateway } from '../../scripts/in-process-gateway.ts';
import { SensorMaker } from '../../scripts/simulated-device.ts';
import { testIdentity } from '../../scripts/test-keys.ts';
import { Car } from '../../simulator/car.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { CALM_RADIO } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station } from '../../simulator/station.ts';
import { planTown } from '../../simulator/town-plan.ts';
import { World } from '../../simulator/world.ts';
import { filled, makeDevice, sealState, stateOf } from './frame-maker.ts';
import { ShellRig } from './shell-rig.ts';

const device = makeDevice(1);
const boot = filled(16, 1);

async function rigWith(...births: readonly (number | undefined)[]): Promise<ShellRig> {
  const rig = new ShellRig();
  await rig.enrol(device);
  await rig.store.configure(device.id, { blocker: true }, rig.nowMs);
  for (const [i, configuration] of births.entries()) await birth(rig, configuration, i);
  return rig;
}

async function birth(rig: ShellRig, configuration: number | undefined, atMs: number, online = true): Promise<void> {
  rig.shell.receive(device.id, 'state', sealState(device, { ...stateOf(boot, online, atMs), configuration }));
  await rig.shell.flush();
}

const NUMBER = 1_780_000_500;

test('a birth with an older number, or none, is answered with the configuration; another one is not', async () => {
  for (const [has, told] of [
    [undefined, true],
    [0, true],
    [NUMBER - 1, true],
    [NUMBER, false],
    [NUMBER + 1, false],
  ] as const) {
    const rig = await rigWith(has);
    const wanted = { device: device.id, number: NUMBER, vehicle: 0, blocker: true };
    assert.deepEqual(rig.configurations, told ? [wanted] : [], `${has}`);
    assert.equal(rig.events('device.state')[0].data.configuration, has ?? null);
  }
});

test('a repeated birth is answered again; a will and a stale birth are not', async () => {
  const rig = await rigWith(undefined);
  await birth(rig, undefined, 0);
  assert.equal(rig.configurations.length, 2);
  await birth(rig, undefined, 5, false);
  await birth(rig, undefined, 3);
  assert.equal(rig.configurations.length, 2);
  assert.equal((await rig.store.stats()).counts.get('quarantine/stale'), 1);
});

test('a device without a configuration is told nothing', async () => {
  const rig = new ShellRig();
  await rig.enrol(device);
  await birth(rig, undefined, 0);
  await rig.shell.tick();
  assert.deepEqual(rig.configurations, []);
});

test('a change by another process is sent on the next tick, and repeated three times unless a birth answers', async () => {
  const tickEach = async (rig: ShellRig, seconds: number): Promise<number> => {
    const before = rig.configurations.length;
    for (let s = 0; s < seconds; s++) {
      rig.nowMs += 1000;
      await rig.shell.tick();
    }
    return rig.configurations.length - before;
  };
  const rig = await rigWith(NUMBER);
  await rig.shell.tick();
  const changed = await rig.store.configure(device.id, { newVehicle: true }, rig.nowMs);
  assert.equal(await tickEach(rig, 1), 1);
  assert.equal(rig.configurations[rig.configurations.length - 1].vehicle, 1);
  assert.equal(await tickEach(rig, 29), 0);
  assert.equal(await tickEach(rig, 61), 2, 'after 30 s and a minute');
  assert.equal(await tickEach(rig, 3600), 1, 'after two more minutes, and no more');

  const answering = await rigWith(NUMBER);
  await answering.shell.tick();
  await answering.store.configure(device.id, { newVehicle: true }, answering.nowMs);
  assert.equal(await tickEach(answering, 1), 1);
  await birth(answering, changed?.number, 9);
  assert.equal(await tickEach(answering, 600), 0);
});

test('what was changed while no gateway ran is sent once, and by the birth', async () => {
  const rig = await rigWith();
  await rig.shell.tick();
  assert.equal(rig.configurations.length, 1);
  for (let s = 0; s < 600; s++) {
    rig.nowMs += 1000;
    await rig.shell.tick();
  }
  assert.equal(rig.configurations.length, 1);
  await birth(rig, undefined, 0);
  assert.equal(rig.configurations.length, 2);
});

const START_UTC_MS = 1_772_433_000_000;
const crypto = nodeCrypto();

/** One car with the whole firmware in it, and the whole gateway, without a broker. */
async function streetScene() {
  const world = new World();
  const store = new MemoryStore();
  const events: string[] = [];
  const gateway = new InProcessGateway({
    world,
    crypto,
    store,
    roads: null,
    placeOf: (latE6, lonE6) => placeOf(null, latE6, lonE6),
    startUtcMs: START_UTC_MS,
    downlink: (_device, channel, bytes) => station.radio.downlink(channel, bytes),
    onEvent: (_topic, { type }) => events.push(type),
    log: () => undefined,
  });
  const maker = new SensorMaker(testIdentity('configured', gateway.gatewayKey, crypto), crypto);
  await gateway.enrol([maker.identity]);
  const legs = [{ parkBeforeS: 20, driveS: 1500, parkAfterS: 400 }];
  const town = planTown(Rng.seeded(1));
  const station = new Station({
    name: maker.identity.id,
    world,
    rng: Rng.seeded(4),
    feed: new Car(Rng.seeded(3), town, { temperament: 'normal', startUtcMs: START_UTC_MS, legs }),
    flash: new NorFlash(),
    network: gateway,
    makeDevice: maker.make,
    radio: CALM_RADIO,
  });
  station.start();
  const configure = (change: { newVehicle?: boolean; blocker?: boolean }) =>
    store.configure(maker.identity.id, change, START_UTC_MS + world.nowMs);
  const count = async (counter: string) => (await store.stats()).counts.get(counter) ?? 0;
  return { world, gateway, maker, configure, count, events, runTo: (s: number) => gateway.run(1000 * s) };
}

test('C41: "another vehicle" said to the gateway restarts the mounting in the device, and the trip goes on', async () => {
  const scene = await streetScene();
  await scene.runTo(500);
  const before = scene.maker.sensor?.journal.settings;
  assert.ok(scene.maker.sensor?.axes !== null && before?.mounting !== undefined);
  const wanted = await scene.configure({ newVehicle: true });
  let lostS = 0;
  for (let s = 501; s < 1200 && scene.maker.sensor?.axes !== null; s++) {
    await scene.runTo(s);
    lostS = s;
  }
  assert.ok(lostS <= 562, `picked up by the next tick: ${lostS}`);
  const lost = scene.maker.sensor?.journal.settings;
  assert.deepEqual([lost?.mounting, lost?.vehicle, lost?.configuration], [undefined, 1, wanted?.number]);
  await scene.runTo(1400);
  assert.ok(scene.maker.sensor?.axes !== null, 'found anew');
  await scene.runTo(2000);
  assert.equal(scene.maker.sensor?.journal.settings.trips, 1);
  assert.equal(scene.events.filter((type) => type === 'trip.closed').length, 1);
  // Told once: the device's answer came.
  assert.equal(scene.maker.totals().refusedDownlinks, 0);
  assert.equal(await scene.count('state'), 2);
});

test('E34: under the blocker a whole drive leaves nothing at the gateway, not even that axes were found', async () => {
  const scene = await streetScene();
  await scene.configure({ blocker: true });
  await scene.runTo(1990);
  assert.equal(scene.maker.sensor?.journal.settings.blocker, true);
  assert.ok(scene.maker.sensor?.axes !== null, 'it has driven');
  assert.deepEqual([await scene.count('stored'), await scene.count('notice')], [0, 0]);
  assert.deepEqual(new Set(scene.events), new Set(['device.state']));
});

test('E34: the blocker ends a trip on the road, which is closed and scored; without it the next one begins', async () => {
  const scene = await streetScene();
  await scene.runTo(400);
  await scene.configure({ blocker: true });
  await scene.runTo(700);
  assert.deepEqual(
    scene.events.filter((type) => type !== 'device.state'),
    ['trip.started', 'trip.closed', 'trip.scored'],
  );
  const stored = await scene.count('stored');
  await scene.runTo(1000);
  assert.equal(await scene.count('stored'), stored);
  await scene.configure({ blocker: false });
  await scene.runTo(2000);
  assert.equal(scene.maker.sensor?.journal.settings.trips, 2);
  assert.equal(scene.events.filter((type) => type === 'trip.scored').length, 2);
});
