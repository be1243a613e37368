/**
 * How much access one core of a gateway can decide: the shell on SQLite with `synchronous=FULL`, with cars and phones
 * that are nothing but keys. What they sign is made outside the measured time.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import type { Car, Phone, Said } from '../../test/gateway/access-parties.ts';
import { AccessRig, ISSUER_PUBLIC_KEY } from '../../test/gateway/access-rig.ts';
import { crypto } from '../../test/gateway/frame-maker.ts';
import { type Rates, ratesOf } from './best-of.ts';

const RUNS = 3;
const CARS = 100;
/** Requests that arrive together. */
const TOGETHER = 16;
const LEASES_PER_CAR = 5;
const MESSAGES = 2000;

export interface AccessRates {
  /** Request to lease, and its result to the last word: whole commands per second. */
  readonly commands: Rates;
  /** The same without the box's result: signed request to lease. */
  readonly leases: Rates;
  /** Redemption to lease. */
  readonly redemptions: Rates;
  /** One signature checked and one made, and nothing else: commands per second at most. */
  readonly ceiling: Rates;
}

interface Round {
  readonly commandMs: number;
  readonly leaseMs: number;
  readonly redeemMs: number;
  readonly ceilingMs: number;
}

interface Street {
  readonly rig: AccessRig;
  readonly cars: readonly { readonly car: Car; readonly owner: Phone; readonly courier: Phone }[];
}

export async function measureRates(onStep: (share: number) => void): Promise<AccessRates> {
  const rounds: Round[] = [];
  for (let run = 0; run < RUNS; run++) {
    rounds.push(await measureRound());
    onStep((run + 1) / RUNS);
  }
  const commands = rounds.map(() => CARS * LEASES_PER_CAR);
  return {
    commands: ratesOf(
      commands,
      rounds.map(({ commandMs }) => commandMs),
    ),
    leases: ratesOf(
      commands,
      rounds.map(({ leaseMs }) => leaseMs),
    ),
    redemptions: ratesOf(
      rounds.map(() => CARS),
      rounds.map(({ redeemMs }) => redeemMs),
    ),
    ceiling: ratesOf(
      rounds.map(() => MESSAGES),
      rounds.map(({ ceilingMs }) => ceilingMs),
    ),
  };
}

async function measureRound(): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-rates-'));
  const file = join(folder, 'gateway.db');
  const store = new SqliteStore(file);
  const accessStore = new SqliteAccessStore(file, { crypto, log: deviceIdOf(ISSUER_PUBLIC_KEY, crypto) });
  try {
    const street = await populate(new AccessRig({ store, accessStore }));
    const { leaseMs, resultMs } = await command(street);
    const redeemMs = await redeem(street);
    return { leaseMs, commandMs: leaseMs + resultMs, redeemMs, ceilingMs: await checkAndSign() };
  } finally {
    await accessStore.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function populate(rig: AccessRig): Promise<Street> {
  const cars = [];
  for (let n = 1; n <= CARS; n++) {
    const owner = await rig.phone(n);
    const courier = await rig.phone(CARS + n, 'courier');
    cars.push({ owner, courier, car: await rig.carOf(owner, n) });
  }
  return { rig, cars };
}

/** Every owner unlocks and locks, and every box says that it has done so. */
async function command({ rig, cars }: Street): Promise<{ leaseMs: number; resultMs: number }> {
  let leaseMs = 0;
  let resultMs = 0;
  for (let n = 0; n < LEASES_PER_CAR; n++) {
    const kind = n % 2 === 0 ? 'unlock' : 'lock';
    leaseMs += await timed(
      rig,
      cars.map(({ car, owner }) => owner.request(owner.claims(car, { kind }))),
    );
    const results = cars.map(({ car }) => {
      const lease = rig.leases(car).at(-1);
      if (lease === undefined) throw new Error('bench: a request led to no lease');
      return car.result(lease, 'executed');
    });
    resultMs += await timed(rig, results);
    rig.sent.length = 0;
  }
  return { leaseMs, resultMs };
}

async function redeem({ rig, cars }: Street): Promise<number> {
  const redemptions: Said[] = [];
  const fromS = Math.floor(rig.nowMs / 1000);
  for (const { car, owner, courier } of cars) {
    const order = await owner.ask(car, { kind: 'order', carrier: 'DHL', fromS, toS: fromS + 7200 });
    const { delivery, tan } = order;
    const loaded = await courier.ask(car, { kind: 'load', delivery });
    if (loaded.verdict !== 'executed') throw new Error(`bench: no courier was bound: ${loaded.reason}`);
    redemptions.push(courier.request(courier.claims(car, { kind: 'redeem', delivery, tan })));
  }
  rig.sent.length = 0;
  const tookMs = await timed(rig, redemptions);
  for (const { car } of cars) if (rig.leases(car).length !== 1) throw new Error('bench: a TAN led to no lease');
  return tookMs;
}

/** Milliseconds that the shell takes for messages which arrive by the handful. */
async function timed(rig: AccessRig, messages: readonly Said[]): Promise<number> {
  const startedMs = performance.now();
  for (let at = 0; at < messages.length; at += TOGETHER) await rig.say(...messages.slice(at, at + TOGETHER));
  return performance.now() - startedMs;
}

async function checkAndSign(): Promise<number> {
  const secretKey = new Uint8Array(32).fill(3);
  const publicKey = crypto.publicKey(secretKey);
  const message = new Uint8Array(200);
  const signature = crypto.sign(secretKey, message);
  const startedMs = performance.now();
  for (let n = 0; n < MESSAGES; n++) {
    crypto.verify(publicKey, message, signature);
    crypto.sign(secretKey, message);
  }
  return performance.now() - startedMs;
}
