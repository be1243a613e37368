/** What a person gets on request (Art. 15 and 20 GDPR; B105, B110): everything, with purposes and recipients, in JSON. */

import { toHex } from '../../../protocol/bytes.ts';
import type { ClosedTrip, TripScore } from '../../scoring/closed-trip.ts';
import type { AccessDocument } from '../access/access-store.ts';
import type { StoredEntry } from '../audit/audit-store.ts';
import type { DeviceRecord } from '../enrolment.ts';
import { isoUtc } from '../iso-utc.ts';
import type { StoredFrame } from '../store.ts';
import type { PrivacyRecord } from './privacy-record.ts';
import type { Holdings } from './privacy-store.ts';
import { PROCESSING } from './processing.ts';
import { VIEWS } from './view.ts';

export const EXPORT_FORMAT = 'bordbox privacy export 1';

export interface Exported {
  readonly subject: string;
  readonly verified: string;
  readonly nowMs: number;
  readonly record: PrivacyRecord;
  readonly device: DeviceRecord | null;
  readonly holdings: Holdings;
  readonly frames: readonly StoredFrame[];
  readonly trips: readonly { readonly key: string; readonly trip: ClosedTrip; readonly score: TripScore }[];
  readonly documents: readonly AccessDocument[];
  readonly audit: readonly StoredEntry[];
}

/** Of records of access: what proves a secret of somebody else, or is one. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(['mac', 'held']);

export function exportDocument(given: Exported): Readonly<Record<string, unknown>> {
  const { subject, verified, nowMs, record } = given;
  return {
    format: EXPORT_FORMAT,
    subject,
    createdAt: isoUtc(nowMs),
    identityVerified: verified,
    processing: PROCESSING,
    views: VIEWS,
    rights: { ...record, contractEnd: record.contractEndMs === null ? null : isoUtc(record.contractEndMs) },
    // B12: unreadable for every purpose but the legal one; the person hears that, why, and until when.
    data: record.blocked === null ? dataOf(given) : null,
  };
}

function dataOf({ device, holdings, frames, trips, documents, audit }: Exported): Readonly<Record<string, unknown>> {
  const { boots, state, configuration, outbox, quarantine } = holdings;
  return {
    device: device === null ? null : { ...device, publicKey: toHex(device.publicKey) },
    configuration,
    state: state === null ? null : { ...state, hash: toHex(state.hash) },
    boots,
    trips: trips.map(tripOf),
    tripStates: holdings.trips,
    frames: frames.map(({ hash, bytes, ...frame }) => ({ ...frame, hash: toHex(hash), signed: toHex(bytes) })),
    access: documents.map(({ key, json = 'null' }) => ({ key, record: withoutSecrets(JSON.parse(json)) })),
    audit: audit.map(({ chain, seq, atMs, secret }) => ({
      chain,
      seq,
      time: isoUtc(atMs),
      payload: secret === null || secret.blocked ? null : toHex(secret.payload),
    })),
    waitingEvents: outbox.map(({ topic, json }) => ({ topic, event: JSON.parse(json) })),
    notBelieved: quarantine.map(({ head, ...row }) => ({ ...row, head: toHex(head) })),
  };
}

function tripOf({ key, trip, score }: Exported['trips'][number]): Readonly<Record<string, unknown>> {
  const { track, startUtcMs, endUtcMs, distanceM, occurrences, whole } = trip;
  return {
    key,
    start: isoUtc(startUtcMs),
    end: isoUtc(endUtcMs),
    distanceM,
    whole,
    score,
    occurrences,
    track: {
      utcMs: [...track.utcMs],
      fix: [...track.fix],
      latE6: [...track.latE6],
      lonE6: [...track.lonE6],
      speedDmS: [...track.speedDmS],
      headingDeg: [...track.headingDeg],
    },
  };
}

function withoutSecrets(record: unknown): unknown {
  if (typeof record !== 'object' || record === null) return record;
  return Object.fromEntries(Object.entries(record).filter(([field]) => !SECRET_FIELDS.has(field)));
}
