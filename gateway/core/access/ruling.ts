/** What a rule makes of a request: the end of it, or a command that a box has to carry out. */

import type { DeliveryState, Refusal, RequestKind, SharedKey } from '../../../protocol/access-messages.ts';
import type { Draft } from './draft.ts';
import type { BelievedRequest } from './message.ts';
import type { PartyRecord } from './party-record.ts';

export interface Refused {
  readonly verdict: 'refused';
  readonly reason: Refusal;
  readonly delivery?: string;
}

/** Records were changed, and that was all that there was to do. */
export interface Done {
  readonly verdict: 'executed';
  readonly delivery?: string;
  readonly state?: DeliveryState;
  readonly keys?: readonly SharedKey[];
  /** Number of the TAN that the reply shows. */
  readonly tan?: number;
}

/** A lease is wanted. */
export interface Command {
  readonly verdict: 'pending';
  readonly delivery?: string;
  readonly celsius?: number;
  readonly person?: string;
}

export type Ruling = Refused | Done | Command;

export function refused(reason: Refusal, delivery?: string): Refused {
  return { verdict: 'refused', reason, ...(delivery === undefined ? {} : { delivery }) };
}

/** A request whose sender, signature, time and box are in order. */
export interface Asked {
  readonly draft: Draft;
  readonly message: BelievedRequest & { readonly boxKey: Uint8Array };
  readonly party: PartyRecord;
  /** Id of the request's record. */
  readonly id: string;
}

export type Rule = (asked: Asked) => Ruling;
export type Rules = Readonly<Partial<Record<RequestKind, Rule>>>;
