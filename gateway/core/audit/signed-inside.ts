/** What was signed by phones and boxes, checked inside the payload that holds it. */

import { BoxReport, BoxResult, Request } from '../../../protocol/access-messages.ts';
import { sameBytes } from '../../../protocol/bytes.ts';
import type { Crypto } from '../../../protocol/crypto.ts';
import { unseal } from '../../../protocol/envelope.ts';
import { deviceIdOf } from '../../../protocol/identity.ts';
import { GATEWAY_CHAIN } from './entry.ts';
import type { AuditAttempt, AuditOutcome, AuditPayload, AuditReport } from './payload.ts';

/** Why a payload contradicts what is signed in it or the chain that it stands in; null when it does not. */
export function contradictionIn(payload: AuditPayload, chain: string, crypto: Crypto): string | null {
  switch (payload.kind) {
    case 'attempt':
      return attemptFlaw(payload, chain, crypto);
    case 'outcome':
      return outcomeFlaw(payload, chain, crypto);
    case 'report':
      return reportFlaw(payload, chain, crypto);
    case 'act':
      return payload.box === undefined || payload.box === chain ? null : OTHER_BOX;
    case 'lapse':
      return null;
  }
}

const OTHER_BOX = 'it is about another box than its chain';

function attemptFlaw(attempt: AuditAttempt, chain: string, crypto: Crypto): string | null {
  const { box, who, key, request, what, cti } = attempt;
  if (chain !== GATEWAY_CHAIN && box !== chain) return OTHER_BOX;
  if (deviceIdOf(key, crypto) !== who) return 'its key is not the key of who asked';
  if (request === undefined) return null;
  const opened = unseal(Request, request, { type: 'bb-request', direction: 'up', device: who }, key, crypto);
  if (!opened.ok) {
    // A phone can sign what is no request; that is in the log without a word on what it asked for.
    const isSigned = what === undefined && !SIGNATURE_FLAWS.has(opened.reason);
    return isSigned ? null : `the phone did not sign this request (${opened.reason})`;
  }
  const { aud, kind, cti: id } = opened.value;
  const same = what === kind && aud === box && cti !== undefined && sameBytes(cti, id);
  return same ? null : 'it says something else than the request that the phone signed';
}

const SIGNATURE_FLAWS: ReadonlySet<string> = new Set(['too-large', 'framing', 'algorithm', 'type', 'signature']);

function outcomeFlaw(outcome: AuditOutcome, chain: string, crypto: Crypto): string | null {
  const { box, key, result } = outcome;
  if (box !== chain) return OTHER_BOX;
  const redemption = redemptionFlaw(outcome, crypto);
  if (redemption !== null || result === undefined) return redemption;
  if (key === undefined || deviceIdOf(key, crypto) !== box) return 'its key is not the key of the box';
  const opened = unseal(BoxResult, result, { type: 'bb-result', direction: 'up', device: box }, key, crypto);
  if (!opened.ok) return `the box did not sign this result (${opened.reason})`;
  return saysSame(outcome, opened.value) ? null : 'it says something else than the result that the box signed';
}

/** A17: the redemption that used a TAN up proves who did it. */
function redemptionFlaw({ box, request, phone, who, cti, delivery }: AuditOutcome, crypto: Crypto): string | null {
  if (request === undefined && phone === undefined) return null;
  if (request === undefined || phone === undefined || who === undefined || deviceIdOf(phone, crypto) !== who) {
    return 'its key is not the key of who asked';
  }
  const opened = unseal(Request, request, { type: 'bb-request', direction: 'up', device: who }, phone, crypto);
  if (!opened.ok) return `the phone did not sign this redemption (${opened.reason})`;
  const { iss, aud, kind, cti: id, delivery: parcel } = opened.value;
  const same =
    iss === who &&
    aud === box &&
    kind === 'redeem' &&
    sameBytes(cti ?? NONE, id) &&
    sameBytes(delivery ?? NONE, parcel ?? NONE);
  return same ? null : 'it says something else than the redemption that the phone signed';
}

function saysSame({ what, lease, outcome, reason }: AuditOutcome, signed: BoxResult): boolean {
  if (outcome !== signed.outcome || reason !== signed.reason) return false;
  if (lease !== undefined && !sameBytes(lease, signed.id)) return false;
  // Asked about an id that it does not know, a box cannot say what it was for.
  return what === signed.action || (outcome !== 'executed' && outcome !== 'no-motion');
}

function reportFlaw({ box, key, report, what, opening }: AuditReport, chain: string, crypto: Crypto): string | null {
  if (box !== chain) return OTHER_BOX;
  if (deviceIdOf(key, crypto) !== box) return 'its key is not the key of the box';
  const opened = unseal(BoxReport, report, { type: 'bb-report', direction: 'up', device: box }, key, crypto);
  if (!opened.ok) return `the box did not sign this report (${opened.reason})`;
  const { what: happened, opening: under } = opened.value;
  const same = what === happened && sameBytes(opening ?? NONE, under ?? NONE);
  return same ? null : 'it says something else than the report that the box signed';
}

const NONE = new Uint8Array();
