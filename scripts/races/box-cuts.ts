/**
 * Power cuts at every flash operation of a box, and before every effect, during an unlock and during a delivery's
 * opening; and again at every flash operation of the boot that follows. The car must be opened once at most, and what
 * was opened must have a result that says so, which outlives one more reset.
 */

import { BOX_TINY } from '../../firmware/box-limits.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { type Cut, NorFlash } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';
import { type BoxRig, boxRig } from './box-rig.ts';

/** Sector changes are common. */
export const CUT_GEOMETRY = { sectorBytes: 2048, pageBytes: 128, sectors: 9 } as const;

export const CUT_SCENARIOS = ['unlock', 'delivery'] as const;
export type CutScenario = (typeof CUT_SCENARIOS)[number];

/** c: before the operation; t: torn; e, m, l: rotten, hardly begun, half done, all but done. */
export const CUT_DAMAGES = ['c', 't', 'e', 'm', 'l'] as const;
export type CutDamage = (typeof CUT_DAMAGES)[number];

/** One story: `delivery/9:41m+3t` is a delivery after 9 orders, cut at operation 41, and at the third after that. */
export interface CutStory {
  readonly scenario: CutScenario;
  /** Orders that the flash has seen before. */
  readonly before: number;
  readonly at: { readonly operation: number; readonly damage: CutDamage } | { readonly effect: number } | null;
  readonly again: { readonly operation: number; readonly damage: CutDamage } | null;
}

export interface CutFigures {
  stories: number;
  /** Stories that were cut once, and twice. */
  readonly cuts: [number, number];
  readonly outcomes: Record<string, number>;
  opened: number;
  /** Openings for one lease, at most. */
  openingsMax: number;
  readonly failures: { readonly story: string; readonly violations: readonly string[] }[];
}

export interface CutOptions {
  readonly crypto: Crypto;
  readonly seed: number;
  /** Second cuts as well. */
  readonly nested: boolean;
  /** Orders before the scenario; each fills the flash to another point. */
  readonly before?: readonly number[];
  readonly scenarios?: readonly CutScenario[];
  readonly damages?: readonly CutDamage[];
  readonly onStep?: (share: number) => void;
}

interface Told {
  readonly rig: BoxRig;
  /** Flash operations and effects of the scenario. */
  readonly operations: number;
  readonly effects: number;
  /** Flash operations from the first cut to the end of the boot after it. */
  readonly bootOperations: number;
  readonly happened: number;
}

const FAILURES_KEPT = 20;
/** Fresh flash, and fillings at which a sector is opened and one is given up within the scenario. */
const BEFORE = [0, 42, 48, 49] as const;

export function boxCuts(options: CutOptions): CutFigures {
  const figures: CutFigures = {
    stories: 0,
    cuts: [0, 0],
    outcomes: {},
    opened: 0,
    openingsMax: 0,
    failures: [],
  };
  const { before = BEFORE, scenarios = CUT_SCENARIOS, damages = CUT_DAMAGES, nested } = options;
  const rounds = scenarios.flatMap((scenario) => before.map((orders) => ({ scenario, orders })));
  for (const [round, { scenario, orders }] of rounds.entries()) {
    const flash = agedFlash(orders, options);
    const whole = { scenario, before: orders, at: null, again: null } as const;
    const { operations, effects } = note(tell(whole, flash, options), whole, figures);
    for (let operation = 0; operation < operations; operation++) {
      for (const damage of damages) {
        const first: CutStory = { ...whole, at: { operation, damage } };
        const { bootOperations } = note(tell(first, flash, options), first, figures);
        if (nested) cutAgain(first, flash, bootOperations, options, figures);
      }
      options.onStep?.((round + operation / operations) / rounds.length);
    }
    for (let effect = 0; effect < effects; effect++) {
      const story = { ...whole, at: { effect } };
      note(tell(story, flash, options), story, figures);
    }
  }
  return figures;
}

export function storyText({ scenario, before, at, again }: CutStory): string {
  const place = at === null ? '' : 'effect' in at ? `effect ${at.effect}` : `${at.operation}${at.damage}`;
  return `${scenario}/${before}:${place}${again === null ? '' : `+${again.operation}${again.damage}`}`;
}

/** The damages of second cuts take turns. */
function cutAgain(
  first: CutStory,
  flash: NorFlash,
  operations: number,
  options: CutOptions,
  figures: CutFigures,
): void {
  for (let operation = 0; operation < operations; operation++) {
    const damage =
      CUT_DAMAGES[(operation + (first.at !== null && 'operation' in first.at ? first.at.operation : 0)) % 5];
    const story = { ...first, again: { operation, damage } };
    note(tell(story, flash, options), story, figures);
  }
}

/** The flash of a box that has carried out so many orders, all of them settled. */
function agedFlash(orders: number, { crypto, seed }: CutOptions): NorFlash {
  const flash = new NorFlash(CUT_GEOMETRY, Rng.seeded(seed).fork('aged'));
  const rig = boxRig({ crypto, limits: BOX_TINY, flash, seed });
  rig.run(5_000);
  for (let i = 0; i < orders; i++) {
    rig.office.wish({ action: 'lights' });
    rig.run(60_000);
  }
  rig.run(60_000);
  rig.station.powerOff();
  return flash;
}

/** Lives one story to its end. */
function tell({ scenario, before, at, again }: CutStory, aged: NorFlash, { crypto, seed }: CutOptions): Told {
  const label = `${scenario} ${before} ${JSON.stringify(at)} ${JSON.stringify(again)}`;
  const flash = aged.copy(Rng.seeded(seed).fork(label));
  const start = flash.operations;
  if (at !== null && 'operation' in at) flash.cutAt = cutOf(start + at.operation, at.damage);
  const rig = boxRig({ crypto, limits: BOX_TINY, flash, seed });
  const { station, office, body, run, checker } = rig;
  if (at !== null && 'effect' in at) station.cutAtEffect = at.effect;
  let bootOperations = 0;
  let cutAt = -1;
  flash.onOperation = () => {
    if (flash.cutAt !== null) cutAt = flash.cutAt.operation;
    if (cutAt >= 0 && flash.cutAt === null) bootOperations = Math.max(bootOperations, flash.operations - cutAt);
  };
  if (again !== null && at !== null && 'operation' in at) {
    const second = start + at.operation + 1 + again.operation;
    const inner = flash.onOperation;
    flash.onOperation = (redo) => {
      inner(redo);
      if (flash.operations > start + at.operation && flash.operations <= second && flash.cutAt === null) {
        if (flash.operations === second) flash.cutAt = cutOf(second, again.damage);
      }
    };
  }
  office.settles = false;
  run(5_000);
  const id = office.wish(scenario === 'unlock' ? { action: 'unlock' } : { action: 'trunk', delivery: office.newId() });
  run(4_000);
  if (body.state.lidOpen) body.closeLid();
  run(20_000);
  const [operations, effects] = [flash.operations - start, station.effects];
  afterwards(rig, id);
  checker.settle();
  checker.unlatched(body.unlatches);
  judge(rig, id, scenario);
  return { rig, operations, effects, bootOperations, happened: checker.motionsOf(id) };
}

/** What follows the cut: the lid is closed, the box is reset once more, and the gateway takes what there is. */
function afterwards({ station, office, body, run, flash }: BoxRig, id: Uint8Array): void {
  flash.cutAt = null;
  flash.onOperation = null;
  station.cutAtEffect = null;
  if (body.state.lidOpen) body.closeLid();
  run(10_000);
  station.cutPower();
  run(10_000);
  office.ask([id]);
  run(1_000);
  // What is said again after a reset is settled at last, and the doors are locked 120 s later.
  office.settles = true;
  station.cutPower();
  run(140_000);
}

function judge({ checker, office, body, box }: BoxRig, id: Uint8Array, scenario: CutScenario): void {
  const outcome = checker.outcomeOf(id);
  const moved = checker.motionsOf(id) > 0;
  if (moved && outcome !== 'executed' && outcome !== 'interrupted' && outcome !== 'no-motion') {
    checker.violation(`the car was opened, and the result says ${outcome}`);
  }
  if (body.unlatches > 1) checker.violation(`the lid was unlatched ${body.unlatches} times`);
  const secured = office.reports.filter(({ what }) => what === 'secured').length;
  if (secured > 1 || (body.unlatches > 0 && secured === 0)) {
    checker.violation(`closed and locked was reported ${secured} times of an opening`);
  }
  if (!body.state.trunkLocked || !body.state.doorsLocked) checker.violation(`${scenario}: the car is left open`);
  if (office.clock?.intact !== true) checker.violation('the box says that records were lost');
  if (box().mailroom.refused.has('flash')) checker.violation('flash took nothing more');
}

function note(told: Told, story: CutStory, figures: CutFigures): Told {
  const { checker, body, office } = told.rig;
  figures.stories++;
  if (story.at !== null) figures.cuts[0]++;
  if (story.again !== null) figures.cuts[1]++;
  for (const { outcome } of office.results) figures.outcomes[outcome] = (figures.outcomes[outcome] ?? 0) + 1;
  if (told.happened > 0) figures.opened++;
  figures.openingsMax = Math.max(figures.openingsMax, told.happened, body.unlatches);
  if (checker.violations.length > 0 && figures.failures.length < FAILURES_KEPT) {
    figures.failures.push({ story: storyText(story), violations: checker.violations });
  }
  return told;
}

export function cutOf(operation: number, damage: CutDamage): Cut {
  if (damage === 'c') return { operation, damage: 'clean' };
  if (damage === 't') return { operation, damage: 'torn' };
  return { operation, damage: 'rotten', phase: damage === 'e' ? 'early' : damage === 'm' ? 'middle' : 'late' };
}
