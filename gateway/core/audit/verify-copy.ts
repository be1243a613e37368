/**
 * A whole copy of the audit log against nothing but public keys. What is found: any edit, removal, insertion or
 * reordering of what a checkpoint covers, and of anything behind it that was not recomputed to the end; and, given
 * a checkpoint that was published, any truncation before it.
 */

import type { Crypto } from '../../../protocol/crypto.ts';
import { deviceIdOf } from '../../../protocol/identity.ts';
import { openCheckpoint } from './checkpoint.ts';
import type { AuditCopy } from './copied-row.ts';
import { ChainVerifier, type Flaw, printable } from './verify-chain.ts';
import { LogVerifier } from './verify-log.ts';

export interface Verification {
  readonly chains: number;
  readonly entries: number;
  readonly blocked: number;
  readonly erased: number;
  readonly checkpoints: number;
  /** Entries that no checkpoint covers yet. */
  readonly uncovered: number;
  /** The first of each chain and of each log. */
  readonly flaws: readonly Flaw[];
}

export interface Trusted {
  /** Public keys of gateways. */
  readonly keys: readonly Uint8Array[];
  /** Checkpoints as they were published, if any were kept. */
  readonly published: readonly Uint8Array[];
}

export function verifyCopy(copy: AuditCopy, trusted: Trusted, crypto: Crypto): Verification {
  const flaws: Flaw[] = [];
  const chains = verifyChains(copy, crypto, flaws);
  const logs = verifyLogs(copy, trusted, crypto, flaws);
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  return {
    chains: chains.length,
    entries: sum(chains.map(({ counts: { kept, blocked, erased } }) => kept + blocked + erased)),
    blocked: sum(chains.map(({ counts }) => counts.blocked)),
    erased: sum(chains.map(({ counts }) => counts.erased)),
    checkpoints: sum(logs.map(({ counts }) => counts.checkpoints)),
    uncovered: sum(logs.map(({ counts: { entries, covered } }) => Math.max(0, entries - covered))),
    flaws,
  };
}

function verifyChains(copy: AuditCopy, crypto: Crypto, flaws: Flaw[]): ChainVerifier[] {
  const byChain = new Map<string, ChainVerifier>();
  for (const row of copy.entries()) {
    const name = String(row.chain);
    let chain = byChain.get(name);
    if (chain === undefined) {
      chain = new ChainVerifier(name, crypto);
      byChain.set(name, chain);
    }
    chain.take(row);
  }
  const strays = new Map<string, Flaw>();
  for (const { chain, seq } of copy.strayPayloads()) {
    const name = String(chain);
    if (strays.has(name)) continue;
    strays.set(name, {
      where: `chain ${printable(name)} seq ${seq}`,
      text: 'a payload lies here that no entry commits to',
    });
  }
  for (const [name, chain] of byChain) {
    const flaw = chain.finish() ?? strays.get(name);
    if (flaw !== undefined) flaws.push(flaw);
    strays.delete(name);
  }
  flaws.push(...strays.values());
  return [...byChain.values()];
}

function verifyLogs(copy: AuditCopy, { keys, published }: Trusted, crypto: Crypto, flaws: Flaw[]): LogVerifier[] {
  const keyOf = new Map(keys.map((key) => [deviceIdOf(key, crypto), key]));
  const byLog = new Map<string, LogVerifier>();
  const logOf = (name: string): LogVerifier => {
    let log = byLog.get(name);
    if (log === undefined) {
      log = new LogVerifier(name, keyOf.get(name), crypto);
      byLog.set(name, log);
    }
    return log;
  };
  for (const row of copy.checkpoints()) logOf(String(row.log)).takeCheckpoint(row);
  for (const signed of published) {
    const signer = [...keyOf].find(([, key]) => openCheckpoint(signed, key, crypto).ok);
    if (signer !== undefined) logOf(signer[0]).takePublished(signed);
    else flaws.push({ where: 'published checkpoint', text: 'none of the given keys has signed it' });
  }
  for (const row of copy.places()) logOf(String(row.log)).takePlace(row);
  for (const log of byLog.values()) {
    const flaw = log.finish();
    if (flaw !== null) flaws.push(flaw);
  }
  return [...byLog.values()];
}
