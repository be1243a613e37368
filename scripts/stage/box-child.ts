/**
 * The complete box in a process of its own: its firmware with noble, simulated flash, MQTT, a local port as short
 * range, and a car whose actuators move at once, so that what is measured is the way to them.
 */

import { BoxBoard, type CarMachine } from '../../firmware/board/box-board.ts';
import { BoxModem } from '../../firmware/board/box-modem.ts';
import { BoxPort } from '../../firmware/board/box-port.ts';
import { Box } from '../../firmware/box.ts';
import type { Show } from '../../firmware/box-hal.ts';
import { fromHex } from '../../protocol/bytes.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { Body } from '../../simulator/body.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { partyOf } from '../../simulator/peers/party.ts';
import { World } from '../../simulator/world.ts';

export interface BoxSetup {
  readonly url: string;
  /** Hexadecimal. */
  readonly secretKey: string;
  readonly rootKey: string;
  readonly issuers: { readonly number: number; readonly keys: readonly string[] };
}

export interface BoxReady {
  readonly near: number;
  /** What the QR code in the car shows; base64. */
  readonly ticket: string;
}

/** What it answers to any question: what the car has seen happen. */
export interface BoxCounts {
  readonly unlatches: number;
  readonly motions: number;
}

const setup = JSON.parse(process.argv[2]) as BoxSetup;
const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();
const crypto = nobleCrypto;
const identity = {
  ...partyOf(bytes(setup.secretKey), crypto),
  rootKey: bytes(setup.rootKey),
  issuers: { number: setup.issuers.number, keys: setup.issuers.keys.map(bytes) },
};

const world = new World();
const body = new Body(world, { actuatorMs: 0 });
let motions = 0;
const car: CarMachine = {
  get body() {
    return body.state;
  },
  command(command, nowMs) {
    motions++;
    world.runUntil(nowMs);
    body.actuate(command);
    world.runUntil(nowMs);
  },
  nextTimeout: () => world.nextEventMs(),
  onTimeout: (nowMs) => world.runUntil(nowMs),
};

const log = (line: string): void => void process.stderr.write(`${line}\n`);
const startedMs = performance.now();
const boxEnds = new AbortController();
let shown: Show | null = null;
let port: BoxPort | null = null;
const modems: BoxModem[] = [];
const board = new BoxBoard({
  flash: new NorFlash(),
  reset: { reason: 'power-on', offMs: undefined },
  makeBox: (hal) => new Box(hal, identity, crypto),
  makeModem: (toDevice) => {
    const modem = new BoxModem({
      access: { url: setup.url, device: identity.id },
      pagingMs: 1000,
      pace: 1,
      toDevice,
      log,
    });
    modems.push(modem);
    return modem;
  },
  car,
  onAir: (peer, message) => port?.send(peer, 'air', message),
  onShow: (show) => {
    shown = show;
  },
  onPower: (state) => log(`box: ${state}`),
  now: () => performance.now() - startedMs,
  pace: 1,
});
port = await BoxPort.listen(0, {
  onAir: (peer, message) => board.input({ kind: 'short-range', peer, bytes: message }),
  onAirEnd: (peer) => board.input({ kind: 'short-range-end', peer }),
  onCar: () => '{}',
});

process.on('message', () => {
  const counts: BoxCounts = { unlatches: body.unlatches, motions };
  process.send?.(counts);
});
process.on('disconnect', async () => {
  boxEnds.abort();
  board.stop();
  await port?.close();
  for (const modem of modems) await modem.close();
  process.exit(0);
});

board.boot();
board.input({ kind: 'panel', action: { what: 'switch', name: 'online', on: true } });
board.input({ kind: 'panel', action: { what: 'pair' } });
const code = shown as Show | null;
if (code?.what !== 'pairing-code') throw new Error('the display shows no code');
const ready: BoxReady = { near: port.port, ticket: Buffer.from(code.bytes).toString('base64') };
process.send?.(ready);
