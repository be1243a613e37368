/** The operator's work on the store, beside gateways that run on it. */

import type { Crypto } from '../../protocol/crypto.ts';
import { type Result, refuse } from '../../protocol/result.ts';
import type { AccessStore } from '../core/access/access-store.ts';
import { Draft } from '../core/access/draft.ts';
import { ACCESS_LIMITS } from '../core/access/limits.ts';
import {
  decideOperator,
  type OperatorAction,
  type OperatorDone,
  type OperatorReason,
  operatorKeys,
} from '../core/access/operator.ts';

export interface OperatorPorts {
  readonly crypto: Crypto;
  /** UTC milliseconds. */
  now(): number;
  random(count: number): Uint8Array;
}

const TRIES_MAX = 50;

/** Does it, or says why not; what was refused has changed nothing. */
export async function operate(
  store: AccessStore,
  action: OperatorAction,
  { crypto, now, random }: OperatorPorts,
): Promise<Result<OperatorDone, OperatorReason>> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const draft = new Draft({
      nowMs: now(),
      crypto,
      tenants: [],
      tanKeys: { ofDay: () => null },
      issuer: '',
      issuersNumber: null,
      limits: ACCESS_LIMITS,
      random,
    });
    await load(store, draft, action);
    const done = decideOperator(draft, action);
    if (!done.ok || (await store.commit(draft.writes()))) return done;
  }
  return refuse('busy');
}

async function load(store: AccessStore, draft: Draft, action: OperatorAction): Promise<void> {
  for (;;) {
    const missing = operatorKeys(action, draft).filter((key) => !draft.holds(key));
    if (missing.length === 0) return;
    draft.add((await store.load(missing)).values());
  }
}
