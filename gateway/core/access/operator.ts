/** What the operator does at the gateway: who is known, and the hotline's one power (A18, A22). */

import { toHex } from '../../../protocol/bytes.ts';
import { deviceIdOf } from '../../../protocol/identity.ts';
import { checkPublicKey, type KeyReason } from '../../../protocol/noble.ts';
import { accept, type Result, refuse } from '../../../protocol/result.ts';
import { AuditAct } from '../audit/payload.ts';
import { COURIER } from './courier-record.ts';
import { DELIVERY } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './hex.ts';
import { PARTY, type PartyRecord, type Role } from './party-record.ts';
import { keyOf } from './record-kind.ts';

export type OperatorAction =
  | {
      readonly kind: 'register';
      readonly publicKey: Uint8Array;
      readonly role: Role;
      /** Of a courier. */
      readonly carrier?: string;
    }
  | { readonly kind: 'revoke-party' | 'restore-party'; readonly party: string }
  /** `by`: who answered the hotline. */
  | { readonly kind: 'free-courier'; readonly delivery: string; readonly by: string };

export type OperatorReason =
  | KeyReason
  | 'carrier-missing'
  | 'carrier-unwanted'
  | 'registered-otherwise'
  | 'party-unknown'
  | 'delivery-unknown'
  | 'courier-free'
  | 'too-early'
  /** Other gateways changed the records again and again. */
  | 'busy';

export interface OperatorDone {
  /** Device id of the phone that it was about. */
  readonly party: string;
}

const CARRIER = /^[\x21-\x7e][\x20-\x7e]{0,31}$/;

export function operatorKeys(action: OperatorAction, draft: Draft): readonly string[] {
  if (action.kind === 'register') return [keyOf(PARTY, deviceIdOf(action.publicKey, draft.context.crypto))];
  if (action.kind !== 'free-courier') return [keyOf(PARTY, action.party)];
  const key = keyOf(DELIVERY, action.delivery);
  const courier = draft.holds(key) ? draft.get(DELIVERY, action.delivery)?.courier : null;
  return courier ? [key, keyOf(COURIER, courier)] : [key];
}

export function decideOperator(draft: Draft, action: OperatorAction): Result<OperatorDone, OperatorReason> {
  if (action.kind === 'register') return register(draft, action);
  if (action.kind === 'free-courier') return freeCourier(draft, action.delivery, action.by);
  const record = draft.get(PARTY, action.party);
  if (record === undefined) return refuse('party-unknown');
  draft.put(PARTY, action.party, { ...record, revoked: action.kind === 'revoke-party' });
  return accept({ party: action.party });
}

/** A4, A23: a weak key would let two verifiers disagree, so none is ever registered. */
function register(
  draft: Draft,
  { publicKey, role, carrier }: OperatorAction & { readonly kind: 'register' },
): Result<OperatorDone, OperatorReason> {
  const good = checkPublicKey(publicKey);
  if (!good.ok) return good;
  if (role === 'courier' && (carrier === undefined || !CARRIER.test(carrier))) return refuse('carrier-missing');
  if (role === 'user' && carrier !== undefined) return refuse('carrier-unwanted');
  const party = deviceIdOf(publicKey, draft.context.crypto);
  const known = draft.get(PARTY, party);
  if (known !== undefined) {
    const isSame = known.role === role && known.carrier === (carrier ?? null);
    return isSame ? accept({ party }) : refuse('registered-otherwise');
  }
  const record: PartyRecord = { publicKey: toHex(publicKey), role, carrier: carrier ?? null, revoked: false };
  draft.put(PARTY, party, record);
  return accept({ party });
}

/** A18: after 10 minutes without word. The opening stays open, and the log says that nobody has confirmed its end. */
function freeCourier(draft: Draft, id: string, by: string): Result<OperatorDone, OperatorReason> {
  const delivery = draft.get(DELIVERY, id);
  if (delivery === undefined) return refuse('delivery-unknown');
  const { courier, openMs, box } = delivery;
  if (courier === null || draft.get(COURIER, courier)?.delivery !== id) return refuse('courier-free');
  if (openMs === null || draft.context.nowMs < openMs + draft.context.limits.hotlineMs) return refuse('too-early');
  draft.remove(COURIER, courier);
  draft.record(box, AuditAct, { kind: 'act', who: by, what: 'unconfirmed', box, delivery: bytesOf(id) });
  return accept({ party: courier });
}

const ADVICE: Readonly<Record<OperatorReason, string>> = {
  'key-length': 'is not a key of 32 bytes',
  'key-not-canonical': 'is not a canonical point; make a new key',
  'key-low-order': 'is a weak key (low order); make a new key',
  'key-mixed-order': 'is a weak key (mixed order); make a new key',
  'carrier-missing': 'needs the name of its carrier, 1 to 32 printable characters',
  'carrier-unwanted': 'is no courier, so it has no carrier',
  'registered-otherwise': 'is registered with another role or carrier; a person in two roles has two phones',
  'party-unknown': 'is not registered',
  'delivery-unknown': 'is no delivery here',
  'courier-free': 'holds up no courier',
  'too-early': 'has been open for less than 10 minutes; the box may still report it closed',
  busy: 'is being changed all the time; try again',
};

/** A predicate for "<phone or delivery> ..." that says what to do. */
export function operatorAdvice(reason: OperatorReason): string {
  return ADVICE[reason];
}
