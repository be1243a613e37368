/**
 * The keys of the records that a message needs. Records name other records, so this is asked again with what was
 * loaded until nothing is missing. More than is needed does no harm; a record that is missing stops the decision.
 */

import type { Request } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import { unseal } from '../../../protocol/envelope.ts';
import { deviceIdOf } from '../../../protocol/identity.ts';
import { Grant } from '../../../protocol/near-messages.ts';
import { BINDING } from './binding-record.ts';
import { BOX } from './box-record.ts';
import { COURIER } from './courier-record.ts';
import { DELIVERY } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { HAND_OVER } from './hand-over-record.ts';
import { LEASE } from './lease-record.ts';
import type { AccessMessage, BelievedRequest } from './message.ts';
import { keyOfParty, PARTY } from './party-record.ts';
import { onceId } from './presence.ts';
import { QUOTA } from './quota-record.ts';
import { keyOf, type RecordKind, splitKey } from './record-kind.ts';
import { REQUEST, requestId, splitRequestId } from './request-record.ts';
import { SEEN } from './seen-record.ts';
import { THEFT } from './theft-record.ts';

/** Keys that the draft does not hold yet; none when the decision can be made. */
export function missingFacts(draft: Draft, message: AccessMessage): readonly string[] {
  const isTalk = message.kind === 'clock' || message.kind === 'look-after' || looksAtLeases(message);
  const missing: string[] = [];
  const seen = new Set<string>();
  const queue = [...directKeys(draft, message)];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    if (draft.holds(key)) queue.push(...linksOf(draft, key, isTalk));
    else missing.push(key);
  }
  return missing;
}

/** These end rights of others, whose leases may be on their way. */
const ENDS_RIGHTS: ReadonlySet<Request['kind']> = new Set(['pair', 'revoke', 'unpair', 'cancel-order']);

function looksAtLeases(message: AccessMessage): boolean {
  return message.kind === 'request' && (message.clock !== null || ENDS_RIGHTS.has(message.request.kind));
}

function directKeys(draft: Draft, message: AccessMessage): readonly string[] {
  switch (message.kind) {
    case 'flawed':
      return [keyOf(QUOTA, message.party)];
    case 'request':
      return requestKeys(draft, message);
    case 'due':
      return [message.key];
    case 'clock':
    case 'look-after':
      return boxKeys(message.box);
    case 'result': {
      const id = toHex(message.result.id);
      const own = message.result.cause === 'lease' ? [keyOf(LEASE, id)] : [];
      return [...boxKeys(message.box), ...own, keyOf(SEEN, `${message.box}/${id}`), keyOf(THEFT, message.box)];
    }
    case 'report': {
      const { id, opening } = message.report;
      const lease = opening === undefined ? [] : [keyOf(LEASE, toHex(opening))];
      return [...boxKeys(message.box), ...lease, keyOf(SEEN, `${message.box}/${toHex(id)}`), keyOf(THEFT, message.box)];
    }
  }
}

function boxKeys(box: string): readonly string[] {
  return [keyOf(BOX, box), keyOf(BINDING, box)];
}

function requestKeys(draft: Draft, message: BelievedRequest): readonly string[] {
  const { party, request } = message;
  const { aud: box, delivery } = request;
  return [
    ...boxKeys(box),
    keyOf(PARTY, party),
    keyOf(QUOTA, party),
    keyOf(COURIER, party),
    keyOf(REQUEST, requestId(party, toHex(request.cti))),
    ...(delivery === undefined ? [] : [keyOf(DELIVERY, toHex(delivery))]),
    ...kindKeys(draft, party, request),
  ];
}

function kindKeys(draft: Draft, party: string, request: Request): readonly string[] {
  const { kind, aud: box, subject, ticket, presence, person } = request;
  const { crypto } = draft.context;
  if (kind === 'outcome') return subject === undefined ? [] : [keyOf(REQUEST, requestId(party, toHex(subject)))];
  if (kind === 'pair') return ticket === undefined ? [] : [keyOf(SEEN, onceId(box, ticket, crypto))];
  if (kind === 'hand-over') return person === undefined ? [] : [keyOf(PARTY, person)];
  if (kind === 'unpair') return [keyOf(THEFT, box), ...openDeliveries(draft, box)];
  if (kind !== 'share' || presence === undefined) return [];
  return [keyOf(SEEN, onceId(box, presence, crypto)), ...receiverOf(draft, party, request)];
}

function openDeliveries(draft: Draft, box: string): readonly string[] {
  const { deliveries } = held(draft, BINDING, box) ?? { deliveries: [] };
  return deliveries.map((id) => keyOf(DELIVERY, id));
}

/** The receiver of a shared key stands inside the grant, which is looked into only if its owner has signed it. */
function receiverOf(draft: Draft, party: string, { aud, grant }: Request): readonly string[] {
  const owner = held(draft, PARTY, party);
  if (grant === undefined || owner === undefined) return [];
  const { crypto } = draft.context;
  const scope = { type: 'bb-grant', direction: 'sr', device: aud } as const;
  const opened = unseal(Grant, grant, scope, keyOfParty(owner), crypto);
  return opened.ok ? [keyOf(PARTY, deviceIdOf(opened.value.holder, crypto))] : [];
}

function held<T>(draft: Draft, kind: RecordKind<T>, id: string): T | undefined {
  return draft.holds(keyOf(kind, id)) ? draft.get(kind, id) : undefined;
}

/** What a record names. `isTalk`: everything that is open at the box will be looked at. */
function linksOf(draft: Draft, key: string, isTalk: boolean): readonly string[] {
  const { name, id } = splitKey(key);
  if (name === REQUEST.name) return requestLinks(draft, id);
  if (name === LEASE.name) {
    const lease = draft.get(LEASE, id);
    return lease === undefined ? [] : [keyOf(REQUEST, lease.request), ...deliveryKey(lease.delivery)];
  }
  if (name === DELIVERY.name) {
    const delivery = draft.get(DELIVERY, id);
    if (delivery === undefined) return [];
    const { courier, box } = delivery;
    return [...boxKeys(box), ...(courier === null ? [] : [keyOf(COURIER, courier)])];
  }
  if (name === BINDING.name) {
    const handOver = draft.get(BINDING, id)?.handOver ?? null;
    return handOver === null ? [] : [keyOf(HAND_OVER, handOver)];
  }
  if (name !== BOX.name || !isTalk) return [];
  const { leases, waiting } = draft.get(BOX, id) ?? { leases: [], waiting: [] };
  return [...leases.map((lease) => keyOf(LEASE, lease)), ...waiting.map((request) => keyOf(REQUEST, request))];
}

function requestLinks(draft: Draft, id: string): readonly string[] {
  const request = draft.get(REQUEST, id);
  if (request === undefined) return [];
  const { box, lease, delivery } = request;
  return [
    ...boxKeys(box),
    keyOf(PARTY, splitRequestId(id).party),
    ...deliveryKey(delivery),
    ...(lease === null ? [] : [keyOf(LEASE, lease)]),
  ];
}

function deliveryKey(delivery: string | null): readonly string[] {
  return delivery === null ? [] : [keyOf(DELIVERY, delivery)];
}
