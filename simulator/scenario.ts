/**
 * A scenario as it is run: what happens to a car, its device and its network, and what must be seen of the device.
 * Times are milliseconds of the scenario. Where it is read from a file is not known here.
 */

import type { Condition, FactKind } from './scenario-facts.ts';
import type { AlternatorKind } from './supply.ts';
import type { Temperament } from './temperament.ts';

/** Where the 12-V line, the satellites and the wheels change; they do so at full seconds. */
export type CarStep =
  | { readonly do: 'plug' }
  | { readonly do: 'unplug' }
  | { readonly do: 'ignition' }
  | { readonly do: 'crank'; readonly profile: CrankName; readonly pulses: number }
  | { readonly do: 'engine-off' }
  | { readonly do: 'drive'; readonly kmh: number; readonly g: number }
  | { readonly do: 'brake'; readonly kmh: number; readonly g: number }
  | { readonly do: 'corner'; readonly g: number; readonly forMs: number }
  | { readonly do: 'tour'; readonly kmh: number; readonly forMs: number }
  | { readonly do: 'bump'; readonly g: number; readonly ms: number }
  | { readonly do: 'lose-sky' }
  | { readonly do: 'find-sky' };

/** What the network and the board do; at any millisecond. */
export type RigStep =
  | { readonly do: 'lose-network'; readonly forMs: number }
  | { readonly do: 'lose-receipts'; readonly forMs: number }
  | { readonly do: 'lose-uplinks'; readonly forMs: number }
  | { readonly do: 'damage-downlinks'; readonly forMs: number }
  | { readonly do: 'forge-receipt' }
  | { readonly do: 'forge-configuration'; readonly number: number; readonly blocker: boolean }
  | { readonly do: 'configure'; readonly number: number; readonly vehicle: number; readonly blocker: boolean }
  | { readonly do: 'repeat-downlinks' }
  | { readonly do: 'cut-power'; readonly offMs: number; readonly holdUpMs: number }
  | { readonly do: 'reset'; readonly reason: 'watchdog' | 'software' }
  | { readonly do: 'install-update'; readonly forMs: number };

export type Step = (CarStep | RigStep) & { readonly atMs: number; readonly as?: string };
export type StepOf<K extends Step['do']> = Extract<Step, { readonly do: K }>;

/** How the line falls while the starter turns: `short` is a dip of one second. */
export const CRANK_NAMES = ['short', 'iso-16750-2', 'lv-124-cold', 'lv-124-warm'] as const;
export type CrankName = (typeof CRANK_NAMES)[number];

/** A drive that is not told step by step. */
export type Drive =
  | {
      readonly from: 'town';
      readonly town: number;
      readonly temperament: Temperament;
      readonly parkBeforeMs: number;
      readonly driveMs: number;
      readonly parkAfterMs: number;
    }
  | { readonly from: 'file'; readonly path: string };

/** What a fact has to be, and from when on it counts. */
interface Looked {
  readonly see: FactKind;
  readonly is: Readonly<Record<string, Condition>>;
  /** A moment by its name; the beginning where none is named. */
  readonly of?: string;
}

/** Must come within `withinMs` of the moment; and if `forMs` is there, be over so much later, give or take. */
export interface Expected extends Looked {
  readonly withinMs: number;
  readonly forMs?: number;
  readonly giveMs: number;
}

/** Must not come from the moment on, for `withinMs` or to the end. */
export interface Forbidden extends Looked {
  readonly withinMs?: number;
}

/** Must come so often from the moment on, within `withinMs` or to the end. */
export interface Counted extends Looked {
  readonly withinMs?: number;
  readonly min: number;
  readonly max?: number;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Requirements. */
  readonly proves: readonly string[];
  readonly seed: number;
  readonly startUtcMs: number;
  readonly lastsMs: number;
  readonly car: {
    readonly alternator: AlternatorKind;
    /** Below this the device lives on its hold-up. */
    readonly lostMv: number;
    readonly holdUpMs: number;
    readonly knowsOffTime: boolean;
  };
  readonly radio: { readonly loss: number; readonly duplication: number; readonly latencyMsMax: number };
  readonly drive?: Drive;
  readonly timeline: readonly Step[];
  readonly expect: readonly Expected[];
  readonly never: readonly Forbidden[];
  readonly count: readonly Counted[];
}

export function isCarStep(step: Step): step is CarStep & Step {
  return CAR_ACTIONS.has(step.do);
}

const CAR_ACTIONS: ReadonlySet<string> = new Set<CarStep['do']>([
  'plug',
  'unplug',
  'ignition',
  'crank',
  'engine-off',
  'drive',
  'brake',
  'corner',
  'tour',
  'bump',
  'lose-sky',
  'find-sky',
]);

/** The name of a step's moment, if it was given none. */
export function momentOf(step: Step): string {
  return step.as ?? step.do;
}
