/** One drive through the real sensor, over a calm radio, to the gateway in this process: what went over the air. */

import type { Publish } from '../../firmware/hal.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { placeOf } from '../../gateway/map/place.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { NorFlash } from '../../simulator/flash.ts';
import type { Network } from '../../simulator/radio.ts';
import { CALM_RADIO } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station } from '../../simulator/station.ts';
import { World } from '../../simulator/world.ts';
import { InProcessGateway } from '../in-process-gateway.ts';
import { SensorMaker } from '../simulated-device.ts';
import { testIdentity } from '../test-keys.ts';
import type { WireDrive } from './wire-drives.ts';

const STEP_MS = 60_000;
const DRAIN_MS = 60_000;

export interface Captured {
  readonly device: string;
  /** Signed frames as they were journaled, each once. */
  readonly frames: readonly Uint8Array[];
  readonly events: readonly Uint8Array[];
  readonly states: readonly Uint8Array[];
  readonly receipts: readonly Uint8Array[];
}

export async function captureDrive(drive: WireDrive, crypto: Crypto, log: (line: string) => void): Promise<Captured> {
  const world = new World();
  const receipts: Uint8Array[] = [];
  const gateway = new InProcessGateway({
    world,
    crypto,
    store: new MemoryStore(),
    roads: null,
    placeOf: (latE6, lonE6) => placeOf(null, latE6, lonE6),
    startUtcMs: drive.startUtcMs,
    downlink(_device, channel, bytes) {
      receipts.push(bytes);
      station.radio.downlink(channel, bytes);
    },
    log,
  });
  const maker = new SensorMaker(testIdentity('wire', gateway.gatewayKey, crypto), crypto);
  await gateway.enrol([maker.identity]);
  const uplink = new UplinkTap(gateway);
  const station = new Station({
    name: maker.identity.id,
    world,
    rng: Rng.seeded(1).fork('wire'),
    feed: drive.feed,
    flash: new NorFlash(),
    network: uplink,
    makeDevice: maker.make,
    radio: CALM_RADIO,
  });
  station.start();
  while (!station.feedEnded) await gateway.run(world.nowMs + STEP_MS);
  await gateway.run(world.nowMs + DRAIN_MS);
  const { frame, event, state } = uplink.heard;
  const frames = distinct(frame);
  const journaled = maker.totals().framesJournaled - maker.waiting;
  if (frames.length < journaled) throw new Error(`bench: ${frames.length} frames were heard, ${journaled} receipted`);
  return {
    device: maker.identity.id,
    frames,
    events: event,
    states: state,
    receipts,
  };
}

function distinct(messages: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(messages.map((bytes) => [toHex(bytes), bytes])).values()];
}

class UplinkTap implements Network {
  readonly heard: Record<Publish['channel'], Uint8Array[]> = {
    frame: [],
    event: [],
    state: [],
    clock: [],
    result: [],
    report: [],
    request: [],
    ferry: [],
  };
  private readonly to: InProcessGateway;

  constructor(to: InProcessGateway) {
    this.to = to;
  }

  connect(...session: Parameters<InProcessGateway['connect']>): void {
    this.to.connect(...session);
  }

  uplink(device: string, message: Publish): void {
    this.heard[message.channel].push(message.bytes);
    this.to.uplink(device, message);
  }

  disconnect(device: string): void {
    this.to.disconnect(device);
  }
}
