/**
 * The complete sensor inside the simulated fleet, and the bare arithmetic over the same samples.
 *
 * Times are processor time of this process, its collector's threads included, so that whatever else the machine does
 * costs nothing here. Firmware and world share it in the proportion of the stopwatch.
 */

import type { Device, Hal } from '../../firmware/hal.ts';
import { NO_EFFECTS } from '../../firmware/hal.ts';
import { Sensor } from '../../firmware/sensor.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { IMU_PER_SECOND } from '../../simulator/feed.ts';
import { Fleet } from '../../simulator/fleet.ts';
import { testIdentity, testKey } from '../test-keys.ts';
import { BareFleet } from './bare-arithmetic.ts';
import { ReceiptingNetwork } from './receipting-network.ts';
import { Stopwatch, TimedDevice, timedHal } from './timed-device.ts';

const SEED = 1;
/** Cars leave within a minute, and the axes are found some minutes later: what is measured comes after that. */
const SETTLE_S = 180;

export interface FleetTiming {
  readonly deviceSeconds: number;
  readonly firmwareMs: number;
  /** Cars, sensors, radio, flash, broker and gateway. */
  readonly worldMs: number;
  readonly framesSigned: number;
  readonly receiptsVerified: number;
  readonly mounted: number;
}

export interface FleetSize {
  readonly devices: number;
  readonly seconds: number;
}

/** One run. `crypto` is what the devices sign with. */
export function timeFleet({ devices, seconds }: FleetSize, crypto: Crypto): FleetTiming {
  const watch = new Stopwatch();
  const gatewaySecret = testKey('gateway', crypto);
  const gatewayKey = crypto.publicKey(gatewaySecret);
  const identities = Array.from({ length: devices }, (_, i) => testIdentity(`bench ${i}`, gatewayKey, crypto));
  const sensors = new Map<number, Sensor>();
  const network = new ReceiptingNetwork(gatewaySecret, crypto);
  const fleet = new Fleet({
    devices,
    seconds,
    seed: SEED,
    name: (i) => identities[i].id,
    makeDevice(i, hal) {
      const sensor = new Sensor(timedHal(hal, watch), identities[i], crypto);
      sensors.set(i, sensor);
      return new TimedDevice(sensor, watch);
    },
    network,
  });
  network.send = (device, channel, bytes) => fleet.downlink(device, channel, bytes);
  fleet.advance(SETTLE_S);
  const before = counts(sensors);
  watch.reset();
  const startedMs = performance.now();
  const busyMs = processorMs(() => fleet.advance(seconds));
  const firmwareShare = watch.firmwareMs / (performance.now() - startedMs);
  const after = counts(sensors);
  return {
    deviceSeconds: watch.deviceSeconds,
    firmwareMs: busyMs * firmwareShare,
    worldMs: busyMs * (1 - firmwareShare),
    framesSigned: after.frames - before.frames,
    receiptsVerified: after.receipts - before.receipts,
    mounted: [...sensors.values()].filter((sensor) => sensor.axes !== null).length,
  };
}

function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function counts(sensors: ReadonlyMap<number, Sensor>): { frames: number; receipts: number } {
  let [frames, receipts] = [0, 0];
  for (const { journal, uplink } of sensors.values()) {
    frames += journal.stats.framesJournaled;
    receipts += uplink.stats.receipts;
  }
  return { frames, receipts };
}

/** What the accelerometers of a fleet said: seconds of samples, device after device. */
export interface Tape {
  readonly devices: number;
  readonly seconds: number;
  readonly axesMg: Int16Array;
}

const VALUES_PER_SECOND = 3 * IMU_PER_SECOND;

/** The samples that `timeFleet` gives to the first `devices` of its devices while it measures. */
export function recordTape({ devices, seconds }: FleetSize, crypto: Crypto): Tape {
  const axesMg = new Int16Array(devices * seconds * VALUES_PER_SECOND);
  const written = new Int32Array(devices);
  let recording = false;
  const recorder = (index: number, _hal: Hal): Device => ({
    boot: () => NO_EFFECTS,
    handle(input) {
      if (recording && input.kind === 'imu' && written[index] < seconds) {
        axesMg.set(input.axesMg, (index * seconds + written[index]++) * VALUES_PER_SECOND);
      }
      return NO_EFFECTS;
    },
    nextTimeout: () => Number.POSITIVE_INFINITY,
    onTimeout: () => NO_EFFECTS,
  });
  const network = new ReceiptingNetwork(testKey('gateway', crypto), crypto);
  const fleet = new Fleet({ devices, seconds, seed: SEED, makeDevice: recorder, network });
  fleet.advance(SETTLE_S);
  recording = true;
  fleet.advance(seconds);
  return { devices, seconds, axesMg };
}

/** Milliseconds for all of the tape, `rounds` times. */
export function timeBareArithmetic(tape: Tape, rounds: number): { deviceSeconds: number; tookMs: number } {
  const fleet = new BareFleet(tape.devices);
  const tookMs = processorMs(() => {
    for (let round = 0; round < rounds; round++) play(fleet, tape);
  });
  return { deviceSeconds: rounds * tape.devices * tape.seconds, tookMs };
}

function play(fleet: BareFleet, tape: Tape): void {
  for (let second = 0; second < tape.seconds; second++) {
    for (let device = 0; device < tape.devices; device++) {
      fleet.second(device, tape.axesMg, (device * tape.seconds + second) * VALUES_PER_SECOND);
    }
  }
}
