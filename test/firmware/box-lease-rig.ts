/** A box and a bare issuer, for tests of leases. */

import assert from 'node:assert/strict';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import type { Action, BoxResult, Lease } from '../../protocol/access-messages.ts';
import { type BoxRig, type BoxRigOptions, boxRig } from '../../scripts/races/box-rig.ts';

export const crypto = nodeCrypto();

/** Online, and the office has its clock. */
export function rigOf(options: Partial<BoxRigOptions> = {}): BoxRig {
  const rig = boxRig({ crypto, ...options });
  rig.run(10_000);
  return rig;
}

export function verdictOf(result: BoxResult | undefined): string {
  return result === undefined ? 'silence' : [result.outcome, result.reason].filter(Boolean).join(' ');
}

/** Sends a lease that the office does not know of; what the box says to it. */
export function send(rig: BoxRig, wish: { action: Action; celsius?: number }, change: Partial<Lease> = {}): string {
  const lease = rig.office.lease(wish, change);
  rig.checker.issued({ id: lease.cti, action: lease.action, boot: lease.boot, endMs: lease.endMs });
  rig.downlink('lease', rig.office.sealLease(lease));
  rig.run(3_000);
  return verdictOf(rig.office.resultOf(lease.cti));
}

/** The car as it was, and nobody complains. */
export function unmoved(rig: BoxRig): void {
  const { doorsLocked, trunkLocked, lidOpen } = rig.body.state;
  assert.deepEqual({ doorsLocked, trunkLocked, lidOpen }, { doorsLocked: true, trunkLocked: true, lidOpen: false });
  assert.deepEqual(rig.station.actuations, []);
  assert.deepEqual(rig.checker.violations, []);
}
