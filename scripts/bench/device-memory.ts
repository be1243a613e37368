/** Bytes that a device costs: many of them booted, in a trip, with their axes known, after a collection. */

import type { Hal } from '../../firmware/hal.ts';
import { type FrameSeal, Journal } from '../../firmware/journal.ts';
import { Sensor } from '../../firmware/sensor.ts';
import { storedMounting } from '../../firmware/settings.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import type { DeviceIdentity } from '../../protocol/identity.ts';
import { BOOT_BYTES } from '../../protocol/messages.ts';
import { Car } from '../../simulator/car.ts';
import { newSensorSecond, type SensorSecond } from '../../simulator/feed.ts';
import { fleetSetting } from '../../simulator/fleet.ts';
import { upright } from '../../simulator/mounting.ts';
import { Rng } from '../../simulator/rng.ts';
import { testIdentity, testKey } from '../test-keys.ts';
import { ArenaFlash, arena } from './arena-flash.ts';
import { bytesAfterCollection } from './collection.ts';

const SEED = 1;
const PARKED_S = 10;
/** Parked, started, and a little more than one frame of driving. */
const DRIVE_S = 135;
const START_UTC_MS = 1_772_433_000_000;

export interface DeviceMemory {
  readonly devices: number;
  /** Everything: firmware, identity, key objects. */
  readonly bytesPerDevice: number;
  /** Of that, identity and the signer's key object, which belong to the host's crypto. */
  readonly keyBytesPerDevice: number;
  /** How many were in a trip with their axes known; all, or the figure means nothing. */
  readonly driving: number;
}

export function measureDeviceMemory(
  devices: number,
  makeCrypto: () => Crypto,
  onProgress: (share: number) => void,
): DeviceMemory {
  const tape = recordDrive();
  // New code and its feedback grow the heap as well; both are there before the first look.
  const warmUp = makeCrypto();
  drive(bootAll(identities(20, warmUp), halsFor(20), warmUp), tape, () => {});
  const hals = halsFor(devices);
  const crypto = makeCrypto();
  const none = bytesAfterCollection();
  const keys = identities(devices, crypto);
  const withKeys = bytesAfterCollection();
  const sensors = bootAll(keys, hals, crypto);
  drive(sensors, tape, onProgress);
  const all = bytesAfterCollection();
  return {
    devices,
    bytesPerDevice: Math.round((all - none) / devices),
    keyBytesPerDevice: Math.round((withKeys - none) / devices),
    driving: sensors.filter(({ axes, journal }) => axes !== null && journal.settings.trips === 1).length,
  };
}

/** The seconds of one car, which all devices are given. */
function recordDrive(): readonly SensorSecond[] {
  const { town, routes } = fleetSetting(SEED);
  const car = new Car(Rng.seeded(SEED), town, {
    temperament: 'normal',
    startUtcMs: START_UTC_MS,
    legs: [{ parkBeforeS: PARKED_S, driveS: 600, parkAfterS: 10, route: routes[0] }],
    mounting: upright(),
  });
  return Array.from({ length: PARKED_S + DRIVE_S }, () => {
    const second = newSensorSecond();
    car.fill(second);
    return second;
  });
}

/** One set of keys per device, each used once, so that the signer has its key object. */
function identities(devices: number, crypto: Crypto): DeviceIdentity[] {
  const gatewayKey = crypto.publicKey(testKey('gateway', crypto));
  const made = Array.from({ length: devices }, (_, i) => testIdentity(`bench ${i}`, gatewayKey, crypto));
  for (const { secretKey } of made) crypto.sign(secretKey, secretKey);
  return made;
}

/** Boards whose flash remembers the axes from an earlier life. */
function halsFor(devices: number): Hal[] {
  const cells = arena(devices);
  const rng = Rng.seeded(SEED);
  return Array.from({ length: devices }, (_, i) => {
    const flash = new ArenaFlash(cells, i);
    rememberAxes(flash);
    return { flash, reset: { reason: 'power-on', offMs: undefined }, random: (into) => rng.fillBytes(into), led() {} };
  });
}

const NO_FRAMES: FrameSeal = {
  seal: () => new Uint8Array(0),
  size: () => 0,
  open: () => null,
};

function rememberAxes(flash: ArenaFlash): void {
  const journal = new Journal(flash, new Uint8Array(BOOT_BYTES), NO_FRAMES);
  journal.recover();
  journal.saveSettings({ trips: 0, engineSeen: true, mounting: storedMounting(upright()) });
}

function bootAll(keys: readonly DeviceIdentity[], hals: readonly Hal[], crypto: Crypto): Sensor[] {
  return keys.map((identity, i) => {
    const sensor = new Sensor(hals[i], identity, crypto);
    sensor.boot(0);
    sensor.handle({ kind: 'link', up: true }, 0);
    return sensor;
  });
}

function drive(sensors: readonly Sensor[], tape: readonly SensorSecond[], onProgress: (share: number) => void): void {
  for (const [s, { axesMg, supplyMv, fix }] of tape.entries()) {
    const now = (s + 1) * 1000;
    const startMs = s * 1000;
    for (const sensor of sensors) {
      sensor.handle({ kind: 'imu', startMs, axesMg }, now);
      sensor.handle({ kind: 'supply', startMs, mV: supplyMv }, now);
      sensor.handle({ kind: 'gnss', fix }, now);
    }
    onProgress((s + 1) / tape.length);
  }
}
