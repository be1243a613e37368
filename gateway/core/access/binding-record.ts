/** `binding/<box>`: whose box it is and who has keys for it (B34, B37-B43). */

import { ACTIONS, type Action, type Binding } from '../../../protocol/access-messages.ts';
import { bytesOf } from './hex.ts';
import { recordKind } from './record-kind.ts';
import { flag, listOf, oneOf, orNull, type Shaped, shape, text, whole } from './shape.ts';

const grant = shape({
  id: text,
  /** Device id of the holder's phone. */
  holder: text,
  actions: listOf(oneOf(ACTIONS)),
  fromS: whole,
  toS: whole,
  revoked: flag,
});
export type GrantRecord = Shaped<typeof grant>;

const guard = shape({
  number: whole,
  owner: orNull(text),
  ownerKey: orNull(text),
  /** The number under which this owner was paired; keys of an earlier pairing are dead. */
  pairing: whole,
  /** What the box is told: shared keys that were revoked and had not ended when this number was made. */
  revoked: listOf(text),
  grants: listOf(grant),
  /** Deliveries that have not ended. */
  deliveries: listOf(text),
  /** The hand-over that is going on (A8). */
  handOver: orNull(text),
});
export type BindingRecord = Shaped<typeof guard>;

export const BINDING = recordKind<BindingRecord>('binding', guard);

export const UNBOUND: BindingRecord = {
  number: 0,
  owner: null,
  ownerKey: null,
  pairing: 0,
  revoked: [],
  grants: [],
  deliveries: [],
  handOver: null,
};

export function bindingMessage({ number, ownerKey, pairing, revoked }: BindingRecord): Binding {
  const owned = ownerKey === null ? {} : { owner: bytesOf(ownerKey), pairing };
  return { number, ...owned, revoked: revoked.map(bytesOf) };
}

/** Shared keys that have not ended by themselves, revoked ones included. */
export function keysInForce({ grants }: BindingRecord, nowMs: number): readonly GrantRecord[] {
  return grants.filter(({ toS }) => toS * 1000 > nowMs);
}

export function grantsAction({ actions }: GrantRecord, action: Action): boolean {
  return actions.includes(action);
}
