/**
 * All topics (docs/SPEC.md has the table). Device plane: signed CBOR, open to that device and the gateway only.
 * Backend plane: JSON, read-only; no personal data stands in a topic.
 */

import { isDeviceId } from './identity.ts';

/** What every device sends. */
export const RECORDING_CHANNELS = ['frame', 'event', 'state'] as const;
export type RecordingChannel = (typeof RECORDING_CHANNELS)[number];
/** What a box (`clock`, `result`, `report`) and a phone (`request`, `ferry`) send. */
export const ACCESS_CHANNELS = ['clock', 'result', 'report', 'request', 'ferry'] as const;
export type AccessChannel = (typeof ACCESS_CHANNELS)[number];
export type UplinkChannel = RecordingChannel | AccessChannel;
export const UPLINK_CHANNELS: readonly UplinkChannel[] = [...RECORDING_CHANNELS, ...ACCESS_CHANNELS];

/** `config` is for a sensor, `reply` for a phone, from `time` on they are for a box. */
export const DOWNLINK_CHANNELS = [
  'receipt',
  'config',
  'reply',
  'time',
  'lease',
  'settled',
  'inquiry',
  'issuers',
  'binding',
] as const;
export type DownlinkChannel = (typeof DOWNLINK_CHANNELS)[number];

export function uplinkTopic(device: string, channel: UplinkChannel): string {
  return `bb/1/d/${device}/up/${channel}`;
}

export function downlinkTopic(device: string, channel: DownlinkChannel): string {
  return `bb/1/d/${device}/dn/${channel}`;
}

/** Null for a topic that is not a downlink of this device. */
export function parseDownlinkTopic(topic: string, device: string): DownlinkChannel | null {
  return DOWNLINK_CHANNELS.find((channel) => topic === downlinkTopic(device, channel)) ?? null;
}

export function isRecordingChannel(channel: UplinkChannel): channel is RecordingChannel {
  return RECORDING_CHANNELS.some((name) => name === channel);
}

/** What a device may subscribe to, and nothing else. */
export function downlinkFilter(device: string): string {
  return `bb/1/d/${device}/dn/+`;
}

/** What a gateway subscribes to on an outside broker. */
export const UPLINK_FILTER = 'bb/1/d/+/up/+';

export interface UplinkAddress {
  readonly device: string;
  readonly channel: UplinkChannel;
}

/** Null for anything that is not an uplink topic of this version. */
export function parseUplinkTopic(topic: string): UplinkAddress | null {
  const parts = topic.split('/');
  if (parts.length !== 6) return null;
  const [root, version, plane, device, way, channel] = parts;
  if (root !== 'bb' || version !== '1' || plane !== 'd' || way !== 'up' || !isDeviceId(device)) return null;
  const known = UPLINK_CHANNELS.find((name) => name === channel);
  return known === undefined ? null : { device, channel: known };
}

export function backendTopic(tenant: string, purpose: string, type: string): string {
  return `bb/1/out/${tenant}/${purpose}/${type}`;
}

export function backendFilter(tenant: string): string {
  return `bb/1/out/${tenant}/#`;
}
