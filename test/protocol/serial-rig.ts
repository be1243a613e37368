/** Two ends and a cable for tests, with what each end heard. */

import assert from 'node:assert/strict';
import type { Draw } from '../../protocol/codec.ts';
import { type LinkOptions, SerialLink } from '../../protocol/serial.ts';
import { CHANNEL_NAMES, type SerialChannel } from '../../protocol/serial-channels.ts';
import type { LineEvent, LineMessage } from '../../protocol/serial-events.ts';
import { type CableOptions, SerialCable } from '../../scripts/bench/serial-cable.ts';

export function endOf(role: 'device' | 'host', number: number, more: Partial<LinkOptions> = {}): SerialLink {
  return new SerialLink({
    role,
    build: 'rig',
    firmware: 'test',
    bytesPerSecond: 11_520,
    random: (into) => void into.fill(number),
    ...more,
  });
}

export class LineRig {
  readonly device: SerialLink;
  readonly host: SerialLink;
  readonly cable: SerialCable;
  readonly events = new Map<SerialLink, LineEvent[]>();
  /** False: nothing is worked off until the test does it. */
  releases = true;

  constructor(device: SerialLink, host: SerialLink, options: Partial<CableOptions> = {}) {
    this.device = device;
    this.host = host;
    this.events.set(device, []);
    this.events.set(host, []);
    this.cable = new SerialCable({ bytesPerSecond: 11_520, latencyMs: 3, ...options }, device, host, (end, event) => {
      this.of(end).push(event);
      if (event.kind === 'message' && this.releases) end.release(event, this.cable.nowMs);
    });
    this.cable.plug();
  }

  of(end: SerialLink): LineEvent[] {
    return this.events.get(end) as LineEvent[];
  }

  kinds(end: SerialLink): string[] {
    return this.of(end).map(({ kind }) => kind);
  }

  messages(end: SerialLink): LineMessage[] {
    return this.of(end).filter((event) => event.kind === 'message');
  }

  /** What arrived, by channel, in order. */
  heard(end: SerialLink): Map<SerialChannel, Uint8Array[]> {
    const heard = new Map<SerialChannel, Uint8Array[]>(CHANNEL_NAMES.map((name) => [name, []]));
    for (const { channel, bytes } of this.messages(end)) heard.get(channel)?.push(bytes);
    return heard;
  }
}

/** A message that can be told from others. */
export function numbered(number: number, length = 200): Uint8Array {
  return new Uint8Array(length).fill(number);
}

/** A rig whose line is up. */
export function bothUp(device: SerialLink = endOf('device', 1), host: SerialLink = endOf('host', 2)): LineRig {
  const rig = new LineRig(device, host);
  rig.cable.run(500);
  assert.deepEqual([device.isUp, host.isUp], [true, true]);
  return rig;
}

export interface NoiseRates {
  /** Of bytes, each. */
  readonly flip: number;
  readonly drop: number;
  readonly insert: number;
  readonly duplicate: number;
}

/** Damages bytes the way a bad cable does. */
export function noisy(bytes: Uint8Array, { flip, drop, insert, duplicate }: NoiseRates, draw: Draw): Uint8Array {
  const luck = (): number => draw(1_000_000) / 1_000_000;
  const out: number[] = [];
  for (const byte of bytes) {
    if (luck() < insert) out.push(draw(256));
    if (luck() < drop) continue;
    out.push(luck() < flip ? byte ^ (1 << draw(8)) : byte);
    if (luck() < duplicate) out.push(byte);
  }
  return Uint8Array.from(out);
}
