/**
 * The backend plane: CloudEvents 1.0 in structured JSON, one copy a tenant under that tenant's pseudonyms.
 * Data carry places, times and kilometres, never a position, a device id or a route (C9, C24, C49, C50).
 */

import { toHex, utf8 } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { backendTopic } from '../../protocol/topics.ts';
import { isoUtc } from './iso-utc.ts';

export type BackendType = 'trip.started' | 'trip.closed' | 'trip.scored' | 'device.state' | 'device.alarm';
export type BackendPurpose = 'tariff' | 'operation';

const PURPOSE_OF: Record<BackendType, BackendPurpose> = {
  'trip.started': 'tariff',
  'trip.closed': 'tariff',
  'trip.scored': 'tariff',
  'device.state': 'operation',
  'device.alarm': 'operation',
};

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
  const { type, device, identity, trip, atMs, data } = happening;
  return tenants.map(({ name, pseudonymKey }) => ({
    tenant: name,
    topic: backendTopic(name, PURPOSE_OF[type], type),
    id: pseudonym(pseudonymKey, `event/${type}/${identity}`, crypto),
    type,
    subject: pseudonym(pseudonymKey, `device/${device}`, crypto),
    atMs,
    data: trip === null ? data : { tripId: pseudonym(pseudonymKey, `trip/${trip}`, crypto), ...data },
  }));
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
