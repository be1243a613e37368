/** Holds what is seen against what a scenario expects. Each expectation gets one verdict, as early as it can be given. */

import type { Counted, Expected, Forbidden, Scenario } from './scenario.ts';
import { conditionText, type Fact, factText, fits, secondsText } from './scenario-facts.ts';

export interface Verdict {
  /** What the scenario says, in words. */
  readonly expected: string;
  readonly ok: boolean;
  /** What was seen instead, or what fulfilled it. */
  readonly seen: string;
  readonly atMs: number;
}

export interface Pending {
  readonly expected: string;
  /** Infinity while the moment that it counts from has not come. */
  readonly deadlineMs: number;
}

const START = 'start';
const REMEMBERED_MAX = 6;

export class Watch {
  readonly verdicts: Verdict[] = [];
  private readonly rules: readonly Rule[];
  private readonly moments = new Map<string, number>();

  constructor({ expect, never, count }: Pick<Scenario, 'expect' | 'never' | 'count'>) {
    this.rules = [
      ...expect.map((rule) => new SeeRule(rule)),
      ...never.map((rule) => new NeverRule(rule)),
      ...count.map((rule) => new CountRule(rule)),
    ];
    this.moment(START, 0);
  }

  /** A moment has come. When it comes again, what is undecided and not yet begun counts from the first one. */
  moment(name: string, atMs: number): void {
    if (this.moments.has(name)) return;
    this.moments.set(name, atMs);
    for (const rule of this.rules) if (rule.of === name) rule.fromMs = atMs;
  }

  take(fact: Fact): void {
    this.until(fact.atMs - 1);
    this.judge((rule) => rule.take(fact));
  }

  /** Nothing more will be seen up to and including `nowMs`. */
  until(nowMs: number): void {
    this.judge((rule) => rule.until(nowMs));
  }

  finish(nowMs: number): void {
    this.until(nowMs);
    this.judge((rule) => rule.finish(nowMs));
  }

  /** The undecided one whose deadline comes first. */
  next(): Pending | null {
    const open = this.rules.filter((rule) => !rule.done);
    if (open.length === 0) return null;
    const [first] = open.sort((a, b) => a.deadlineMs - b.deadlineMs);
    return { expected: first.expected, deadlineMs: first.deadlineMs };
  }

  private judge(ask: (rule: Rule) => Verdict | null): void {
    for (const rule of this.rules) {
      if (rule.done) continue;
      const verdict = ask(rule);
      if (verdict === null) continue;
      rule.done = true;
      this.verdicts.push(verdict);
    }
  }
}

abstract class Rule {
  done = false;
  /** NaN until the moment has come: then no comparison holds. */
  fromMs = Number.NaN;
  readonly of: string;
  readonly expected: string;
  protected readonly withinMs: number;
  private readonly near: string[] = [];

  constructor(of: string | undefined, withinMs: number | undefined, expected: string) {
    this.of = of ?? START;
    this.withinMs = withinMs ?? Number.POSITIVE_INFINITY;
    const span = withinMs === undefined ? 'to the end' : `within ${secondsText(withinMs)}`;
    this.expected = `${expected}, ${span} from ${this.of}`;
  }

  get deadlineMs(): number {
    const ms = this.fromMs + this.withinMs;
    return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
  }

  abstract take(fact: Fact): Verdict | null;
  abstract until(nowMs: number): Verdict | null;
  abstract finish(nowMs: number): Verdict | null;

  protected inWindow({ atMs }: Fact): boolean {
    return atMs >= this.fromMs && atMs <= this.fromMs + this.withinMs;
  }

  protected remember(fact: Fact): void {
    this.near.push(`${secondsText(fact.atMs)} ${factText(fact)}`);
    if (this.near.length > REMEMBERED_MAX) this.near.shift();
  }

  protected get instead(): string {
    if (Number.isNaN(this.fromMs)) return `"${this.of}" never came`;
    return this.near.length === 0 ? 'nothing of the kind' : this.near.join('; ');
  }

  protected verdict(ok: boolean, seen: string, atMs: number): Verdict {
    return { expected: this.expected, ok, seen, atMs };
  }
}

class SeeRule extends Rule {
  private readonly rule: Expected;
  private sinceMs = Number.NaN;

  constructor(rule: Expected) {
    const { see, is, of, withinMs, forMs, giveMs } = rule;
    const lasts = forMs === undefined ? '' : ` for ${secondsText(forMs)} +-${secondsText(giveMs)}`;
    super(of, withinMs, `see ${conditionText(see, is)}${lasts}`);
    this.rule = rule;
  }

  override get deadlineMs(): number {
    return Number.isNaN(this.sinceMs) ? super.deadlineMs : this.overMs;
  }

  take(fact: Fact): Verdict | null {
    const { see, is, forMs, giveMs } = this.rule;
    if (fact.kind !== see) return null;
    if (!Number.isNaN(this.sinceMs)) {
      if (fits(fact, see, is)) return null;
      const lastedMs = fact.atMs - this.sinceMs;
      const ok = Math.abs(lastedMs - (forMs ?? lastedMs)) <= giveMs;
      return this.verdict(ok, `from ${secondsText(this.sinceMs)} for ${secondsText(lastedMs)}`, fact.atMs);
    }
    this.remember(fact);
    if (!this.inWindow(fact) || !fits(fact, see, is)) return null;
    if (forMs === undefined) return this.verdict(true, `${secondsText(fact.atMs)} ${factText(fact)}`, fact.atMs);
    this.sinceMs = fact.atMs;
    return null;
  }

  until(nowMs: number): Verdict | null {
    if (nowMs < this.deadlineMs) return null;
    if (Number.isNaN(this.sinceMs)) return this.verdict(false, this.instead, this.deadlineMs);
    return this.verdict(false, `from ${secondsText(this.sinceMs)} on, and it is not over`, nowMs);
  }

  finish(nowMs: number): Verdict | null {
    if (Number.isNaN(this.sinceMs)) return this.verdict(false, this.instead, nowMs);
    return this.verdict(false, `from ${secondsText(this.sinceMs)} on, to the end of the scenario`, nowMs);
  }

  /** When what has begun must be over. */
  private get overMs(): number {
    return this.sinceMs + (this.rule.forMs ?? 0) + this.rule.giveMs + 1;
  }
}

class NeverRule extends Rule {
  private readonly rule: Forbidden;

  constructor(rule: Forbidden) {
    super(rule.of, rule.withinMs, `never ${conditionText(rule.see, rule.is)}`);
    this.rule = rule;
  }

  take(fact: Fact): Verdict | null {
    if (!this.inWindow(fact) || !fits(fact, this.rule.see, this.rule.is)) return null;
    return this.verdict(false, `${secondsText(fact.atMs)} ${factText(fact)}`, fact.atMs);
  }

  until(nowMs: number): Verdict | null {
    return nowMs >= this.deadlineMs ? this.verdict(true, 'nothing of the kind', nowMs) : null;
  }

  /** What counts from a moment that never came has not been looked at. */
  finish(nowMs: number): Verdict {
    return this.verdict(!Number.isNaN(this.fromMs), this.instead, nowMs);
  }
}

class CountRule extends Rule {
  private readonly rule: Counted;
  private count = 0;

  constructor(rule: Counted) {
    const { see, is, of, withinMs, min, max } = rule;
    const often = max === min ? `${min}` : `${min} to ${max ?? 'any number of'}`;
    super(of, withinMs, `count ${often} x ${conditionText(see, is)}`);
    this.rule = rule;
  }

  take(fact: Fact): Verdict | null {
    const { see, is, max = Number.POSITIVE_INFINITY } = this.rule;
    if (fact.kind !== see || !this.inWindow(fact)) return null;
    this.remember(fact);
    if (fits(fact, see, is) && ++this.count > max) return this.verdict(false, this.counted, fact.atMs);
    return null;
  }

  until(nowMs: number): Verdict | null {
    return nowMs >= this.deadlineMs ? this.finish(nowMs) : null;
  }

  finish(nowMs: number): Verdict {
    const ok = !Number.isNaN(this.fromMs) && this.count >= this.rule.min;
    return this.verdict(ok, this.counted, nowMs);
  }

  private get counted(): string {
    return `${this.count}; last of the kind: ${this.instead}`;
  }
}
