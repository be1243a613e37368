/**
 * All topics (docs/SPEC.md has the table). Device plane: signed CBOR, open to that device and the gateway only.
 * Backend plane: JSON, read-only; no personal data stands in a topic.
 */

import { isDeviceId } from './identity.ts';

export const UPLINK_CHANNELS = ['frame', 'event', 'state'] as const;
export type UplinkChannel = (typeof UPLINK_CHANNELS)[number];
export type DownlinkChannel = 'receipt';

export function uplinkTopic(device: string, channel: UplinkChannel): string {
  return `bb/1/d/${device}/up/${channel}`;
}

export function downlinkTopic(device: string, channel: DownlinkChannel): string {
  return `bb/1/d/${device}/dn/${channel}`;
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
