/** A12: the courier locates once. Only a position that was given counts. */

import type { DeliveryState } from '../../../protocol/access-messages.ts';
import { DELIVERY } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { happened } from './opening.ts';
import type { RequestRecord } from './request-record.ts';

export function locatingEnded(draft: Draft, { delivery: id }: RequestRecord, executed: boolean): DeliveryState | null {
  const delivery = id === null ? undefined : draft.get(DELIVERY, id);
  if (id === null || delivery === undefined) return null;
  const next = { ...delivery, located: executed, locating: null };
  draft.put(DELIVERY, id, next);
  if (executed) happened(draft, 'delivery.located', id, next, {});
  return delivery.state;
}
