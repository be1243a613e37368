/** One line that shows where a run is, on standard error, only where a person looks at it. */

import { momentOf, type Scenario } from '../../simulator/scenario.ts';
import { secondsText } from '../../simulator/scenario-facts.ts';
import type { Pending } from '../../simulator/scenario-watch.ts';
import type { LogLine } from './run-log.ts';

const REDRAW_MS = 100;
const LAST_LINES = 2;

export class LiveView {
  private readonly scenario: Scenario;
  private readonly shown = process.stderr.isTTY === true;
  private drawnMs = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  step(nowMs: number, pending: Pending | null, lines: readonly LogLine[]): void {
    const wallMs = performance.now();
    if (!this.shown || wallMs - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = wallMs;
    const text = liveText(this.scenario, nowMs, pending, lines);
    process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }

  done(): void {
    if (this.shown) process.stderr.write('\r\u001b[K');
  }
}

/** Step, deadline, last messages. */
export function liveText(
  { name, timeline, lastsMs }: Scenario,
  nowMs: number,
  pending: Pending | null,
  lines: readonly LogLine[],
): string {
  const step = timeline.findLast(({ atMs }) => atMs <= nowMs);
  const last = lines.filter(({ text }) => text.startsWith('= ')).slice(-LAST_LINES);
  const due =
    pending === null ? 'all decided' : `by ${secondsText(Math.min(pending.deadlineMs, lastsMs))} ${pending.expected}`;
  const parts = [name, secondsText(nowMs), step === undefined ? 'start' : momentOf(step), due];
  return [...parts, ...last.map(({ text }) => text.slice(2))].join(' | ');
}
