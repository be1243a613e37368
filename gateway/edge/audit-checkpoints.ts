import { setImmediate } from 'node:timers/promises';
import { sameBytes } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import type { AuditStore, StoredCheckpoint } from '../core/audit/audit-store.ts';
import { checkpointEvents, openCheckpoint, sealCheckpoint } from '../core/audit/checkpoint.ts';
import { GrowingTree } from '../core/audit/merkle.ts';
import type { Tenant } from '../core/backend.ts';
import { StoreError } from '../core/store.ts';

export interface CheckpointPorts {
  readonly audit: AuditStore;
  readonly crypto: Crypto;
  /** The gateway's; its public key names the log. */
  readonly secretKey: Uint8Array;
  readonly tenants: readonly Tenant[];
  /** UTC milliseconds. */
  now(): number;
  /** Something waits in the outbox. */
  onEvents(): void;
  log(line: string): void;
}

export const CHECKPOINT_INTERVAL_MS = 10_000;
const LEAVES_AT_ONCE = 1000;

/** Signs what the log has grown to. Several gateways with one key on one store take turns as it comes. */
export class CheckpointMaker {
  private readonly ports: CheckpointPorts;
  private readonly intervalMs: number;
  private readonly name: string;
  private readonly publicKey: Uint8Array;
  /** The log as it was at the last checkpoint seen. */
  private signedTree: GrowingTree;
  private madeMs = Number.NEGATIVE_INFINITY;
  private making: Promise<void> | null = null;
  private distrusted = false;

  constructor(ports: CheckpointPorts, intervalMs: number = CHECKPOINT_INTERVAL_MS) {
    this.ports = ports;
    this.intervalMs = intervalMs;
    this.publicKey = ports.crypto.publicKey(ports.secretKey);
    this.name = deviceIdOf(this.publicKey, ports.crypto);
    this.signedTree = new GrowingTree(ports.crypto);
  }

  /** Makes a checkpoint when it is time and there are new entries. */
  async tick(): Promise<void> {
    if (this.ports.now() - this.madeMs >= this.intervalMs) await this.make();
  }

  /** The same at once, for instance before the gateway stops. */
  make(): Promise<void> {
    this.madeMs = this.ports.now();
    this.making ??= this.makeOne().finally(() => {
      this.making = null;
    });
    return this.making;
  }

  private async makeOne(): Promise<void> {
    try {
      await this.sign();
    } catch (error) {
      // The entries are durable; their signature comes when the store can be used again.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  private async sign(): Promise<void> {
    const { audit, crypto, secretKey, tenants, now, onEvents } = this.ports;
    const last = await audit.lastCheckpoint(this.name);
    const flaw = await this.flawBefore(last);
    if (flaw !== null) return this.distrust(flaw);
    this.distrusted = false;
    const tree = this.signedTree.copy();
    await this.grow(tree, Number.POSITIVE_INFINITY);
    if (tree.size === this.signedTree.size) return;
    const { checkpoint, signed } = sealCheckpoint(
      { size: tree.size, root: tree.root() },
      last,
      now(),
      secretKey,
      crypto,
    );
    const stored = { log: this.name, number: checkpoint.number, signed };
    if (!(await audit.keepCheckpoint(stored, checkpointEvents(stored, checkpoint, tenants, crypto)))) return;
    this.signedTree = tree;
    onEvents();
  }

  /** A log that was changed behind a checkpoint gets no signature that would cover it up. */
  private async flawBefore(last: StoredCheckpoint | undefined): Promise<string | null> {
    const { crypto } = this.ports;
    const opened = last === undefined ? null : openCheckpoint(last.signed, this.publicKey, crypto);
    if (opened !== null && !opened.ok) return 'its last checkpoint is not signed by this gateway';
    const size = opened?.value.size ?? 0;
    if (size < this.signedTree.size) return 'checkpoints are missing';
    const tree = this.signedTree.copy();
    await this.grow(tree, size);
    if (tree.size < size) return `entries are missing from ${tree.size} on`;
    if (opened !== null && !sameBytes(tree.root(), opened.value.root)) {
      return `its first ${size} entries are not those of checkpoint ${opened.value.number}`;
    }
    this.signedTree = tree;
    return null;
  }

  private async grow(tree: GrowingTree, size: number): Promise<void> {
    while (tree.size < size) {
      const wanted = Math.min(LEAVES_AT_ONCE, size - tree.size);
      const leaves = await this.ports.audit.leaves(this.name, tree.size, wanted);
      for (const leaf of leaves) tree.add(leaf);
      if (leaves.length < wanted) return;
      // A long log must not hold up what comes in.
      await setImmediate();
    }
  }

  private distrust(flaw: string): void {
    if (!this.distrusted) this.ports.log(`gateway: no more audit checkpoints: ${flaw}; run bordbox audit verify`);
    this.distrusted = true;
  }
}
