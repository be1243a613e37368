import { Sensor } from '../../firmware/sensor.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { unseal } from '../../protocol/envelope.ts';
import { Frame } from '../../protocol/messages.ts';
import { testIdentity } from '../../scripts/test-keys.ts';
import type { SensorFeed } from '../../simulator/feed.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station, type StationOptions } from '../../simulator/station.ts';
import { type StoryCar, StoryFeed } from '../../simulator/trip-stories-feed.ts';
import type { Phase } from '../../simulator/trip-stories-phase.ts';
import { World } from '../../simulator/world.ts';

const crypto = nodeCrypto();
const CAR: StoryCar = { alternator: 'classic', socket: 'permanent', lostMv: 5_000 };

export interface SensorBench {
  readonly world: World;
  readonly station: Station;
  /** As they arrived at a broker that sends no receipts; each once. */
  readonly frames: Frame[];
  /** World times of everything that left the device. */
  readonly sentMs: number[];
  /** The device of the last boot. */
  readonly sensor: () => Sensor | null;
  /** Lets the whole script happen, and `afterS` more. */
  readonly run: (afterS?: number) => SensorBench;
}

/** A sensor in a scripted car, with everything as it comes from the factory. */
export function sensorBench(
  phases: readonly Phase[],
  car: Partial<StoryCar> = {},
  options: Partial<StationOptions> = {},
  feed: SensorFeed = new StoryFeed(Rng.seeded(1), phases, { ...CAR, ...car }, 1_772_433_000_000),
): SensorBench {
  const world = new World();
  const frames = new Map<string, Frame>();
  const sentMs: number[] = [];
  const identity = testIdentity('bench', crypto.publicKey(new Uint8Array(32).fill(1)), crypto);
  let sensor: Sensor | null = null;
  const station = new Station({
    name: identity.id,
    world,
    rng: Rng.seeded(2),
    feed,
    flash: new NorFlash(),
    network: {
      connect: () => undefined,
      disconnect: () => undefined,
      uplink(_device, { channel, bytes }) {
        sentMs.push(world.nowMs);
        if (channel !== 'frame') return;
        const scope = { type: 'bb-frame', direction: 'up', device: identity.id } as const;
        const frame = unseal(Frame, bytes, scope, identity.publicKey, crypto);
        if (!frame.ok) throw new Error(`the device sent a frame that cannot be read: ${frame.reason}`);
        frames.set(`${frame.value.boot} ${frame.value.seq}`, frame.value);
      },
    },
    makeDevice: (hal) => {
      sensor = new Sensor(hal, identity, crypto);
      return sensor;
    },
    ...options,
  });
  station.start();
  const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const bench: SensorBench = {
    world,
    station,
    get frames() {
      return [...frames.values()];
    },
    sentMs,
    sensor: () => sensor,
    run(afterS = 60) {
      world.runUntil(1000 * (seconds + afterS));
      return bench;
    },
  };
  return bench;
}
