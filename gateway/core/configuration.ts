/** What a sensor is to be (docs/SPEC.md 4.5): kept per device, and said until a birth of the device names it. */

import type { Configuration, DeviceState } from '../../protocol/messages.ts';

export interface ConfigurationRow extends Configuration {
  readonly device: string;
  /** Counts the changes of all configurations of a store: what is higher than the last one seen is new. */
  readonly revision: number;
}

export interface ConfigurationChange {
  /** C41: the sensor has moved to another vehicle. */
  readonly newVehicle?: boolean;
  /** E34; absent: stays. */
  readonly blocker?: boolean;
}

/** The configuration of a device to which nobody ever said anything. */
const UNCONFIGURED: Configuration = { number: 0, vehicle: 0, blocker: false };

/**
 * Numbers are seconds since 1970, and at least one more than before: a gateway that has lost its store still finds
 * one that is higher than all that it ever gave.
 */
export function changedConfiguration(
  before: Configuration | undefined,
  { newVehicle = false, blocker }: ConfigurationChange,
  nowMs: number,
): Configuration {
  const last = before ?? UNCONFIGURED;
  return {
    number: Math.max(last.number + 1, Math.floor(nowMs / 1000)),
    vehicle: last.vehicle + (newVehicle ? 1 : 0),
    blocker: blocker ?? last.blocker,
  };
}

/** A device that has just come, and what it does not know yet. */
export interface Birth {
  readonly device: string;
  readonly lacks: ConfigurationRow | null;
}

export function birthOf(device: string, state: DeviceState, wanted: ConfigurationRow | undefined): Birth {
  const behind = wanted !== undefined && (state.configuration ?? -1) < wanted.number;
  return { device, lacks: behind ? wanted : null };
}
