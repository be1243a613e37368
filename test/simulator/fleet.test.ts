import assert from 'node:assert/strict';
import { createHash, type Hash } from 'node:crypto';
import { test } from 'node:test';
import { type Device, type Effect, type Hal, type Input, NO_EFFECTS } from '../../firmware/hal.ts';
import { runFleet } from '../../simulator/fleet.ts';
import { CALM_RADIO, type Network } from '../../simulator/radio.ts';

const WILL = Uint8Array.of(0);
const ROUGH = { ...CALM_RADIO, loss: 0.2, duplication: 0.1, outages: [{ fromMs: 60_000, toMs: 90_000 }] };

/** Says everything that reaches it to a hash, connects at boot and publishes a message every 10 s. */
function listener(hash: Hash, hal: Hal): Device {
  let nextMs = 10_500;
  const noise = new Uint8Array(4);
  hal.random(noise);
  return {
    boot: () => [{ kind: 'connect', proof: new Uint8Array(), will: WILL }],
    handle(input: Input, now: number): readonly Effect[] {
      hash.update(`${input.kind} ${now} `);
      if (input.kind === 'imu') hash.update(input.axesMg);
      else if (input.kind === 'supply') hash.update(input.mV);
      else hash.update(JSON.stringify(input));
      return NO_EFFECTS;
    },
    nextTimeout: () => nextMs,
    onTimeout(now) {
      if (now < nextMs) return NO_EFFECTS;
      nextMs += 10_000;
      return [{ kind: 'publish', channel: 'frame', bytes: noise, retain: false }];
    },
  };
}

function digests(devices: number, seed: number): string[] {
  const hashes = Array.from({ length: devices }, () => createHash('sha256'));
  const indexOf = (device: string): number => Number(device.slice('device-'.length));
  let answer: (device: string) => void = () => undefined;
  const network: Network = {
    connect: (device, _will, nowMs) => hashes[indexOf(device)].update(`connect ${nowMs} `),
    uplink: (device, message, nowMs) => {
      hashes[indexOf(device)].update(`uplink ${nowMs} ${message.bytes} `);
      answer(device);
    },
    disconnect: (device, nowMs) => hashes[indexOf(device)].update(`disconnect ${nowMs} `),
  };
  const tenths: number[] = [];
  const { deviceSeconds } = runFleet({
    devices,
    seconds: 300,
    seed,
    network,
    radio: ROUGH,
    makeDevice: (index, hal) => listener(hashes[index], hal),
    onReady: (fleet) => {
      answer = (device) => fleet.downlink(device, 'receipt', Uint8Array.of(1));
    },
    onTenth: (tenth, fleet) => tenths.push(tenth * 1000 + fleet.world.nowMs / 300_000),
  });
  assert.equal(deviceSeconds, devices * 300);
  assert.deepEqual(tenths, [1000.1, 2000.2, 3000.3, 4000.4, 5000.5, 6000.6, 7000.7, 8000.8, 9000.9, 10_001]);
  return hashes.map((h) => h.digest('hex'));
}

test('the same seed gives every device the same inputs at the same times; devices differ', () => {
  const first = digests(5, 7);
  assert.deepEqual(digests(5, 7), first);
  assert.equal(new Set(first).size, 5);
  assert.notDeepEqual(digests(5, 8), first);
});

test('the size of the fleet changes no device', () => {
  const nine = digests(9, 7);
  assert.deepEqual(digests(4, 7), nine.slice(0, 4));
  assert.deepEqual(digests(1, 7), nine.slice(0, 1));
});

test('a fleet drives: most cars move, some sockets are switched, and truth is kept apart per car', () => {
  const quiet: Network = { connect: () => undefined, uplink: () => undefined, disconnect: () => undefined };
  const boots: number[] = new Array(20).fill(0);
  const { fleet } = runFleet({
    devices: 20,
    seconds: 400,
    seed: 7,
    network: quiet,
    makeDevice: (index, hal) => {
      if (boots[index]++ === 0) assert.equal(hal.reset.offMs, undefined);
      return listener(createHash('sha256'), hal);
    },
  });
  const moved = fleet.cars.filter((car) => car.truth.distanceM > 1500).length;
  assert.equal(moved, 20);
  assert.equal(fleet.world.nowMs, 400_000);
  assert.ok(Math.min(...boots) >= 1, `${boots}`);
  assert.ok(new Set(fleet.cars.map((car) => car.truth.distanceM)).size > 15, 'they drive differently');
});
