/** What happens by itself when its time has come. Another gateway may have done it already. */

import { DELIVERY } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { endRequest } from './ending.ts';
import { HAND_OVER } from './hand-over-record.ts';
import { LEASE } from './lease-record.ts';
import { endDelivery, leftOpen } from './opening.ts';
import { QUOTA } from './quota-record.ts';
import { type RecordKind, splitKey } from './record-kind.ts';
import { REQUEST } from './request-record.ts';
import { SEEN } from './seen-record.ts';

export function decideDue(draft: Draft, key: string): void {
  const { name, id } = splitKey(key);
  if (name === REQUEST.name) requestDue(draft, id);
  else if (name === DELIVERY.name) deliveryDue(draft, id);
  else if (name === LEASE.name) removeIfDue(draft, LEASE, id);
  else if (name === HAND_OVER.name) removeIfDue(draft, HAND_OVER, id);
  else if (name === SEEN.name) removeIfDue(draft, SEEN, id);
  else if (name === QUOTA.name) removeIfDue(draft, QUOTA, id);
}

/** The record, if its time has come. */
function dueRecord<T>(draft: Draft, kind: RecordKind<T>, id: string): T | undefined {
  const record = draft.get(kind, id);
  if (record === undefined) return undefined;
  const dueMs = kind.dueMs(record, draft.context.limits);
  return dueMs !== null && dueMs <= draft.context.nowMs ? record : undefined;
}

function removeIfDue<T>(draft: Draft, kind: RecordKind<T>, id: string): void {
  if (dueRecord(draft, kind, id) !== undefined) draft.remove(kind, id);
}

/** Nothing was ever sent to the box: it expires. Later what the box said goes, and then the verdict. */
function requestDue(draft: Draft, id: string): void {
  const request = dueRecord(draft, REQUEST, id);
  if (request === undefined) return;
  if (request.verdict === 'pending') endRequest(draft, id, { outcome: 'expired' });
  else if (request.body !== null) draft.put(REQUEST, id, { ...request, body: null });
  else draft.remove(REQUEST, id);
}

/** A18: 5 and 10 minutes of an opening; A15: the end of its TAN; and the end of its record. */
function deliveryDue(draft: Draft, id: string): void {
  const delivery = dueRecord(draft, DELIVERY, id);
  if (delivery === undefined) return;
  if (delivery.openMs !== null) leftOpen(draft, id, delivery, delivery.alert + 1);
  else if (delivery.endedMs !== null) draft.remove(DELIVERY, id);
  else endDelivery(draft, id, delivery, 'ended', 'time');
}
