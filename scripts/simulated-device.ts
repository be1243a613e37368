import type { Flash, Hal } from '../firmware/hal.ts';
import { Sensor } from '../firmware/sensor.ts';
import type { Crypto } from '../protocol/crypto.ts';
import type { DeviceIdentity } from '../protocol/identity.ts';

/** What a simulated device did over all its boots: stats belong to an object, and a reset drops the object. */
export interface DeviceTotals {
  framesJournaled: number;
  framesDropped: number;
  transmissions: number;
  receipts: number;
  refusedDownlinks: number;
}

/** Makes sensors for one identity and adds up what they did. */
export class SensorMaker {
  readonly identity: DeviceIdentity;
  /** The one that runs now, or ran last. */
  sensor: Sensor | null = null;
  private readonly crypto: Crypto;
  private readonly past: DeviceTotals = {
    framesJournaled: 0,
    framesDropped: 0,
    transmissions: 0,
    receipts: 0,
    refusedDownlinks: 0,
  };

  constructor(identity: DeviceIdentity, crypto: Crypto) {
    this.identity = identity;
    this.crypto = crypto;
  }

  readonly make = (hal: Hal & { readonly flash: Flash }): Sensor => {
    Object.assign(this.past, this.totals());
    this.sensor = new Sensor(hal, this.identity, this.crypto);
    return this.sensor;
  };

  totals(): DeviceTotals {
    const { sensor, past } = this;
    if (sensor === null) return { ...past };
    return {
      framesJournaled: past.framesJournaled + sensor.journal.stats.framesJournaled,
      framesDropped: past.framesDropped + sensor.journal.stats.framesDropped,
      transmissions: past.transmissions + sensor.uplink.stats.transmissions,
      receipts: past.receipts + sensor.uplink.stats.receipts,
      refusedDownlinks: past.refusedDownlinks + sensor.refusedDownlinks,
    };
  }

  /** Frames in flash that no receipt has covered. */
  get waiting(): number {
    return this.sensor?.journal.waiting ?? 0;
  }
}
