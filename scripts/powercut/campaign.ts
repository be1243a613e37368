/**
 * The life is lived once. Before each flash operation its flash is copied, the power cut is done to the copy, and
 * the copy's own story is told to its end; while it boots, the same is done once more at each operation.
 */

import { TINY } from '../../firmware/limits.ts';
import { NorFlash, PowerCut } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import { type CutId, cutAt, cutText, DAMAGES, type DamageCode, type Place } from './cut-id.ts';
import { afterwards, LIFE, WORN_SECTORS } from './life.ts';
import { Rig } from './rig.ts';

/** Full queues and wrap-around are common. */
export const GEOMETRY = { sectorBytes: 1024, pageBytes: 128, sectors: 9 } as const;
/** Operations after a boot that are still cut: padding and the first records belong to the way back. */
const AFTER_BOOT = 6;
/** Boots must stay below; derived from the geometry, not from what was seen (docs/SPEC.md, "Flash"). */
const PAGES = GEOMETRY.sectorBytes / GEOMETRY.pageBytes;
export const BOOT_BOUND = {
  operations: 4 * PAGES + 8 * GEOMETRY.sectors,
  bytesRead: 8 * GEOMETRY.sectors * GEOMETRY.sectorBytes,
} as const;

export interface Failure {
  readonly id: string;
  readonly violations: readonly string[];
}

export interface Tally {
  readonly cuts: Record<string, number>;
  violations: number;
}

export interface CampaignResult {
  /** Flash operations of the life without a cut. */
  operations: number;
  readonly levels: readonly [Tally, Tally];
  readonly failures: Failure[];
  bootOperationsMax: number;
  bootBytesReadMax: number;
}

export interface CampaignOptions {
  /** Only this story is told. */
  readonly only?: CutId;
  readonly nested: boolean;
  readonly seed: number;
  readonly onStep?: (share: number) => void;
}

const FAILURES_KEPT = 20;
const ROTTEN: readonly DamageCode[] = ['e', 'm', 'l'];

export class Campaign {
  readonly result: CampaignResult = {
    operations: 0,
    levels: [newTally(), newTally()],
    failures: [],
    bootOperationsMax: 0,
    bootBytesReadMax: 0,
  };
  private readonly options: CampaignOptions;

  constructor(options: CampaignOptions) {
    this.options = options;
  }

  run(): CampaignResult {
    const flash = new NorFlash(GEOMETRY, this.chance('life'));
    const rig = new Rig(TINY, flash, WORN_SECTORS);
    this.cutEach(rig, []);
    rig.boot(undefined);
    for (const [at, step] of LIFE.entries()) {
      step.run(rig);
      this.options.onStep?.((at + 1) / LIFE.length);
    }
    flash.onOperation = null;
    this.result.operations = flash.operations;
    afterwards(rig);
    this.note([], rig, this.result.levels[0]);
    return this.result;
  }

  /** From now on each operation of this rig is also cut in a copy of it. */
  private cutEach(rig: Rig, before: CutId): void {
    const { flash } = rig;
    const start = flash.operations;
    flash.onOperation = (redo) => {
      const operation = flash.operations - start;
      for (const damage of this.damages(before.length, operation)) {
        const id = [...before, { operation, damage }];
        if (!this.isWanted(id)) continue;
        const copy = flash.copy(this.chance(cutText(id)));
        copy.cutAt = cutAt(flash.operations, damage);
        this.story(rig.fork(copy), redo, id);
      }
    };
  }

  private isNested({ operation, damage }: Place): boolean {
    const { nested, only } = this.options;
    if (only !== undefined) return only.length === 2;
    return nested && (!isRotten(damage) || damage === ROTTEN[operation % ROTTEN.length]);
  }

  /** A life's cuts are done with each damage; of those that are nested, the phases of rot take turns. */
  private damages(level: number, operation: number): readonly DamageCode[] {
    if (level === 0 || this.options.only !== undefined) return DAMAGES;
    return ['c', 't', ROTTEN[operation % ROTTEN.length]];
  }

  private story(rig: Rig, redo: (part: NorFlash) => void, id: CutId): void {
    const { flash } = rig;
    const tally = this.result.levels[id.length - 1];
    const { damage } = id[id.length - 1];
    tally.cuts[damage] = (tally.cuts[damage] ?? 0) + 1;
    try {
      redo(flash);
      throw new Error('powercut: the power did not fail');
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    try {
      this.comeBack(rig, id);
    } catch (error) {
      rig.ledger.violation(`${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
    this.note(id, rig, tally);
  }

  private comeBack(rig: Rig, id: CutId): void {
    const { flash } = rig;
    const innermost = id.length === 2 || !this.isNested(id[0]);
    rig.losePower();
    if (!innermost) this.cutEach(rig, id);
    // Each kind of start follows each kind of damage.
    rig.boot(id[0].operation % 2 === 0 ? undefined : 200);
    this.checkBoot(rig);
    if (innermost) flash.onOperation = null;
    else this.stopAfter(rig, flash.operations + AFTER_BOOT);
    afterwards(rig);
  }

  private stopAfter(rig: Rig, operation: number): void {
    const { flash } = rig;
    const cut = flash.onOperation;
    flash.onOperation = (redo) => {
      if (flash.operations < operation) cut?.(redo);
      else flash.onOperation = null;
    };
  }

  private checkBoot(rig: Rig): void {
    const { result } = this;
    const { operations, bytesRead } = rig.lastBoot;
    result.bootOperationsMax = Math.max(result.bootOperationsMax, operations);
    result.bootBytesReadMax = Math.max(result.bootBytesReadMax, bytesRead);
    if (operations > BOOT_BOUND.operations) rig.ledger.violation(`a boot took ${operations} flash operations`);
    if (bytesRead > BOOT_BOUND.bytesRead) rig.ledger.violation(`a boot read ${bytesRead} bytes`);
  }

  private note(id: CutId, rig: Rig, tally: Tally): void {
    const { violations } = rig.ledger;
    if (violations.length === 0) return;
    tally.violations++;
    if (this.result.failures.length < FAILURES_KEPT) this.result.failures.push({ id: cutText(id), violations });
  }

  private isWanted(id: CutId): boolean {
    const { only } = this.options;
    return only === undefined || id.every((place, i) => samePlace(place, only[i]));
  }

  private chance(label: string): Rng {
    return Rng.seeded(this.options.seed).fork(label);
  }
}

function isRotten(damage: DamageCode): boolean {
  return ROTTEN.includes(damage);
}

function samePlace(a: Place, b: Place | undefined): boolean {
  return b !== undefined && a.operation === b.operation && a.damage === b.damage;
}

function newTally(): Tally {
  return { cuts: {}, violations: 0 };
}
