/** The third thing that the demonstration shows: what the gateway did can be proved with its public key alone. */

import type { StoredEntry } from '../gateway/core/audit/audit-store.ts';
import { decodePayload } from '../gateway/core/audit/payload.ts';
import { checkProof } from '../gateway/core/audit/proof.ts';
import { verifyCopy } from '../gateway/core/audit/verify-copy.ts';
import { fromHex } from '../protocol/bytes.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { withFile } from './audit/given.ts';
import { proofOf } from './audit/prove.ts';
import type { CloudEvent } from './in-process-gateway.ts';

export interface AuditVerdict {
  /** No flaw in the whole copy, the last published checkpoint holds, and the opening of the trunk is proved. */
  readonly verified: boolean;
  readonly entries: number;
}

/** `events`: what the tenant has heard; `gatewayKey`: all that the verifier knows. */
export async function verifyDemoAudit(
  folder: string,
  box: string,
  gatewayKey: Uint8Array,
  events: readonly CloudEvent[],
  crypto: Crypto,
): Promise<AuditVerdict> {
  const published = events.filter(({ type }) => type === 'audit.checkpoint').flatMap(({ data }) => signedIn(data));
  return withFile(folder, async (file) => {
    const copy = verifyCopy(file, { keys: [gatewayKey], published }, crypto);
    const reader = file.reader();
    const opening = (await reader.entries(box, 0, 1000)).find(isOpening);
    const sound = file.damage() === null && copy.flaws.length === 0 && copy.uncovered === 0 && published.length > 0;
    if (!sound || opening === undefined) return { verified: false, entries: copy.entries };
    const proof = await proofOf(reader, opening, undefined, crypto);
    const proved = checkProof(proof, [gatewayKey], published.at(-1) ?? null, crypto);
    return { verified: proved.ok, entries: copy.entries };
  });
}

function signedIn({ signed }: CloudEvent['data']): Uint8Array[] {
  const bytes = typeof signed === 'string' ? fromHex(signed) : null;
  return bytes === null ? [] : [bytes];
}

/** The outcome of the redeemed TAN, with the box's signature in it. */
function isOpening({ secret }: StoredEntry): boolean {
  const payload = secret === null ? null : decodePayload(secret.payload);
  if (payload === null || !payload.ok || payload.value.kind !== 'outcome') return false;
  const { what, outcome, result } = payload.value;
  return what === 'trunk' && outcome === 'executed' && result !== undefined;
}
