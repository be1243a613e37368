/**
 * What becomes of the records of access when a person is erased (B11, B37, B107, B115): records of the person go, and
 * those that name the person forget the name. A box whose owner goes belongs to nobody under the next number, which
 * it hears with its next contact; keys that were shared with the person are revoked in the same way.
 */

import type { AccessDocument, DocumentWrite } from '../access/access-store.ts';
import { BINDING, type BindingRecord, UNBOUND } from '../access/binding-record.ts';
import { BOX, type BoxRecord } from '../access/box-record.ts';
import { COURIER } from '../access/courier-record.ts';
import { DELIVERY, type DeliveryRecord } from '../access/delivery-record.ts';
import { HAND_OVER } from '../access/hand-over-record.ts';
import { LEASE } from '../access/lease-record.ts';
import { ACCESS_LIMITS } from '../access/limits.ts';
import { keyOf, type RecordKind, readRecord, splitKey } from '../access/record-kind.ts';
import { REQUEST } from '../access/request-record.ts';
import { THEFT } from '../access/theft-record.ts';

/** Boxes that belong to a subject. */
export function boxesOf(subject: string, documents: readonly AccessDocument[]): readonly string[] {
  return documents.flatMap(({ key, json }) => {
    const { name, id } = splitKey(key);
    if (name !== BINDING.name || json === undefined) return [];
    return readRecord(BINDING, key, json).owner === subject ? [id] : [];
  });
}

/** Keys of the records that are about a subject, or about something that was. */
export function keysAbout(subject: string, documents: readonly AccessDocument[]): ReadonlySet<string> {
  const gone = new Set<string>();
  let before = -1;
  // Records name records: once more until nothing is added.
  while (gone.size !== before) {
    before = gone.size;
    for (const { key, json } of documents) if (json !== undefined && isAbout(subject, key, json, gone)) gone.add(key);
  }
  return gone;
}

export function erasureOf(subject: string, documents: readonly AccessDocument[]): readonly DocumentWrite[] {
  const gone = keysAbout(subject, documents);
  return documents.flatMap((document) => {
    const { key, version: expected } = document;
    if (gone.has(key)) return [{ key, expected, json: null, dueMs: null }];
    const { name } = splitKey(key);
    if (name === BINDING.name) return changed(BINDING, document, (binding) => unbound(subject, binding, gone));
    if (name === BOX.name) return changed(BOX, document, (box) => forgotten(subject, box, gone));
    if (name !== DELIVERY.name) return [];
    return changed(DELIVERY, document, (delivery) => withoutCourier(subject, delivery, gone));
  });
}

function changed<T>(
  kind: RecordKind<T>,
  { key, version: expected, json }: AccessDocument,
  change: (record: T) => T,
): readonly DocumentWrite[] {
  if (json === undefined) return [];
  const record = readRecord(kind, key, json);
  const next = change(record);
  if (next === record) return [];
  return [{ key, expected, json: JSON.stringify(next), dueMs: kind.dueMs(next, ACCESS_LIMITS) }];
}

function isAbout(subject: string, key: string, json: string, gone: ReadonlySet<string>): boolean {
  const { name, id } = splitKey(key);
  if (id === subject || id.startsWith(`${subject}/`)) return true;
  const isGone = (kind: { readonly name: string }, of: string | null): boolean =>
    of !== null && gone.has(keyOf(kind, of));
  switch (name) {
    case LEASE.name: {
      const { box, holder, request, delivery } = readRecord(LEASE, key, json);
      return box === subject || holder === subject || isGone(REQUEST, request) || isGone(DELIVERY, delivery);
    }
    case REQUEST.name: {
      const { box, person, delivery } = readRecord(REQUEST, key, json);
      return box === subject || person === subject || isGone(DELIVERY, delivery);
    }
    case DELIVERY.name: {
      const { box, owner } = readRecord(DELIVERY, key, json);
      return box === subject || owner === subject;
    }
    case HAND_OVER.name: {
      const { box, owner, person } = readRecord(HAND_OVER, key, json);
      return [box, owner, person].includes(subject);
    }
    case THEFT.name:
      return readRecord(THEFT, key, json).owner === subject;
    case COURIER.name:
      return isGone(DELIVERY, readRecord(COURIER, key, json).delivery);
    default:
      return false;
  }
}

function unbound(subject: string, binding: BindingRecord, gone: ReadonlySet<string>): BindingRecord {
  const { owner, number, grants, revoked, deliveries, handOver } = binding;
  if (owner === subject) return { ...UNBOUND, number: number + 1 };
  const keptDeliveries = deliveries.filter((id) => !gone.has(keyOf(DELIVERY, id)));
  const keptHandOver = handOver !== null && gone.has(keyOf(HAND_OVER, handOver)) ? null : handOver;
  const lost = grants.filter(({ holder }) => holder === subject);
  if (lost.length === 0 && keptDeliveries.length === deliveries.length && keptHandOver === handOver) return binding;
  const told = lost.filter(({ id, revoked: is }) => !is && !revoked.includes(id)).map(({ id }) => id);
  return {
    ...binding,
    number: number + (told.length === 0 ? 0 : 1),
    grants: grants.filter(({ holder }) => holder !== subject),
    revoked: [...revoked, ...told],
    deliveries: keptDeliveries,
    handOver: keptHandOver,
  };
}

function forgotten(subject: string, box: BoxRecord, gone: ReadonlySet<string>): BoxRecord {
  const { via, leases, waiting, opening } = box;
  const next: BoxRecord = {
    ...box,
    via: via === subject ? null : via,
    leases: leases.filter((id) => !gone.has(keyOf(LEASE, id))),
    waiting: waiting.filter((id) => !gone.has(keyOf(REQUEST, id))),
    opening: opening !== null && gone.has(keyOf(DELIVERY, opening)) ? null : opening,
  };
  return JSON.stringify(next) === JSON.stringify(box) ? box : next;
}

function withoutCourier(subject: string, delivery: DeliveryRecord, gone: ReadonlySet<string>): DeliveryRecord {
  const { courier, reserved, locating } = delivery;
  const isGone = (id: string | null): boolean => id !== null && gone.has(keyOf(REQUEST, id));
  if (courier !== subject && !isGone(reserved) && !isGone(locating)) return delivery;
  return {
    ...delivery,
    courier: courier === subject ? null : courier,
    reserved: isGone(reserved) ? null : reserved,
    locating: isGone(locating) ? null : locating,
  };
}
