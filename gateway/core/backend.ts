/**
 * The backend plane: CloudEvents 1.0 in structured JSON, one copy a tenant under that tenant's pseudonyms.
 * Data carry places, times and kilometres, never a position, a device id or a route (C9, C24, C49, C50).
 */

import { toHex, utf8 } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { backendTopic } from '../../protocol/topics.ts';
import { isoUtc } from './iso-utc.ts';

export type BackendType =
  | 'trip.started'
  | 'trip.closed'
  | 'trip.scored'
  | 'device.state'
  | 'device.alarm'
  | 'access.opened'
  | 'delivery.ordered'
  | 'delivery.loaded'
  | 'delivery.located'
  | 'delivery.opened'
  | 'delivery.secured'
  | 'delivery.left-open'
  | 'delivery.failed'
  | 'delivery.ended'
  | 'handover.started'
  | 'handover.ended'
  | 'theft.activated'
  | 'theft.alarm'
  | 'theft.position'
  | 'theft.ended'
  | 'audit.checkpoint';
export type BackendPurpose = 'tariff' | 'operation' | 'access' | 'delivery' | 'cover' | 'theft' | 'audit';

const PURPOSE_OF: Record<BackendType, BackendPurpose> = {
  'trip.started': 'tariff',
  'trip.closed': 'tariff',
  'trip.scored': 'tariff',
  'device.state': 'operation',
  'device.alarm': 'operation',
  'access.opened': 'access',
  'delivery.ordered': 'delivery',
  'delivery.loaded': 'delivery',
  'delivery.located': 'delivery',
  'delivery.opened': 'delivery',
  'delivery.secured': 'delivery',
  'delivery.left-open': 'delivery',
  'delivery.failed': 'delivery',
  'delivery.ended': 'delivery',
  'handover.started': 'cover',
  'handover.ended': 'cover',
  'theft.activated': 'theft',
  'theft.alarm': 'theft',
  'theft.position': 'theft',
  'theft.ended': 'theft',
  'audit.checkpoint': 'audit',
};

/** A24: a position leaves for these purposes only. */
const PURPOSES_WITH_POSITION: ReadonlySet<BackendPurpose> = new Set(['theft']);
const POSITION = /(^|\.)(lat|lon|position|currentlocation)/i;

export interface Tenant {
  /** Stands in topics: lower case letters, digits, hyphens. */
  readonly name: string;
  /** 32 secret bytes; whoever has them can tell which pseudonym is which device. */
  readonly pseudonymKey: Uint8Array;
}

export type EventData = Readonly<Record<string, unknown>>;

/** Something that happened, before a tenant hears of it under its own names. */
export interface Happening {
  readonly type: BackendType;
  readonly device: string;
  /** What makes it this one happening, for a stable event id: it may name a device, and is hashed. */
  readonly identity: string;
  /** Key of the trip it is about. */
  readonly trip: string | null;
  readonly atMs: number;
  readonly data: EventData;
  /** Of whom or of what else it is, by names that each tenant gets its own pseudonym for. */
  readonly names?: Readonly<Record<string, string>>;
}

/** An event without its number, which the commit gives it. */
export interface BackendEvent {
  readonly tenant: string;
  readonly topic: string;
  readonly id: string;
  readonly type: BackendType;
  readonly subject: string;
  readonly atMs: number;
  readonly data: EventData;
}

const PSEUDONYM_CHARS = 32;

export function pseudonym(key: Uint8Array, text: string, crypto: Crypto): string {
  return toHex(crypto.hmacSha256(key, utf8(text))).slice(0, PSEUDONYM_CHARS);
}

export function eventsOf(happening: Happening, tenants: readonly Tenant[], crypto: Crypto): BackendEvent[] {
  const { type, device, identity, trip, atMs, data, names } = happening;
  const purpose = PURPOSE_OF[type];
  if (!PURPOSES_WITH_POSITION.has(purpose) && Object.keys(data).some((item) => POSITION.test(item))) {
    throw new TypeError(`${type} may not hold a position`);
  }
  return tenants.map(({ name, pseudonymKey }) => ({
    tenant: name,
    topic: backendTopic(name, purpose, type),
    id: pseudonym(pseudonymKey, `event/${type}/${identity}`, crypto),
    type,
    subject: pseudonym(pseudonymKey, `device/${device}`, crypto),
    atMs,
    data: {
      ...(trip === null ? {} : { tripId: pseudonym(pseudonymKey, `trip/${trip}`, crypto) }),
      ...pseudonyms(names, pseudonymKey, crypto),
      ...data,
    },
  }));
}

function pseudonyms(names: Happening['names'] = {}, key: Uint8Array, crypto: Crypto): EventData {
  return Object.fromEntries(Object.entries(names).map(([item, name]) => [item, pseudonym(key, name, crypto)]));
}

/** Sixteen digits, because the sequence extension of CloudEvents is compared as text. */
const SEQUENCE_DIGITS = 16;

/** The JSON text of an event; `sequence` counts its tenant's events from 1 without gaps. */
export function cloudEvent(event: BackendEvent, sequence: number): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source: '/bordbox/gateway',
    type: event.type,
    subject: event.subject,
    time: isoUtc(event.atMs),
    datacontenttype: 'application/json',
    sequence: String(sequence).padStart(SEQUENCE_DIGITS, '0'),
    data: event.data,
  });
}

export function isTenantName(text: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(text);
}
