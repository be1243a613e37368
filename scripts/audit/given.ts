/** What a user gives on the command line: files, keys, checkpoints, a box by the beginning of its name. */

import { existsSync, readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { AuditReader } from '../../gateway/core/audit/audit-store.ts';
import { AuditFile } from '../../gateway/edge/audit-copy.ts';
import { fromHex } from '../../protocol/bytes.ts';
import { PUBLIC_KEY_BYTES } from '../../protocol/crypto.ts';
import { CommandError, EXIT } from '../exit.ts';

/** Runs `work` over a store or a copy of one, which is only read. */
export async function withFile<T>(path: string, work: (file: AuditFile) => Promise<T>): Promise<T> {
  if (!existsSync(path)) {
    throw new CommandError(EXIT.usage, `audit: ${path} does not exist; give a data folder or a copy of its gateway.db`);
  }
  const file = new AuditFile(path);
  try {
    return await work(file);
  } finally {
    file.close();
  }
}

/** The one chain whose name begins so. */
export async function chainNamed(reader: AuditReader, word: string): Promise<string> {
  const names = (await reader.chains()).map(({ chain }) => chain);
  const found = names.includes(word) ? [word] : names.filter((name) => name.startsWith(word));
  if (found.length === 1) return found[0];
  const why = found.length === 0 ? 'has no entries here' : `is the beginning of ${found.length} names`;
  throw new CommandError(EXIT.usage, `audit: ${word} ${why}; bordbox audit list names all boxes`);
}

export function collectKey(text: string, others: readonly Uint8Array[] = []): readonly Uint8Array[] {
  const key = fromHex(text);
  if (key?.length !== PUBLIC_KEY_BYTES) throw new InvalidArgumentError('give 64 hexadecimal digits.');
  return [...others, key];
}

/** Hexadecimal digits, a file with them, or a file of events as a subscriber has written them: the last one counts. */
export function collectCheckpoint(word: string, others: readonly Uint8Array[] = []): readonly Uint8Array[] {
  const given = fromHex(word);
  if (given !== null && given.length > 0) return [...others, given];
  if (!existsSync(word)) throw new InvalidArgumentError('give hexadecimal digits, or a file with the published event.');
  const found = readFileSync(word, 'utf8')
    .trim()
    .split('\n')
    .map(checkpointIn)
    .filter((signed) => signed !== null);
  const last = found.at(-1);
  if (last === undefined) throw new InvalidArgumentError('there is no checkpoint in that file.');
  return [...others, last];
}

/** A line may be an event, with its topic before it or not. */
function checkpointIn(line: string): Uint8Array | null {
  const hex = fromHex(line.trim());
  if (hex !== null && hex.length > 0) return hex;
  try {
    const event: unknown = JSON.parse(line.slice(Math.max(0, line.indexOf('{'))));
    const signed = (event as { data?: { signed?: unknown } } | null)?.data?.signed;
    return typeof signed === 'string' ? fromHex(signed) : null;
  } catch {
    return null;
  }
}

export function seqNumber(text: string): number {
  const seq = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seq) || seq < 1) {
    throw new InvalidArgumentError('give the number of an entry, from 1.');
  }
  return seq;
}
