/** What outlives a reset besides frames. A snapshot stands first in every sector, so none is ever carried along. */

import { field, flag, type Infer, integer, list, optional, record } from '../protocol/codec.ts';
import { decodeMessage, encodeMessage } from '../protocol/envelope.ts';
import type { Rotation } from './mounting.ts';

/** A rotation's nine numbers in 2^-14. */
const Q14 = 16384;

export const Settings = record('settings', {
  /** Number of the last trip that began. */
  trips: field(1, integer(0, 0xffffffff)),
  /** Whether this supply has ever shown a running engine (E47). */
  engineSeen: field(2, flag),
  /** The mounting, row by row, in 2^-14; absent until found, and after a change of vehicle (C41). */
  mounting: optional(3, list(integer(-Q14, Q14), 9)),
  /** The gateway's configuration; all three are absent until the first one has come. */
  configuration: optional(4, integer(0, 0xffffffff)),
  vehicle: optional(5, integer(0, 0xffffffff)),
  blocker: optional(6, flag),
});
export type Settings = Infer<typeof Settings>;

export const FACTORY_SETTINGS: Settings = { trips: 0, engineSeen: false };

export function encodeSettings(settings: Settings): Uint8Array {
  return encodeMessage(Settings, settings);
}

/** Null when the bytes are not settings of this version. */
export function decodeSettings(bytes: Uint8Array): Settings | null {
  const settings = decodeMessage(Settings, bytes);
  if (!settings.ok) return null;
  const { mounting } = settings.value;
  return mounting === undefined || mounting.length === 9 ? settings.value : null;
}

export function storedMounting(rotation: Rotation): readonly number[] {
  return Array.from(rotation, (value) => Math.max(-Q14, Math.min(Q14, Math.round(value * Q14))));
}

export function mountingFrom(settings: Settings): Rotation | null {
  return settings.mounting === undefined ? null : Float64Array.from(settings.mounting, (value) => value / Q14);
}
