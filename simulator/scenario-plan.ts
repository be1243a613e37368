/** Everything that happens to the device whatever it does itself: known before a scenario begins. */

import type { Command } from '../protocol/serial-control.ts';
import { encodeOneOf } from '../protocol/serial-message.ts';
import { int16Bytes, STIMULI, type Stimulus } from '../protocol/serial-stimulus.ts';
import { type LineEdge, newSensorSecond, type SensorFeed, type SensorSecond } from './feed.ts';
import type { Scenario, Step } from './scenario.ts';

export type Order =
  Extract<Command, { readonly kind: 'power-on' | 'power-cut' | 'reset' }> extends infer C
    ? C extends Command
      ? Omit<C, 'id'>
      : never
    : never;

/** A feed that knows more of itself than what sensors see. */
export interface PlannedFeed extends SensorFeed {
  readonly engineOn?: boolean;
  stillSeconds?(): number;
  skip?(seconds: number): void;
}

export interface Plan {
  readonly stimuli: readonly { readonly atMs: number; readonly bytes: Uint8Array }[];
  readonly orders: readonly { readonly atMs: number; readonly order: Order }[];
  readonly engine: readonly { readonly atMs: number; readonly on: boolean }[];
}

const STILL_MIN_S = 60;
const REPEAT_MAX = 86_400;

export function planScenario(scenario: Scenario, feed: PlannedFeed): Plan {
  const planner = new Planner(scenario);
  planner.board();
  planner.drive(feed);
  return planner.plan();
}

class Planner {
  private readonly scenario: Scenario;
  private readonly stimuli: Stimulus[] = [];
  private readonly orders: { atMs: number; order: Order }[] = [];
  private readonly engine: { atMs: number; on: boolean }[] = [];
  private line: LineEdge['line'] = 'good';

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  plan(): Plan {
    const inOrder = <T extends { readonly atMs: number }>(list: readonly T[]): T[] =>
      [...list].sort((a, b) => a.atMs - b.atMs);
    return {
      stimuli: inOrder(this.stimuli).map((stimulus) => ({
        atMs: stimulus.atMs,
        bytes: encodeOneOf(STIMULI, stimulus),
      })),
      orders: inOrder(this.orders),
      engine: this.engine,
    };
  }

  /** Power and updates. */
  board(): void {
    for (const step of this.scenario.timeline) this.boardStep(step);
  }

  drive(feed: PlannedFeed): void {
    const { lastsMs } = this.scenario;
    const second = newSensorSecond();
    let on = false;
    for (let s = 0; s * 1000 < lastsMs && feed.fill(second); s++) {
      const startMs = s * 1000;
      if (feed.engineOn !== undefined && feed.engineOn !== on) {
        on = feed.engineOn;
        this.engine.push({ atMs: startMs, on });
      }
      const repeat = second.powered ? 1 + this.still(feed) : 1;
      for (const edge of second.edges ?? []) this.edge(startMs + edge.atMs, edge.line);
      if (second.powered) this.stimuli.push(secondStimulus(second, startMs + 1000, repeat));
      s += repeat - 1;
    }
  }

  private still(feed: PlannedFeed): number {
    const seconds = Math.min(REPEAT_MAX - 1, feed.stillSeconds?.() ?? 0);
    if (seconds < STILL_MIN_S) return 0;
    feed.skip?.(seconds);
    return seconds;
  }

  private boardStep(step: Step): void {
    const { knowsOffTime, holdUpMs } = this.scenario.car;
    const { atMs } = step;
    if (step.do === 'plug') {
      this.orders.push({ atMs, order: { kind: 'power-on', reason: 'power-on', knowsOffTime } });
    } else if (step.do === 'unplug') this.orders.push({ atMs, order: { kind: 'power-cut', holdUpMs } });
    else if (step.do === 'cut-power') {
      const { holdUpMs: ownMs, offMs } = step;
      this.orders.push({ atMs, order: { kind: 'power-cut', holdUpMs: ownMs, offMs } });
    } else if (step.do === 'reset') this.orders.push({ atMs, order: { kind: 'reset', reason: step.reason } });
    else if (step.do === 'install-update') {
      this.stimuli.push({ kind: 'update', atMs, installing: true });
      this.stimuli.push({ kind: 'update', atMs: atMs + step.forMs, installing: false });
    }
  }

  /** A crank pulls the line down for less than a second (numbers.md 4). */
  private edge(atMs: number, line: LineEdge['line']): void {
    const { line: before, scenario } = this;
    const { holdUpMs, knowsOffTime } = scenario.car;
    this.line = line;
    if (line === 'lost') this.orders.push({ atMs, order: { kind: 'power-cut', holdUpMs } });
    else if (before === 'lost') {
      this.orders.push({ atMs, order: { kind: 'power-on', reason: 'brown-out', knowsOffTime } });
    }
    const low = line !== 'good';
    if (low !== (before !== 'good')) this.stimuli.push({ kind: 'undervoltage', atMs, low });
  }
}

function secondStimulus(second: SensorSecond, atMs: number, repeat: number): Stimulus {
  const { axesMg, supplyMv, burstMg, fix } = second;
  return {
    kind: 'second',
    atMs,
    axes: int16Bytes(axesMg),
    mV: int16Bytes(supplyMv),
    burst: burstMg === null ? undefined : int16Bytes(burstMg),
    fix: fix ?? undefined,
    repeat: repeat > 1 ? repeat : undefined,
  };
}
