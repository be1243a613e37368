/** `request/<phone>/<cti>`: one request and its one verdict. */

import { REQUEST_KINDS, VERDICTS } from '../../../protocol/access-messages.ts';
import { recordKind } from './record-kind.ts';
import { oneOf, orNull, type Shaped, shape, text, whole } from './shape.ts';

const guard = shape({
  /** SHA-256 of the signed bytes: the same id with other bytes is another request. */
  hash: text,
  kind: oneOf(REQUEST_KINDS),
  box: text,
  expS: whole,
  verdict: oneOf(VERDICTS),
  delivery: orNull(text),
  person: orNull(text),
  celsius: orNull(whole),
  /** Id of its lease, once it has one. */
  lease: orNull(text),
  /** The reply in CBOR, without what is not repeated for ever; null while the verdict is pending. */
  answer: orNull(text),
  /** What the box said, in CBOR; kept for minutes. */
  body: orNull(text),
  /** A redemption as the phone signed it, masked while its TAN is alive (`held-request.ts`). */
  held: orNull(text),
  /** Number of the TAN that its reply shows; it is made again from the day's key. */
  tan: orNull(whole),
  doneMs: orNull(whole),
});
export type RequestRecord = Shaped<typeof guard>;

export const REQUEST = recordKind<RequestRecord>('request', guard, (request, limits) => {
  const { verdict, lease, expS, body, doneMs } = request;
  if (verdict === 'pending') return lease === null ? expS * 1000 : null;
  if (doneMs === null) return 0;
  return doneMs + (body === null ? limits.verdictKeptMs : limits.bodyKeptMs);
});

export function requestId(party: string, cti: string): string {
  return `${party}/${cti}`;
}

/** The phone that asked, and the id that it gave its request. */
export function splitRequestId(id: string): { readonly party: string; readonly cti: string } {
  const slash = id.indexOf('/');
  return { party: id.slice(0, slash), cti: id.slice(slash + 1) };
}
