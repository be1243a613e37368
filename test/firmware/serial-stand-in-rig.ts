/** A rig without a line: messages go straight to the stand-in and come straight back. */

import assert from 'node:assert/strict';
import { SENSOR_STIMULI, sensorInputs } from '../../firmware/board/serial-inputs.ts';
import { StandIn } from '../../firmware/board/serial-stand-in.ts';
import { FIRMWARE_VERSION, Sensor } from '../../firmware/sensor.ts';
import { toHex, utf8 } from '../../protocol/bytes.ts';
import { nobleCrypto as noble } from '../../protocol/noble.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import { COMMANDS, type Command, REPORTS, type Report, type StateAnswer } from '../../protocol/serial-control.ts';
import { decodeOneOf, encodeOneOf } from '../../protocol/serial-message.ts';
import { decodeUplink, encodeDownlink, type LineDownlink, type LineUplink } from '../../protocol/serial-session.ts';
import { int16Bytes, STIMULI, type Stimulus } from '../../protocol/serial-stimulus.ts';
import { seededTown } from '../../scripts/seeded-town.ts';
import { Car } from '../../simulator/car.ts';
import { newSensorSecond } from '../../simulator/feed.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';

export type WithoutId<C> = C extends Command ? Omit<C, 'id'> : never;

export const GATEWAY_SECRET = noble.sha256(utf8('the gateway of these tests'));

export class BareRig {
  readonly standIn: StandIn;
  readonly uplinks: LineUplink[] = [];
  readonly reports: Report[] = [];
  /** Everything that came, in order. */
  readonly log: string[] = [];
  /** Messages that the stand-in has given back. */
  released = 0;
  /** False: the line takes nothing. */
  open = true;
  /** The stand-in's owner's clock. */
  ownerMs = 0;
  private lastId = 0;

  constructor() {
    this.standIn = new StandIn({
      crypto: noble,
      flash: new NorFlash(),
      kind: 'sensor',
      firmware: FIRMWARE_VERSION,
      stimuli: SENSOR_STIMULI,
      inputs: sensorInputs,
      makeDevice: (hal, identity) => new Sensor(hal, identity, noble),
      send: (channel, bytes) => this.open && this.hear(channel, bytes),
      release: () => {
        this.released++;
      },
    });
  }

  send(channel: SerialChannel, bytes: Uint8Array): void {
    this.standIn.receive({ kind: 'message', channel, bytes, session: 1 });
  }

  stimulate(stimulus: Stimulus): void {
    this.send('stimulus', encodeOneOf(STIMULI, stimulus));
  }

  downlink(message: LineDownlink): void {
    this.send('downlink', encodeDownlink(message));
  }

  /** Says it and lets happen what may; the answer, if there is one yet. */
  command(command: WithoutId<Command>, id = ++this.lastId): Report | undefined {
    this.lastId = id;
    const before = this.reports.length;
    this.send('control', encodeOneOf(COMMANDS, { ...command, id } as Command));
    this.run();
    return this.reports.slice(before).find((report) => 'id' in report && report.id === id);
  }

  state(command: WithoutId<Command>): StateAnswer {
    const report = this.command(command);
    assert.ok(report?.kind === 'state', JSON.stringify(report));
    return report;
  }

  advance(
    toMs: number,
    stimuli: number,
    more: { downlinks?: number; stopAtOutput?: boolean } = {},
  ): Report | undefined {
    const { downlinks = 0, stopAtOutput = false } = more;
    return this.command({ kind: 'advance', toMs, stimuli, downlinks, stopAtOutput });
  }

  run(): void {
    while (this.standIn.run(this.ownerMs, 100));
  }

  /** Power off, time zero and manual, a blank device, and power on. */
  start(seed = 1): void {
    const gatewayKey = noble.publicKey(GATEWAY_SECRET);
    this.state({ kind: 'time', mode: 'manual', nowMs: 0 });
    const identity = {
      kind: 'identity',
      seed: Uint8Array.of(seed),
      gatewayKey,
      manifestNumber: 1,
      erase: true,
    } as const;
    assert.equal(this.command(identity)?.kind, 'identity');
    assert.equal(this.state({ kind: 'power-on', reason: 'power-on', knowsOffTime: true }).verdict, 'done');
  }

  private hear(channel: SerialChannel, bytes: Uint8Array): boolean {
    this.log.push(`${channel} ${toHex(bytes)}`);
    if (channel === 'uplink') {
      const uplink = decodeUplink(bytes);
      assert.ok(uplink.ok, 'uplink.ok');
      this.uplinks.push(uplink.value);
    } else if (channel === 'control') {
      const report = decodeOneOf(REPORTS, bytes);
      assert.ok(report.ok, 'report.ok');
      this.reports.push(report.value);
    }
    return true;
  }
}

/** The seconds of a short drive in the seeded town, as stimuli from `atMs` = 1000 on. */
export function driveStimuli(driveS: number): Stimulus[] {
  const car = new Car(Rng.seeded(7).fork('car'), seededTown(7), {
    temperament: 'normal',
    startUtcMs: Date.UTC(2026, 4, 4, 8),
    legs: [{ parkBeforeS: 20, driveS, parkAfterS: 90 }],
  });
  const second = newSensorSecond();
  const stimuli: Stimulus[] = [];
  for (let s = 1; car.fill(second); s++) {
    const { axesMg, supplyMv, burstMg, fix } = second;
    stimuli.push({
      kind: 'second',
      atMs: s * 1000,
      axes: int16Bytes(axesMg),
      mV: int16Bytes(supplyMv),
      burst: burstMg === null ? undefined : int16Bytes(burstMg),
      fix: fix ?? undefined,
    });
  }
  return stimuli;
}

/** A second in which nothing happens. */
export function stillSecond(atMs: number, repeat?: number): Stimulus {
  const axes = Int16Array.from({ length: 150 }, (_, i) => (i % 3 === 2 ? 1000 : 0));
  const mV = new Uint16Array(10).fill(12_600);
  return { kind: 'second', atMs, axes: int16Bytes(axes), mV: int16Bytes(mV), repeat };
}
