import type { Lease } from '../../../protocol/access-messages.ts';
import { BOX, boxNowMs } from './box-record.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './hex.ts';
import type { LeaseRecord } from './lease-record.ts';

/** Always the same for one lease: Ed25519 then gives the same bytes as well. */
export function leaseMessage(draft: Draft, id: string, lease: LeaseRecord): Lease {
  const { box, action, boot, endMs, holder, delivery, celsius } = lease;
  return {
    iss: draft.context.issuer,
    aud: box,
    cti: bytesOf(id),
    action,
    boot: bytesOf(boot),
    endMs,
    holder,
    ...(delivery === null ? {} : { delivery: bytesOf(delivery) }),
    ...(celsius === null ? {} : { celsius }),
  };
}

/** Whether the box may still act on it, as far as the gateway can know. */
export function isAlive(draft: Draft, { box: id, boot, endMs, outcome }: LeaseRecord): boolean {
  const box = draft.get(BOX, id);
  return outcome === null && box?.boot === boot && boxNowMs(box, draft.context.nowMs) < endMs;
}
