/**
 * Burnt ids (A7). An id is in flash before anything moves, its result is in flash before anybody hears of it, and both
 * stay until the gateway has the result and the lease has ended: a repeated lease meets its own result.
 *
 * RAM holds no more than what has to be looked at often; the rest is read from flash when it is wanted.
 */

import { ID_BYTES } from '../protocol/access-fields.ts';
import type { Action, BoxResult, Cause } from '../protocol/access-messages.ts';
import { fromHex, sameBytes, toHex } from '../protocol/bytes.ts';
import { decodeMessage, encodeMessage } from '../protocol/envelope.ts';
import type { Kernel } from './box-kernel.ts';
import { Burn } from './box-records.ts';
import { Spent } from './box-spent.ts';
import { KEYED } from './box-vault.ts';

/** Who asked is unknown, or the box must not say so any more. */
export const NOBODY = '';
/** Who opened the car has to be known for good (A16). */
const OPENING: readonly Action[] = ['unlock', 'trunk', 'start'];
/** By key and next to nothing else, a door or the engine: what an owner without a network must be able to do. */
const ESSENTIAL: readonly Action[] = ['lock', ...OPENING];

/** Who needs room. */
export interface Claim {
  readonly cause: Cause;
  readonly action: Action;
  readonly grant?: Uint8Array;
}

/** What the loss of a result would lose. */
type Weight = 'harmless' | 'own opening' | 'shared opening' | 'lease';

interface Entry {
  readonly weight: Weight;
  readonly cause: Cause;
  /** On this boot's clock; of an earlier boot's lease, 0: it has ended. */
  readonly endMs: number;
  readonly concluded: boolean;
  /** Absent when it lies in flash; while the services are off nothing is written or sent of it. */
  readonly unkept: Burn | undefined;
  settled: boolean;
}

export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly kernel: Kernel;
  private readonly spent: Spent;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.spent = new Spent(kernel.limits.spent);
    kernel.outbox.readResult = (id) => this.read(id)?.result ?? null;
  }

  restore(payload: Uint8Array): void {
    const burn = decodeMessage(Burn, payload.subarray(ID_BYTES));
    if (burn.ok) this.note(burn.value, true);
  }

  /** Refusals of known keys are written down only while there is plenty of room. */
  get crowded(): boolean {
    return 2 * this.entries.size >= this.kernel.limits.leases;
  }

  /**
   * False when the table is full. Of a lease whose result the gateway has, the id alone is enough. A use of a key
   * cannot come back, so that the oldest result of one makes room, as long as it opened nothing. An owner far from any
   * network is not locked out by his own results: for his own key the oldest of his own openings goes as well. What
   * others opened, and a lease whose result nobody has, never makes room; so that they leave room for the owner,
   * openings by shared keys take half the table at most.
   */
  makeRoom(claim: Claim, now: number): boolean {
    const weight = weightOf(claim);
    if (weight === 'shared opening' && 2 * this.count(weight) >= this.kernel.limits.leases) return false;
    if (this.entries.size < this.kernel.limits.leases) return true;
    if (this.dropFirst('harmless', now)) return true;
    const own = claim.cause === 'key' && claim.grant === undefined;
    return own && ESSENTIAL.includes(claim.action) && this.dropFirst('own opening', now);
  }

  private dropFirst(expendable: Weight, now: number): boolean {
    for (const [key, { cause, weight, endMs, concluded, settled }] of this.entries) {
      const old = cause === 'key' && weight === expendable && concluded && endMs <= now;
      if (!old && !(settled && this.spent.add(bytesOf(key), endMs, now))) continue;
      this.forget(key);
      return true;
    }
    return false;
  }

  private count(weight: Weight): number {
    let count = 0;
    for (const entry of this.entries.values()) if (entry.weight === weight && !entry.settled) count++;
    return count;
  }

  /** Its result was settled, and it is alive. */
  isSpent(id: Uint8Array, now: number): boolean {
    return this.spent.has(id, now);
  }

  has(id: Uint8Array): boolean {
    return this.entries.has(toHex(id));
  }

  /** What is known of an id, with its result if it has one; null also when flash has lost it. */
  read(id: Uint8Array): Burn | null {
    const entry = this.entries.get(toHex(id));
    if (entry === undefined) return null;
    if (entry.unkept !== undefined) return entry.unkept;
    const payload = this.kernel.vault.get(KEYED.burn, id);
    const burn = payload === null ? null : decodeMessage(Burn, payload.subarray(ID_BYTES));
    return burn?.ok ? burn.value : null;
  }

  /** Ids of which a cut, or the gateway, has left something to be done; oldest first. */
  restored(): Burn[] {
    return [...this.entries.keys()].flatMap((key) => this.read(bytesOf(key)) ?? []);
  }

  /** With or without its result. False when the table is full or flash does not take it: then nothing may move. */
  burn(burn: Burn, kept: boolean): boolean {
    if (this.entries.size >= this.kernel.limits.leases) return false;
    return this.write(burn, kept);
  }

  /** The end of it. False when flash does not take it: then nobody may hear of it yet. */
  conclude(burn: Burn): boolean {
    const entry = this.entries.get(toHex(burn.id));
    return entry !== undefined && this.write(burn, entry.unkept === undefined);
  }

  /** The gateway has the result for good. */
  settle(id: Uint8Array, now: number): void {
    const entry = this.entries.get(toHex(id));
    if (!entry?.concluded) return;
    entry.settled = true;
    this.kernel.outbox.settled(id);
    this.forgetEnded(now);
  }

  /** Ids whose lease has ended by itself and whose result is settled. */
  forgetEnded(now: number): void {
    for (const [key, entry] of [...this.entries]) if (isDone(entry) && entry.endMs <= now) this.forget(key);
  }

  /**
   * B37: who used which key when, and all that results say of the car and of people. Of a lease its id, its end and its
   * outcome stay, for it must not act again and the gateway still asks. False when flash does not take it.
   */
  forgetOwner(): boolean {
    let done = true;
    for (const [key, { cause, concluded, unkept, settled }] of [...this.entries]) {
      if (cause === 'key' && concluded) {
        this.forget(key);
        continue;
      }
      const burn = this.read(bytesOf(key));
      if (burn === null) continue;
      done = this.write(bare(burn), unkept === undefined) && done;
      const entry = this.entries.get(key);
      if (entry !== undefined) entry.settled = settled;
    }
    return done;
  }

  /** When the next id can be forgotten. */
  nextTimeout(): number {
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const entry of this.entries.values()) if (isDone(entry)) soonestMs = Math.min(soonestMs, entry.endMs);
    return soonestMs;
  }

  private forget(key: string): void {
    const id = bytesOf(key);
    this.entries.delete(key);
    this.kernel.outbox.settled(id);
    this.kernel.vault.drop(KEYED.burn, id);
  }

  private write(burn: Burn, kept: boolean): boolean {
    if (kept && !this.kernel.vault.put(KEYED.burn, withId(burn.id, encodeMessage(Burn, burn)))) return false;
    this.note(burn, kept);
    return true;
  }

  private note(burn: Burn, kept: boolean): void {
    const { cause, boot, result } = burn;
    const weight = weightOf(burn);
    const endMs = sameBytes(boot, this.kernel.boot) ? burn.endMs : 0;
    const unkept = kept ? undefined : burn;
    const concluded = result !== undefined;
    this.entries.set(toHex(burn.id), { weight, cause, endMs, concluded, unkept, settled: false });
  }
}

/** A refusal opened nothing. */
function weightOf({ cause, action, grant, result }: Claim & { readonly result?: BoxResult }): Weight {
  if (cause === 'lease') return 'lease';
  if (!OPENING.includes(action) || result?.outcome === 'refused') return 'harmless';
  return grant === undefined ? 'own opening' : 'shared opening';
}

/** Nobody needs it any more once its lease has ended. */
function isDone({ concluded, settled, unkept }: Entry): boolean {
  return concluded && (settled || unkept !== undefined);
}

function bare({ id, cause, action, boot, endMs, result }: Burn): Burn {
  const stripped = result === undefined ? undefined : { ...result, holder: NOBODY, grant: undefined, body: undefined };
  return { id, cause, holder: NOBODY, action, boot, endMs, result: stripped };
}

function bytesOf(key: string): Uint8Array {
  return fromHex(key) as Uint8Array;
}

/** A keyed record of the vault begins with its id. */
export function withId(id: Uint8Array, bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(id.length + bytes.length);
  payload.set(id);
  payload.set(bytes, id.length);
  return payload;
}
