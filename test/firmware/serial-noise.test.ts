import assert from 'node:assert/strict';
import test from 'node:test';
import { SENSOR_STIMULI, sensorInputs } from '../../firmware/board/serial-inputs.ts';
import { StandIn } from '../../firmware/board/serial-stand-in.ts';
import { FIRMWARE_VERSION, Sensor } from '../../firmware/sensor.ts';
import { toHex } from '../../protocol/bytes.ts';
import { nobleCrypto as noble } from '../../protocol/noble.ts';
import type { SerialLink } from '../../protocol/serial.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import { COMMANDS, type Command, REPORTS } from '../../protocol/serial-control.ts';
import type { LineEvent } from '../../protocol/serial-events.ts';
import { decodeOneOf, encodeOneOf } from '../../protocol/serial-message.ts';
import { STIMULI } from '../../protocol/serial-stimulus.ts';
import { SerialCable } from '../../scripts/bench/serial-cable.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { seededDraw } from '../protocol/draw.ts';
import { endOf, type NoiseRates, noisy } from '../protocol/serial-rig.ts';
import { driveStimuli, GATEWAY_SECRET } from './serial-stand-in-rig.ts';

const drive = driveStimuli(60);
const endMs = 1000 * drive.length;
const NOISE_FROM_MS = 1000;

function script(): (readonly [SerialChannel, Uint8Array])[] {
  let id = 0;
  const said: (readonly [SerialChannel, Uint8Array])[] = [];
  const command = (words: object): void => {
    said.push(['control', encodeOneOf(COMMANDS, { ...words, id: ++id } as Command)]);
  };
  const gatewayKey = noble.publicKey(GATEWAY_SECRET);
  command({ kind: 'time', mode: 'manual', nowMs: 0 });
  command({ kind: 'identity', seed: Uint8Array.of(1), gatewayKey, manifestNumber: 1, erase: true });
  command({ kind: 'power-on', reason: 'power-on', knowsOffTime: true });
  command({ kind: 'advance', toMs: endMs, stimuli: drive.length, downlinks: 0, stopAtOutput: false });
  for (const stimulus of drive) said.push(['stimulus', encodeOneOf(STIMULI, stimulus)]);
  return said;
}

/** The whole drive over a line of 115,200 baud; what the rig heard, channel by channel. */
function driven(noise: NoiseRates | null): { heard: string[]; resent: number; noiseBytes: number } {
  const draw = seededDraw(3);
  const device = endOf('device', 1);
  const host = endOf('host', 2);
  const waiting = new Map<SerialChannel, Uint8Array[]>();
  for (const [channel, bytes] of script()) waiting.set(channel, [...(waiting.get(channel) ?? []), bytes]);
  const heard = new Map<string, string[]>();
  let timeIsSet = false;
  let done = false;
  const standIn = new StandIn({
    crypto: noble,
    flash: new NorFlash(),
    kind: 'sensor',
    firmware: FIRMWARE_VERSION,
    stimuli: SENSOR_STIMULI,
    inputs: sensorInputs,
    makeDevice: (hal, identity) => new Sensor(hal, identity, noble),
    send: (channel, bytes) => device.send(channel, bytes).ok,
    release: (message) => device.release(message, cable.nowMs),
  });
  const onEvent = (end: SerialLink, event: LineEvent): void => {
    if (event.kind !== 'message') return;
    if (end === device) {
      standIn.receive(event);
      return;
    }
    host.release(event, cable.nowMs);
    const lines = heard.get(event.channel) ?? [];
    heard.set(event.channel, [...lines, `${event.channel} ${toHex(event.bytes)}`]);
    const report = event.channel === 'control' ? decodeOneOf(REPORTS, event.bytes) : null;
    // The answer to the last command: all of the drive has happened.
    if (report?.ok && report.value.kind === 'state' && report.value.id === 4) done = true;
    // Stimuli belong to the time that is set when they come.
    if (report?.ok && report.value.kind === 'state' && report.value.id === 1) timeIsSet = true;
  };
  const disturb = (bytes: Uint8Array, nowMs: number): Uint8Array =>
    noise === null || nowMs < NOISE_FROM_MS ? bytes : noisy(bytes, noise, draw);
  const cable = new SerialCable({ bytesPerSecond: 11_520, latencyMs: 2, disturb }, device, host, onEvent);
  cable.plug();
  cable.run(600_000, () => {
    for (const [channel, queue] of waiting) {
      if (channel === 'stimulus' && !timeIsSet) continue;
      while (queue.length > 0 && host.send(channel, queue[0]).ok) queue.shift();
    }
    while (standIn.run(cable.nowMs, 1000));
    return done;
  });
  assert.equal(done, true, `after ${cable.nowMs} ms the drive is not over`);
  return {
    heard: [...heard].sort().flatMap(([, lines]) => lines),
    resent: device.resent + host.resent,
    noiseBytes: device.counts.noiseBytes + host.counts.noiseBytes,
  };
}

test('a drive over a line with 1 % of noise of each kind gives the same bytes as over a quiet one', () => {
  const quiet = driven(null);
  assert.equal(quiet.noiseBytes, 0);
  assert.equal(quiet.heard.length > 8, true, `${quiet.heard.length} messages`);
  for (const kind of ['flip', 'drop', 'insert', 'duplicate'] as const) {
    const none = { flip: 0, drop: 0, insert: 0, duplicate: 0 };
    const loud = driven({ ...none, [kind]: 0.01 });
    assert.deepEqual(loud.heard, quiet.heard, kind);
    assert.equal(loud.resent > 100 && loud.noiseBytes > 1000, true, `${kind}: resent ${loud.resent}`);
  }
});
