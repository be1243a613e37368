import { readFileSync } from 'node:fs';
import { checkProof, proofFromJson } from '../../gateway/core/audit/proof.ts';
import type { Flaw } from '../../gateway/core/audit/verify-chain.ts';
import { type Trusted, type Verification, verifyCopy } from '../../gateway/core/audit/verify-copy.ts';
import { isoUtc } from '../../gateway/core/iso-utc.ts';
import { StoreError } from '../../gateway/core/store.ts';
import type { AuditFile } from '../../gateway/edge/audit-copy.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { CommandError, EXIT } from '../exit.ts';
import { printJson } from '../output.ts';

/** Prints what a copy is worth; a flaw is exit code 1. */
export function reportCopy(file: AuditFile, trusted: Trusted, json: boolean): void {
  const verification = verifiedOrDamaged(file, trusted);
  const { flaws, ...counts } = verification;
  for (const line of json ? [] : flaws.map(lineOf)) process.stdout.write(`${line}\n`);
  if (json) printJson({ ok: flaws.length === 0, ...counts, flaws });
  if (flaws.length > 0) {
    const found = flaws.length === 1 ? 'one flaw' : `${flaws.length} flaws`;
    throw new CommandError(EXIT.failed, `audit: ${found}: this log is not what the gateway wrote`);
  }
  if (!json) process.stdout.write(`${copyText(verification)}\n`);
}

function verifiedOrDamaged(file: AuditFile, trusted: Trusted): Verification {
  const none = { chains: 0, entries: 0, blocked: 0, erased: 0, checkpoints: 0, uncovered: 0 };
  try {
    const damage = file.damage();
    const verification = verifyCopy(file, trusted, nodeCrypto());
    if (damage === null) return verification;
    return { ...verification, flaws: [{ where: 'file', text: damage }, ...verification.flaws] };
  } catch (error) {
    if (!(error instanceof StoreError && error.kind === 'damaged')) throw error;
    return { ...none, flaws: [{ where: 'file', text: 'it cannot be read to its end' }] };
  }
}

function lineOf({ where, text }: Flaw): string {
  return `${where}: ${text}`;
}

function copyText({ chains, entries, blocked, erased, checkpoints, uncovered }: Verification): string {
  const lapsed = blocked + erased === 0 ? '' : `, ${blocked} payloads blocked and ${erased} erased`;
  const open = uncovered === 0 ? '' : `; ${uncovered} entries wait for the next one`;
  return `audit: no flaw in ${entries} entries of ${chains} chains${lapsed}, under ${checkpoints} checkpoints${open}`;
}

/** Prints what a proof is worth; one that does not hold is exit code 1. */
export function reportProof(path: string, { keys, published }: Trusted, json: boolean): void {
  const crypto = nodeCrypto();
  const proof = proofFromJson(parsed(path), crypto);
  if (!proof.ok) throw new CommandError(EXIT.usage, `audit: ${path} is not a proof as bordbox audit prove writes it`);
  const checked = checkProof(proof.value, keys, published.at(-1) ?? null, crypto);
  if (!checked.ok) {
    if (json) printJson({ ok: false, reason: checked.reason });
    throw new CommandError(EXIT.failed, `audit: the proof does not hold: ${checked.reason}`);
  }
  const { entry, checkpoint, payload } = checked.value;
  const { chain, seq, atMs } = entry;
  const says = payload?.kind ?? 'payload lapsed';
  if (json) printJson({ ok: true, chain, seq, at: isoUtc(atMs), payload: says, checkpoint: checkpoint.number });
  else {
    const under = `checkpoint ${checkpoint.number} of ${isoUtc(checkpoint.atMs)}`;
    process.stdout.write(
      `audit: entry ${seq} of ${chain} (${says}) of ${isoUtc(atMs)} is in the log, under ${under}\n`,
    );
  }
}

function parsed(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
