/** Events about subjects that are to be left alone (B109, B112). */

import type { Crypto } from '../../../protocol/crypto.ts';
import { type BackendEvent, pseudonym, type Tenant } from '../backend.ts';

/** Under which tenants know a subject, as a device or as a person. */
export function pseudonymsOf(subject: string, tenants: readonly Tenant[], crypto: Crypto): readonly string[] {
  return tenants.flatMap(({ pseudonymKey }) =>
    ['device', 'person'].map((kind) => pseudonym(pseudonymKey, `${kind}/${subject}`, crypto)),
  );
}

/** Those of `events` that are about none of `stopped`. */
export function withoutStopped(
  events: readonly BackendEvent[],
  stopped: ReadonlySet<string>,
  tenants: readonly Tenant[],
  crypto: Crypto,
): readonly BackendEvent[] {
  if (stopped.size === 0 || events.length === 0) return events;
  const silent = new Set([...stopped].flatMap((subject) => pseudonymsOf(subject, tenants, crypto)));
  return events.filter(({ subject }) => !silent.has(subject));
}
