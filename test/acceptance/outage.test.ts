import assert from 'node:assert/strict';
import test from 'node:test';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { InProcessGateway } from '../../scripts/in-process-gateway.ts';
import { SensorMaker } from '../../scripts/simulated-device.ts';
import { testIdentity, testKey } from '../../scripts/test-keys.ts';
import { Fleet } from '../../simulator/fleet.ts';
import { CALM_RADIO, type Network } from '../../simulator/radio.ts';

const HOUR_MS = 3_600_000;

/** One sensor whose car drives all day, without a network for the first hours. */
async function offlineFor(hours: number) {
  const crypto = nodeCrypto();
  const maker = new SensorMaker(testIdentity('outage', crypto.publicKey(testKey('gateway', crypto)), crypto), crypto);
  const store = new MemoryStore();
  const late: { network: Network | null } = { network: null };
  const fleet = new Fleet({
    devices: 1,
    seconds: 0,
    seed: 5,
    name: () => maker.identity.id,
    makeDevice: (_i, hal) => maker.make(hal),
    radio: { ...CALM_RADIO, outages: [{ fromMs: 0, toMs: hours * HOUR_MS }] },
    network: {
      connect: (...words) => late.network?.connect(...words),
      uplink: (...words) => late.network?.uplink(...words),
      disconnect: (...words) => late.network?.disconnect(...words),
    },
  });
  const gateway = new InProcessGateway({
    world: fleet.world,
    crypto,
    store,
    roads: null,
    placeOf: () => 'somewhere',
    startUtcMs: 1_772_433_000_000,
    downlink: (device, channel, bytes) => fleet.downlink(device, channel, bytes),
    log: () => {},
  });
  late.network = gateway;
  await gateway.enrol([maker.identity]);
  await gateway.run((hours + 2) * HOUR_MS);
  return { waiting: maker.waiting, dropped: maker.totals().framesDropped, stats: await store.stats() };
}

for (const hours of [1, 4, 12]) {
  test(`${hours} h of driving without a network: all that flash held arrives, and the rest is said to be missing`, async () => {
    const { waiting, dropped, stats } = await offlineFor(hours);
    assert.ok(waiting <= 8, `${waiting} frames still wait after two hours with a perfect network`);
    assert.ok((stats.counts.get('stored') ?? 0) > 20);
    if (hours > 8) assert.ok(dropped > 0, 'flash was never full: the test shows nothing');
    assert.ok((stats.counts.get('dropped') ?? 0) >= dropped, 'what was given up is known to the gateway');
  });
}
