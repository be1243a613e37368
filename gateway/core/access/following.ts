/** What follows in the records when a command ends. */

import type { BodyState, DeliveryState, Outcome } from '../../../protocol/access-messages.ts';
import type { Evidence } from './box-body.ts';
import type { Draft } from './draft.ts';
import { handBackEnded, handOverEnded } from './hand-over-ended.ts';
import { locatingEnded } from './locating.ts';
import { redeemEnded } from './opening.ts';
import { type RequestRecord, splitRequestId } from './request-record.ts';
import { trackingEnded, trackingStarted } from './theft.ts';

interface Ended {
  readonly outcome: Outcome;
  readonly body?: BodyState;
  readonly signed?: Evidence;
}

/** The state of its delivery, for a request that concerns one. */
export function follow(draft: Draft, id: string, request: RequestRecord, end: Ended): DeliveryState | null {
  const { kind, box } = request;
  const { party, cti } = splitRequestId(id);
  const executed = end.outcome === 'executed';
  if (kind === 'redeem') return redeemEnded(draft, request, end.outcome);
  if (kind === 'locate-once') return locatingEnded(draft, request, executed);
  if (!executed) return null;
  if (kind === 'hand-over') handOverEnded(draft, request, party, end.signed);
  else if (kind === 'hand-back') handBackEnded(draft, box, end.signed);
  else if (kind === 'track-on') trackingStarted(draft, box, party, cti);
  else if (kind === 'track-off') trackingEnded(draft, box);
  else if (kind === 'unlock' || kind === 'trunk') opened(draft, box, kind, party, id);
  return null;
}

/** A16: every opening can be followed, whoever opened. */
export function opened(draft: Draft, box: string, what: string, person: string, identity: string, by = 'lease'): void {
  draft.happened({
    type: 'access.opened',
    device: box,
    identity,
    data: { what, by },
    names: { person: `person/${person}` },
  });
}
