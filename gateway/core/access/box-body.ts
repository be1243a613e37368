/** What a box says of its car, and how much of it goes on (B51, A24): checked on the box, and here again. */

import type { BodyState } from '../../../protocol/access-messages.ts';
import { ITEM_OF, maySend, type ServiceName, type Switches, serviceOf } from '../../../protocol/services.ts';
import { actionOf } from './action-of.ts';
import { BOX, switchesOf } from './box-record.ts';
import type { Draft } from './draft.ts';
import type { RequestRecord } from './request-record.ts';

/** Bytes as the box signed them, and its public key. */
export interface Evidence {
  readonly key: Uint8Array;
  readonly bytes: Uint8Array;
}

type Field = keyof BodyState;

/** The fields that this service may send now. */
export function permitted(service: ServiceName, body: BodyState, switches: Switches): BodyState {
  const fields = Object.entries(body).filter(([name]) => maySend(service, ITEM_OF[name as Field], switches));
  return Object.fromEntries(fields);
}

/** What the phone that asked is shown; null when that is nothing. */
export function shownBody(draft: Draft, request: RequestRecord, body: BodyState | undefined): BodyState | null {
  const action = actionOf(request.kind);
  if (body === undefined || action === null || request.kind === 'redeem') return null;
  const service = serviceOf(action, request.delivery !== null);
  const shown = permitted(service, body, switchesOf(draft.get(BOX, request.box)));
  if (Object.keys(shown).length < Object.keys(body).length) draft.count('access/items-withheld');
  if (request.kind !== 'locate-once') return Object.keys(shown).length === 0 ? null : shown;
  // A12: where the car is, and nothing else.
  const { latE6, lonE6 } = shown;
  return latE6 === undefined || lonE6 === undefined ? null : { latE6, lonE6 };
}

/**
 * The box's signed result for the audit log. A position belongs to its service alone (A24), and so does an item that
 * should not have been sent: of such a result the log has its outcome only.
 */
export function evidenceOf(
  draft: Draft,
  service: ServiceName,
  { body, signed }: { readonly body?: BodyState; readonly signed?: Evidence },
): { readonly key?: Uint8Array; readonly result?: Uint8Array } {
  if (signed === undefined) return {};
  if (body !== undefined && !isHarmless(service, body)) {
    draft.count('access/evidence-withheld');
    return {};
  }
  return { key: signed.key, result: signed.bytes };
}

const ON: Switches = { online: true, profile: true };

export function isHarmless(service: ServiceName, body: BodyState): boolean {
  return Object.keys(body).every((name) => {
    const item = ITEM_OF[name as Field];
    return item !== 'position' && maySend(service, item, ON);
  });
}
