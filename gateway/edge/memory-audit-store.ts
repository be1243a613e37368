import type { AuditSetup, AuditStore, ChainSummary, StoredCheckpoint, StoredEntry } from '../core/audit/audit-store.ts';
import { type AuditDraft, EMPTY_CHAIN, type Lapse, placeEntry } from '../core/audit/entry.ts';
import type { BackendEvent } from '../core/backend.ts';
import { NO_WRITES, type Store } from '../core/store.ts';

/** An entry whose payload may lapse. */
interface Kept {
  entry: StoredEntry;
}

/** The audit log in memory. */
export class MemoryAuditStore implements AuditStore {
  private readonly store: Store;
  private readonly setup: AuditSetup;
  private readonly byChain = new Map<string, Kept[]>();
  private readonly log: Kept[] = [];
  private readonly signed: StoredCheckpoint[] = [];

  constructor(store: Store, setup: AuditSetup) {
    this.store = store;
    this.setup = setup;
  }

  append(draft: AuditDraft): void {
    const { chain, payload, salt, lapse } = draft;
    const kept = this.byChain.get(chain) ?? [];
    const head = kept.at(-1)?.entry ?? EMPTY_CHAIN;
    const place = { log: this.setup.log, position: this.log.length };
    const entry = placeEntry(draft, head, place, this.setup.crypto);
    if (lapse !== undefined) applyLapse(kept, lapse);
    const added = { entry: { ...entry, secret: { payload, salt, blocked: false } } };
    kept.push(added);
    this.byChain.set(chain, kept);
    this.log.push(added);
  }

  async chains(): Promise<readonly ChainSummary[]> {
    return [...this.byChain]
      .map(([chain, kept]) => ({
        chain,
        entries: kept.length,
        lastMs: kept.reduce((last, { entry }) => Math.max(last, entry.atMs), 0),
      }))
      .sort((a, b) => (a.chain < b.chain ? -1 : 1));
  }

  async entries(chain: string, fromSeq: number, limit: number): Promise<readonly StoredEntry[]> {
    const from = Math.max(0, fromSeq - 1);
    return (this.byChain.get(chain) ?? []).slice(from, from + limit).map(({ entry }) => entry);
  }

  async entryAt(log: string, position: number): Promise<StoredEntry | undefined> {
    return log === this.setup.log ? this.log[position]?.entry : undefined;
  }

  async leaves(log: string, fromPosition: number, limit: number): Promise<readonly Uint8Array[]> {
    if (log !== this.setup.log) return [];
    return this.log.slice(fromPosition, fromPosition + limit).map(({ entry }) => entry.hash);
  }

  async checkpoints(log: string, fromNumber: number, limit: number): Promise<readonly StoredCheckpoint[]> {
    return this.signed.filter((kept) => kept.log === log && kept.number >= fromNumber).slice(0, limit);
  }

  async lastCheckpoint(log: string): Promise<StoredCheckpoint | undefined> {
    return this.signed.findLast((kept) => kept.log === log);
  }

  async keepCheckpoint(checkpoint: StoredCheckpoint, events: readonly BackendEvent[]): Promise<boolean> {
    if (this.signed.some(({ log, number }) => log === checkpoint.log && number === checkpoint.number)) return false;
    this.signed.push(checkpoint);
    await this.store.commit({ ...NO_WRITES, events });
    return true;
  }
}

function applyLapse(kept: readonly Kept[], { how, throughSeq }: Lapse): void {
  for (const one of kept) {
    const { entry } = one;
    if (entry.secret === null || entry.seq > (throughSeq ?? kept.length)) continue;
    one.entry = { ...entry, secret: how === 'erased' ? null : { ...entry.secret, blocked: true } };
  }
}
