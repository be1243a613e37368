/** How long the flash lasts, with the complete sensor in production limits; and what boots without a trip cost. */

import { PRODUCTION } from '../../firmware/limits.ts';
import { Sensor } from '../../firmware/sensor.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { Car } from '../../simulator/car.ts';
import { DEFAULT_GEOMETRY, NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station } from '../../simulator/station.ts';
import { routePool } from '../../simulator/tour.ts';
import { planTown } from '../../simulator/town-plan.ts';
import { World } from '../../simulator/world.ts';
import { ReceiptingNetwork } from '../bench/receipting-network.ts';
import { testIdentity, testKey } from '../test-keys.ts';
import { Rig } from './rig.ts';

/** numbers.md 13. */
const RATED_CYCLES = 20_000;
const DAYS_PER_YEAR = 365;
const PARK_S = 60;
const DRIVE_S = 3600;
const DAYS = 16;
/** Monday, 2 March 2026, 06:30 UTC. */
const START_UTC_MS = 1_772_433_000_000;

export interface WearFigures {
  /** Simulated days, with an hour of driving each. */
  readonly days: number;
  readonly sectors: number;
  readonly erasesPerSectorDay: number;
  /** Of the worst sector, over all days. */
  readonly erasesWorst: number;
  readonly programsPerDay: number;
  /** Until the worst sector has seen its rated cycles, at an hour a day. */
  readonly years: number;
}

/** A normal driver's car whose socket dies with the ignition, so that each day has a cold start. */
export function wearFigures(): WearFigures {
  const crypto = nodeCrypto();
  const rng = Rng.seeded(13);
  const town = planTown(rng.fork('town'));
  const [route] = routePool(town, rng.fork('routes'), DRIVE_S, 1);
  const feed = new Car(rng.fork('car'), town, {
    temperament: 'normal',
    startUtcMs: START_UTC_MS,
    legs: [{ parkBeforeS: PARK_S, driveS: DRIVE_S, parkAfterS: PARK_S, route }],
    repeat: true,
    socket: 'switched',
  });
  const gatewaySecretKey = testKey('gateway', crypto);
  const identity = testIdentity('powercut', crypto.publicKey(gatewaySecretKey), crypto);
  const world = new World();
  const network = new ReceiptingNetwork(gatewaySecretKey, crypto);
  const flash = new NorFlash(DEFAULT_GEOMETRY, rng.fork('flash'));
  const station = new Station({
    name: identity.id,
    world,
    rng: rng.fork('station'),
    feed,
    flash,
    network,
    makeDevice: (hal) => new Sensor(hal, identity, crypto),
  });
  network.send = (_, channel, bytes) => station.radio.downlink(channel, bytes);
  station.start();
  world.runUntil(DAYS * (DRIVE_S + 2 * PARK_S) * 1000);
  const erases = [...flash.erasesPerSector];
  const all = erases.reduce((sum, count) => sum + count, 0);
  const erasesWorst = Math.max(...erases);
  return {
    days: DAYS,
    sectors: erases.length,
    erasesPerSectorDay: Math.round((100 * all) / erases.length / DAYS) / 100,
    erasesWorst,
    programsPerDay: Math.round((flash.operations - all) / DAYS),
    years: Math.round((10 * RATED_CYCLES * DAYS) / erasesWorst / DAYS_PER_YEAR) / 10,
  };
}

const REBOOTS = 1000;

export interface IdleFigures {
  readonly boots: number;
  readonly erases: number;
  /** Bytes of flash that are not erased any more. */
  readonly bytes: number;
  readonly programsPerBoot: number;
}

/** Boots without a trip, cold and after a brown-out in turns, on a flash with one trip in it. */
export function idleReboots(): IdleFigures {
  const flash = new NorFlash(DEFAULT_GEOMETRY);
  const rig = new Rig(PRODUCTION, flash, 0);
  rig.boot(undefined);
  rig.startTrip();
  rig.drive(100);
  rig.endTrip();
  const before = [sum(flash.erasesPerSector), written(flash), flash.operations];
  for (let i = 0; i < REBOOTS; i++) {
    rig.losePower();
    rig.boot(i % 2 === 0 ? undefined : 100);
  }
  const erases = sum(flash.erasesPerSector) - before[0];
  const programs = flash.operations - before[2] - erases;
  return {
    boots: REBOOTS,
    erases,
    bytes: written(flash) - before[1],
    programsPerBoot: Math.round((10 * programs) / REBOOTS) / 10,
  };
}

function sum(counts: Uint32Array): number {
  return counts.reduce((all, count) => all + count, 0);
}

function written(flash: NorFlash): number {
  return flash.image().reduce((count, byte) => count + (byte === 0xff ? 0 : 1), 0);
}
