import type { Checkpoint } from '../../../protocol/audit-messages.ts';
import { sameBytes } from '../../../protocol/bytes.ts';
import type { Crypto } from '../../../protocol/crypto.ts';
import { checkpointHash, openCheckpoint } from './checkpoint.ts';
import { type CopiedRow, isBytes, isCount } from './copied-row.ts';
import { HASH_BYTES } from './entry.ts';
import { GrowingTree } from './merkle.ts';
import { type Flaw, printable } from './verify-chain.ts';

interface Expected {
  readonly checkpoint: Checkpoint;
  readonly signed: Uint8Array;
}

/** One gateway's log against its checkpoints. After the first flaw nothing is looked at any more. */
export class LogVerifier {
  private readonly log: string;
  private readonly crypto: Crypto;
  private readonly key: Uint8Array | undefined;
  private readonly tree: GrowingTree;
  /** From number 1 on. */
  private readonly stored: Expected[] = [];
  private next = 0;
  private found: Flaw | null = null;

  /** `key`: the public key that hashes to the name of the log, if it is known. */
  constructor(log: string, key: Uint8Array | undefined, crypto: Crypto) {
    this.log = log;
    this.key = key;
    this.crypto = crypto;
    this.tree = new GrowingTree(crypto);
    if (key === undefined) this.found = { where: `log ${printable(log)}`, text: 'none of the given keys signs it' };
  }

  /** Rows of checkpoints in the order of their numbers, before any entry. */
  takeCheckpoint(row: CopiedRow): void {
    this.found ??= this.checkpointFlaw(row, this.stored.length + 1);
  }

  /** A checkpoint that somebody has kept since it was published; after those of the copy. */
  takePublished(signed: Uint8Array): void {
    this.found ??= this.publishedFlaw(signed);
  }

  /** Entries by their position. */
  takePlace(row: CopiedRow): void {
    this.found ??= this.placeFlaw(row, this.tree.size);
  }

  /** The first flaw of the log, or null. */
  finish(): Flaw | null {
    const cut = this.stored[this.next]?.checkpoint;
    if (this.found !== null || cut === undefined) return this.found;
    return this.atCheckpoint(cut.number, `it signs ${cut.size} entries, and ${this.tree.size} are there`);
  }

  get counts(): { readonly entries: number; readonly checkpoints: number; readonly covered: number } {
    return {
      entries: this.tree.size,
      checkpoints: this.stored.length,
      covered: this.stored.at(-1)?.checkpoint.size ?? 0,
    };
  }

  private checkpointFlaw(row: CopiedRow, number: number): Flaw | null {
    if (row.number !== number) return this.atCheckpoint(number, 'it is missing');
    const opened = this.open(row.signed);
    if (opened === null) return this.atCheckpoint(number, 'its signature is not that of the gateway');
    const { checkpoint } = opened;
    const before = this.stored.at(-1);
    if (checkpoint.number !== number) return this.atCheckpoint(number, 'another one stands in its place');
    const follows = sameBytes(checkpoint.previous, checkpointHash(before?.signed, this.crypto));
    const grows = checkpoint.size > (before?.checkpoint.size ?? 0);
    if (!follows || !grows) return this.atCheckpoint(number, 'it does not follow the one before it');
    this.stored.push(opened);
    return null;
  }

  private publishedFlaw(signed: Uint8Array): Flaw | null {
    const number = this.open(signed)?.checkpoint.number ?? 0;
    const same = this.stored[number - 1];
    if (same === undefined) return this.atCheckpoint(number, 'it was published and is not in the store');
    return sameBytes(same.signed, signed) ? null : this.atCheckpoint(number, 'another one was published');
  }

  private placeFlaw({ position, hash }: CopiedRow, at: number): Flaw | null {
    const where = `log ${printable(this.log)} position ${at}`;
    if (!isCount(position) || !isBytes(hash, HASH_BYTES)) return { where, text: 'the row is damaged' };
    if (position !== at) return { where, text: 'the entry is missing' };
    this.tree.add(hash);
    const expected = this.stored[this.next]?.checkpoint;
    if (expected?.size !== this.tree.size) return null;
    this.next++;
    if (sameBytes(this.tree.root(), expected.root)) return null;
    return this.atCheckpoint(expected.number, `the first ${expected.size} entries are not those that it signs`);
  }

  private open(signed: unknown): Expected | null {
    if (this.key === undefined || !(signed instanceof Uint8Array)) return null;
    const opened = openCheckpoint(signed, this.key, this.crypto);
    return opened.ok ? { checkpoint: opened.value, signed } : null;
  }

  private atCheckpoint(number: number, text: string): Flaw {
    return { where: `checkpoint ${number} of log ${printable(this.log)}`, text };
  }
}
