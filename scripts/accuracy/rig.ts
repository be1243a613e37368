/** One simulated car with the whole firmware in it, second by second. */

import type { Sensor } from '../../firmware/sensor.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import type { Occurrence } from '../../protocol/messages.ts';
import { Car, type CarOptions } from '../../simulator/car.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { CALM_RADIO } from '../../simulator/radio.ts';
import type { Rng } from '../../simulator/rng.ts';
import { Station } from '../../simulator/station.ts';
import type { Town } from '../../simulator/town.ts';
import { World } from '../../simulator/world.ts';
import { SensorMaker } from '../simulated-device.ts';
import { testIdentity, testKey } from '../test-keys.ts';
import { Receiver } from './receiver.ts';

const crypto = nodeCrypto();
/** After the last second: time for the last frame. */
const DRAIN_MS = 60_000;

export interface Ride {
  readonly car: Car;
  readonly seconds: number;
  /** What came over the air, times in the feed's milliseconds. */
  readonly occurrences: readonly Occurrence[];
}

/** `onSecond` is called after each second of the feed with the device as it is then. */
export function ride(
  rng: Rng,
  town: Town,
  options: CarOptions,
  onSecond: (sensor: Sensor, car: Car, second: number) => void,
): Ride {
  const world = new World();
  const car = new Car(rng, town, options);
  const gatewaySecretKey = testKey('gateway', crypto);
  const maker = new SensorMaker(testIdentity('accuracy', crypto.publicKey(gatewaySecretKey), crypto), crypto);
  const receiver = new Receiver(maker.identity, gatewaySecretKey, crypto);
  const station = new Station({
    name: maker.identity.id,
    world,
    rng: rng.fork('station'),
    feed: car,
    flash: new NorFlash(),
    network: receiver,
    makeDevice: maker.make,
    radio: CALM_RADIO,
  });
  receiver.downlink = (bytes) => station.radio.downlink('receipt', bytes);
  station.start();
  let seconds = 0;
  for (;;) {
    world.runUntil(seconds * 1000);
    if (station.feedEnded) break;
    if (seconds > 0 && maker.sensor !== null) onSecond(maker.sensor, car, seconds - 1);
    seconds++;
  }
  world.runUntil(world.nowMs + DRAIN_MS);
  return { car, seconds: seconds - 1, occurrences: receiver.occurrences };
}
