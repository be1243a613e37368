/** The figures of an accuracy run, as JSON and as text, and whether they are good enough. */

import type { HarshKind } from '../../simulator/truth.ts';
import type { CrashRun } from './crash-run.ts';
import type { EventsRun, NuisanceCount } from './events-run.ts';
import { HARSH_KINDS, percentile, type Tally } from './matching.ts';
import { MINUTES, type MountingRun } from './mounting-run.ts';

const PRECISION_MIN = 0.97;
const RECALL_MIN = 0.97;
const CRASH_RECALL_MIN = 0.99;
const MOUNTED_MIN = 0.95;

interface Spread {
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface EventFigures {
  readonly truth: number;
  readonly hits: number;
  readonly misses: number;
  readonly falseAlarms: number;
  readonly near: number;
  readonly unmounted: number;
  readonly precision: number | null;
  readonly recall: number | null;
  /** Onset told minus true onset: median, and 95 % of the absolute values. */
  readonly delayMs: Spread;
  readonly peakErrorMg: Spread;
  readonly durationErrorMs: Spread;
}

export interface AccuracyReport {
  readonly seed: number;
  readonly hours: number;
  readonly cars: number;
  readonly unmountedShare: number;
  readonly events: Readonly<Record<HarshKind, EventFigures>>;
  readonly nuisances: Readonly<Record<string, NuisanceCount & { readonly falseAlarmsPer100h: number }>>;
  readonly crash: {
    readonly hours: number;
    readonly above: number;
    readonly told: number;
    readonly recall: number | null;
    readonly near: number;
    readonly nearTold: number;
    readonly below: number;
    readonly belowTold: number;
    readonly stray: number;
    readonly falseInNuisances: number;
    readonly peakErrorMg: Spread;
    readonly deltaVErrorKmh: Spread;
  };
  readonly mounting: MountingRun;
  /** What was promised and is missed; empty when all is well. */
  readonly missed: readonly string[];
  readonly ok: boolean;
}

export function accuracyReport(
  seed: number,
  events: EventsRun,
  crashes: CrashRun,
  mounting: MountingRun,
): AccuracyReport {
  const { above, near, below } = crashes.pulses;
  const report = {
    seed,
    hours: round(events.hours, 1),
    cars: events.cars,
    unmountedShare: round(events.unmountedHours / events.drivenHours, 4),
    events: {
      braking: eventFigures(events.tallies.braking),
      acceleration: eventFigures(events.tallies.acceleration),
      cornering: eventFigures(events.tallies.cornering),
    },
    nuisances: Object.fromEntries(
      Object.entries(events.nuisances).map(([kind, counts]) => [
        kind,
        { ...counts, falseAlarmsPer100h: round((100 * counts.falseAlarms) / events.hours, 2) },
      ]),
    ),
    crash: {
      hours: round(crashes.hours, 1),
      above: above.count,
      told: above.told,
      recall: share(above.told, above.count),
      near: near.count,
      nearTold: near.told,
      below: below.count,
      belowTold: below.told,
      stray: crashes.stray,
      falseInNuisances: events.falseCrashes,
      peakErrorMg: spread(crashes.peakErrorsMg, 0),
      deltaVErrorKmh: spread(crashes.deltaVErrorsKmh, 2),
    },
    mounting: roundedMounting(mounting),
  };
  const missed = missedFigures(report);
  return { ...report, missed, ok: missed.length === 0 };
}

function missedFigures(report: Omit<AccuracyReport, 'missed' | 'ok'>): string[] {
  const missed: string[] = [];
  for (const kind of HARSH_KINDS) {
    const { precision, recall } = report.events[kind];
    if ((precision ?? 0) < PRECISION_MIN) missed.push(`${kind}: precision ${precision} is below ${PRECISION_MIN}`);
    if ((recall ?? 0) < RECALL_MIN) missed.push(`${kind}: recall ${recall} is below ${RECALL_MIN}`);
  }
  for (const [kind, { falseAlarms }] of Object.entries(report.nuisances)) {
    if (kind !== 'driving' && falseAlarms > 0) missed.push(`${kind}: ${falseAlarms} false alarms instead of none`);
  }
  const { recall, belowTold, stray, falseInNuisances } = report.crash;
  if ((recall ?? 0) < CRASH_RECALL_MIN) missed.push(`crash: recall ${recall} is below ${CRASH_RECALL_MIN}`);
  const falseCrashes = belowTold + stray + falseInNuisances;
  if (falseCrashes > 0) missed.push(`crash: ${falseCrashes} false instead of none`);
  const { within3degAfter10min: within } = report.mounting;
  if (within < MOUNTED_MIN) missed.push(`mounting: ${within} within 3 degrees after 10 min is below ${MOUNTED_MIN}`);
  return missed;
}

function eventFigures(tally: Tally): EventFigures {
  const { truth, hits, misses, falseAlarms, near, unmounted } = tally;
  return {
    truth,
    hits,
    misses,
    falseAlarms,
    near,
    unmounted,
    precision: share(hits, hits + falseAlarms),
    recall: share(hits, truth),
    delayMs: spread(tally.delaysMs, 0),
    peakErrorMg: spread(tally.peakErrorsMg, 0),
    durationErrorMs: spread(tally.durationErrorsMs, 0),
  };
}

function roundedMounting(run: MountingRun): MountingRun {
  const minutes = MINUTES.map((minute) => {
    const { found, p50, p95 } = run.minutes[minute];
    return [minute, { found: round(found, 3), p50: p50 && round(p50, 2), p95: p95 && round(p95, 2) }] as const;
  });
  return { ...run, minutes: Object.fromEntries(minutes), within3degAfter10min: round(run.within3degAfter10min, 3) };
}

function spread(errors: readonly number[], digits: number): Spread {
  const p50 = percentile(errors, 0.5);
  const p95 = percentile(errors.map(Math.abs), 0.95);
  return { p50: p50 === null ? null : round(p50, digits), p95: p95 === null ? null : round(p95, digits) };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : round(part / whole, 4);
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

export function accuracyText(report: AccuracyReport): string {
  const { crash, mounting } = report;
  const lines = [
    `${report.hours} h in ${report.cars} mountings, seed ${report.seed}; axes unknown in ${percent(report.unmountedShare)} of the driving`,
    'events 15 % or more over their threshold, on mounted time:',
    ...HARSH_KINDS.map((kind) => {
      const e = report.events[kind];
      return `  ${kind.padEnd(13)} ${e.hits} of ${e.truth}, ${e.falseAlarms} false, ${e.near} near; precision ${e.precision} recall ${e.recall}; onset ${both(e.delayMs)} ms, peak ${both(e.peakErrorMg)} mg, duration ${both(e.durationErrorMs)} ms (median, 95 % within); ${e.unmounted} more while unmounted`;
    }),
    'nuisances:',
    ...Object.entries(report.nuisances).map(
      ([kind, n]) =>
        `  ${kind.padEnd(13)} ${n.count || ''} ${n.falseAlarms} false events (${n.falseAlarmsPer100h} per 100 h), ${n.crashes} false crashes`,
    ),
    `crash: ${crash.told} of ${crash.above} above the rule (recall ${crash.recall}), ${crash.nearTold} of ${crash.near} near it, ${crash.belowTold} of ${crash.below} below it, ${crash.stray} stray, ${crash.falseInNuisances} false in nuisances; peak ${both(crash.peakErrorMg)} mg, change of speed ${both(crash.deltaVErrorKmh)} km/h`,
    `mounting, ${mounting.count} in town, degrees of total rotation:`,
    ...MINUTES.map((minute) => {
      const { found, p50, p95 } = mounting.minutes[minute];
      return `  ${String(minute).padStart(2)} min: found ${percent(found)}, median ${p50}, 95 % ${p95}`;
    }),
    `  within 3 degrees after 10 min: ${percent(mounting.within3degAfter10min)}`,
    report.ok ? 'ok' : `MISSED:\n${report.missed.map((line) => `  ${line}`).join('\n')}`,
  ];
  return `${lines.join('\n')}\n`;
}

function percent(value: number): string {
  return `${round(100 * value, 1)} %`;
}

function both({ p50, p95 }: Spread): string {
  return `${p50}, ${p95}`;
}
