import { sameBytes } from '../../../protocol/bytes.ts';
import type { Crypto } from '../../../protocol/crypto.ts';
import { type CopiedEntry, type CopiedRow, type CopiedSecret, readEntry } from './copied-row.ts';
import { type AuditEntry, commitmentOf, entryHash, NO_HASH } from './entry.ts';
import { decodePayload } from './payload.ts';
import { contradictionIn } from './signed-inside.ts';

export interface Flaw {
  /** `chain <id> seq <n>`, `log <id> position <n>`, `checkpoint <n> of log <id>`. */
  readonly where: string;
  readonly text: string;
}

type Lying = 'kept' | 'blocked' | 'erased';

/** One chain from its first entry to its last. After the first flaw nothing is looked at any more. */
export class ChainVerifier {
  private readonly chain: string;
  private readonly crypto: Crypto;
  private previous: Uint8Array = NO_HASH;
  /** How the payload of each entry lies there; seq 1 first. */
  private readonly lying: Lying[] = [];
  /** What lapses have covered: entries up to these numbers. */
  private readonly through = { blocked: 0, erased: 0 };
  private readonly lastPosition = new Map<string, number>();
  private found: Flaw | null = null;

  constructor(chain: string, crypto: Crypto) {
    this.chain = chain;
    this.crypto = crypto;
  }

  take(row: CopiedRow): void {
    this.found ??= this.flawIn(row, this.lying.length + 1);
  }

  /** The first flaw of the chain, or null. */
  finish(): Flaw | null {
    const { blocked, erased } = this.through;
    for (let seq = 1; this.found === null && seq <= this.lying.length; seq++) {
      const due: Lying = seq <= erased ? 'erased' : seq <= blocked ? 'blocked' : 'kept';
      const is = this.lying[seq - 1];
      if (is !== due) this.found = this.flaw(seq, LYING[due][is]);
    }
    return this.found;
  }

  get counts(): Readonly<Record<Lying, number>> {
    const counts = { kept: 0, blocked: 0, erased: 0 };
    for (const is of this.lying) counts[is]++;
    return counts;
  }

  private flawIn(row: CopiedRow, seq: number): Flaw | null {
    const copied = readEntry(row);
    if (!copied.ok) return this.flaw(seq, `the row is damaged: ${copied.reason}`);
    const { entry, secret } = copied.value;
    const text = this.flawOf(copied.value, seq);
    if (text !== null) return this.flaw(seq, text);
    this.previous = entry.hash;
    this.lying.push(secret === null ? 'erased' : secret.blocked ? 'blocked' : 'kept');
    return null;
  }

  private flawOf({ entry, secret }: CopiedEntry, seq: number): string | null {
    const { log, position } = entry;
    if (entry.seq > seq) return 'the entry is missing';
    if (entry.seq < seq) return 'an entry stands here twice';
    if (!sameBytes(entry.previous, this.previous)) return 'it does not follow the entry before it';
    if (!sameBytes(entry.hash, entryHash(entry, this.crypto))) return 'the entry was changed';
    if (position <= (this.lastPosition.get(log) ?? -1)) return 'its place in the log is before an earlier entry';
    this.lastPosition.set(log, position);
    return secret === null ? null : this.secretFlaw(entry, secret);
  }

  private secretFlaw({ chain, seq, commitment }: AuditEntry, { salt, payload }: CopiedSecret): string | null {
    if (!sameBytes(commitmentOf(salt, payload, this.crypto), commitment)) return 'its payload was changed';
    const decoded = decodePayload(payload);
    if (!decoded.ok) return 'its payload cannot be read';
    if (decoded.value.kind === 'lapse') {
      const { how, throughSeq = seq - 1 } = decoded.value;
      this.through[how] = Math.max(this.through[how], Math.min(throughSeq, seq - 1));
    }
    return contradictionIn(decoded.value, chain, this.crypto);
  }

  private flaw(seq: number, text: string): Flaw {
    return { where: `chain ${printable(this.chain)} seq ${seq}`, text };
  }
}

/** By what should be and what is. */
const LYING: Readonly<Record<Lying, Readonly<Record<Lying, string>>>> = {
  kept: {
    kept: '',
    blocked: 'its payload is blocked, and no entry says why',
    erased: 'its payload is gone, and no entry says why',
  },
  blocked: {
    kept: 'its payload was blocked and is readable again',
    blocked: '',
    erased: 'its payload was blocked and is gone, and no entry says why',
  },
  erased: {
    kept: 'its payload was erased and is there again',
    blocked: 'its payload was erased and is there again',
    erased: '',
  },
};

/** A name from a copy, safe in one line of a terminal. */
export function printable(name: string): string {
  return name.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
}
