/** The channels of a serial line. */

import { MESSAGE_LIMITS } from './cbor.ts';

/** The kind of a message, and the message as it would travel over MQTT. */
export const SERIAL_MESSAGE_BYTES_MAX = 1 + MESSAGE_LIMITS.maxBytes;

export type LineRole = 'device' | 'host';
/** Stimulus and control exist between two rig builds only. */
export type LineBuild = 'product' | 'rig';

export interface ChannelRule {
  /** Number on the wire, 0..7. */
  readonly number: number;
  readonly from: LineRole | 'both';
  readonly rigOnly: boolean;
  /**
   * Bytes of messages that a receiver holds and has not worked off yet; it grants no more. A sender lets as many
   * wait. At least one message of the largest size has room in it, or the line would stand still.
   */
  readonly budgetBytes: number;
  /** Frames in a row when its turn comes and other channels wait as well. */
  readonly turn: number;
}

export const CHANNELS = {
  uplink: { number: 0, from: 'device', rigOnly: false, budgetBytes: 16_384, turn: 4 },
  downlink: { number: 1, from: 'host', rigOnly: false, budgetBytes: 8192, turn: 4 },
  log: { number: 2, from: 'device', rigOnly: false, budgetBytes: 8192, turn: 1 },
  stimulus: { number: 3, from: 'host', rigOnly: true, budgetBytes: 16_384, turn: 4 },
  control: { number: 4, from: 'both', rigOnly: true, budgetBytes: 8192, turn: 4 },
} as const satisfies Record<string, ChannelRule>;
export type SerialChannel = keyof typeof CHANNELS;

export const CHANNEL_NAMES: readonly SerialChannel[] = ['uplink', 'downlink', 'log', 'stimulus', 'control'];

/** Whether `role` may send on a channel between two ends of these builds. */
export function maySend(channel: SerialChannel, role: LineRole, rig: boolean): boolean {
  const { from, rigOnly } = CHANNELS[channel];
  return (from === 'both' || from === role) && (rig || !rigOnly);
}
