/** What became of a lease, or of the use of a key beside the car. The first word about a lease stays. */

import { toHex } from '../../../protocol/bytes.ts';
import { serviceOf } from '../../../protocol/services.ts';
import { AuditOutcome } from '../audit/payload.ts';
import { evidenceOf } from './box-body.ts';
import { hearWord } from './box-talk.ts';
import type { Draft } from './draft.ts';
import { endRequest } from './ending.ts';
import { opened } from './following.ts';
import { LEASE } from './lease-record.ts';
import type { ResultWord } from './message.ts';
import { SEEN } from './seen-record.ts';
import { trackingEnded, trackingStarted } from './theft.ts';

export function decideResult(draft: Draft, word: ResultWord): void {
  const { box, result, via } = word;
  const id = toHex(result.id);
  hearWord(draft, box, toHex(result.boot), result.atMs, via);
  draft.settle(box, id);
  if (result.cause === 'lease') leaseAnswered(draft, word, id);
  else keyUsed(draft, word, id);
}

function leaseAnswered(draft: Draft, word: ResultWord, id: string): void {
  const { outcome, reason, body } = word.result;
  const lease = draft.get(LEASE, id);
  if (lease?.box !== word.box) foreignLease(draft, word, id);
  else if (lease.outcome !== null) {
    draft.count(lease.outcome === outcome ? 'access/results-again' : 'access/results-that-differ');
  } else {
    endRequest(draft, lease.request, {
      outcome,
      ...(reason === undefined ? {} : { reason }),
      ...(body === undefined ? {} : { body }),
      signed: { key: word.boxKey, bytes: word.bytes },
    });
  }
}

/** B41, A16: a key that was used beside the car comes into the log with the box's own signature. */
function keyUsed(draft: Draft, word: ResultWord, id: string): void {
  const { box, result } = word;
  if (!enterOnce(draft, word, id)) return;
  if (result.outcome !== 'executed') return;
  // B92: the owner's own key switches tracking beside the car; the call centre hears of it all the same.
  if (result.action === 'track-on') trackingStarted(draft, box, result.holder, id);
  if (result.action === 'track-off') trackingEnded(draft, box);
  if (result.action === 'unlock' || result.action === 'trunk' || result.action === 'start') {
    opened(draft, box, result.action, result.holder, `${box}/${id}`, result.cause);
  }
}

/** A box that acts on a lease of which we have no record: somebody else has a key of ours, or the store was restored. */
function foreignLease(draft: Draft, word: ResultWord, id: string): void {
  if (enterOnce(draft, word, id)) draft.count('access/leases-unknown');
}

function enterOnce(draft: Draft, { box, boxKey, bytes, result }: ResultWord, id: string): boolean {
  const seen = `${box}/${id}`;
  if (draft.get(SEEN, seen) !== undefined) return false;
  draft.put(SEEN, seen, { atMs: draft.context.nowMs });
  const { outcome, reason, action, holder, cause, body } = result;
  const evidence = { ...(body === undefined ? {} : { body }), signed: { key: boxKey, bytes } };
  const service = cause === 'lease' ? serviceOf(action, false) : 'digital-key';
  draft.record(box, AuditOutcome, {
    kind: 'outcome',
    box,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    what: action,
    who: holder,
    ...(cause === 'lease' ? { lease: result.id } : {}),
    ...evidenceOf(draft, service, evidence),
  });
  return true;
}
