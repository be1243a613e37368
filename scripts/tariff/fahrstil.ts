/** FahrStil: facts of one contract in, discounts with their reasons out. */

import { z } from 'zod';
import { Period } from '../../gateway/scoring/period-score.ts';
import type { PeriodTrip } from '../../gateway/scoring/period-trip.ts';
import { calendarTables, type Day, dayAt, isoDay } from '../../gateway/tariffs/calendar.ts';
import { grouped } from '../../gateway/tariffs/explanation.ts';
import { afterChange } from '../../gateway/tariffs/fahrstil-changes.ts';
import {
  type DiscountSpan,
  discountOn,
  discountSpans,
  type FahrstilHistory,
  type Interruption,
} from '../../gateway/tariffs/fahrstil-discount.ts';
import { activation, anonymisedBy, useReport } from '../../gateway/tariffs/fahrstil-duties.ts';
import { type PeriodFacts, periodOf } from '../../gateway/tariffs/fahrstil-period.ts';
import { discountedPremium } from '../../gateway/tariffs/fahrstil-premium.ts';
import { agreeFahrstil, type FahrstilTerms } from '../../gateway/tariffs/fahrstil-terms.ts';
import { CommandError, EXIT } from '../exit.ts';
import {
  cents,
  day,
  dayFrom,
  dayOrNull,
  id,
  instant,
  km,
  metres,
  orUnusable,
  points,
  score,
  terms,
  utcMsFrom,
} from './fields.ts';
import { type Answer, found, type Section, sectionOf } from './section.ts';

const trip = z.strictObject({
  id,
  start: instant,
  end: instant,
  distanceM: metres,
  seenM: metres.describe('of it, driven while harsh events could be seen'),
  speed: points.nullable(),
  road: points.nullable(),
  time: points.nullable(),
  events: z.array(
    z.strictObject({
      kind: z.enum(['harsh-acceleration', 'harsh-braking', 'harsh-cornering']),
      atM: metres.describe('driven since the start of the trip'),
      peakCg: z.int().min(0).max(1000).describe('0.01 g'),
    }),
  ),
  version: z.string().default('not named').describe('of the rules and tables that scored the trip'),
});

export const fahrstilSchema = z.strictObject({
  now: instant,
  start: day.describe('first day with FahrStil'),
  birth: day.optional().describe('of the young driver; needed for changes'),
  sensor: z.strictObject({ received: day, activated: day.nullable() }).optional(),
  periods: z
    .array(z.strictObject({ keyYear: z.int().min(1900).max(2199), km, score: score.nullable() }))
    .default([])
    .describe('what the periods that end on 30 September of keyYear came to'),
  trips: z.array(trip).default([]).describe('scored trips, for periods that are not listed'),
  interruptions: z
    .array(
      z.strictObject({
        from: day,
        to: day.nullable(),
        cause: z.enum(['deregistered', 'contract-ended', 'excluded', 'erased', 'age']),
      }),
    )
    .default([]),
  changes: z
    .array(
      z.strictObject({
        day,
        change: z.enum(['vehicle', 'tariff']),
        contractNumber: z.enum(['same', 'new', 'unclear']),
        telematics: z.boolean(),
      }),
    )
    .default([]),
  use: z.strictObject({ heard: instant, from: day, distanceM: metres, expectedKmPerYear: km }).optional(),
  premiumCents: z.strictObject({ liability: cents, comprehensive: cents.optional() }).optional(),
  contractEnd: day.optional(),
  terms,
});

type Facts = z.output<typeof fahrstilSchema>;

function periodTrip({ id: tripId, start, end, speed, road, time, ...rest }: Facts['trips'][number]): PeriodTrip {
  const values = { speed, road, time };
  return { ...rest, id: tripId, startUtcMs: utcMsFrom(start), endUtcMs: utcMsFrom(end), values };
}

/** Trips belong to the period in which they begin, by the calendar of Berlin. */
function periodsOfTrips(facts: Facts, start: Day, agreed: FahrstilTerms): Map<number, Period> {
  const periods = new Map<number, Period>();
  for (const each of facts.trips.map(periodTrip)) {
    const begins = dayAt(each.startUtcMs);
    if (begins < start)
      throw new CommandError(
        EXIT.usage,
        `tariff: trip ${each.id} began before ${isoDay(start)}, the first day with FahrStil: remove it`,
      );
    const { keyYear } = periodOf(begins, agreed);
    periods.set(keyYear, (periods.get(keyYear) ?? new Period()).add(each));
  }
  return periods;
}

interface Scored {
  readonly facts: readonly PeriodFacts[];
  readonly sections: readonly Section[];
}

function scored(facts: Facts, start: Day, agreed: FahrstilTerms): Scored {
  const all: PeriodFacts[] = facts.periods.map((period) => ({ ...period, distanceM: period.km * 1000 }));
  const sections: Section[] = [];
  for (const [keyYear, period] of [...periodsOfTrips(facts, start, agreed)].sort(([a], [b]) => a - b)) {
    const result = period.score();
    all.push({ keyYear, distanceM: result.sufficientM, score: result.score });
    const reasons = Object.entries(result.subscores).map(
      ([name, { value, why }]) => `${name} ${value ?? '-'}: ${why.join(', ')}`,
    );
    const left = result.setAside.map(({ id: tripId, reason }) => `trip ${tripId} does not count: ${reason}`);
    const why = {
      rule: 'four criteria over the period',
      requirement: 'C1, C6, C14, C15',
      numbers: {
        trips: result.trips,
        km: Math.floor(result.distanceM / 1000),
        total: result.total ?? 'none',
        score: result.score ?? 'none',
      },
      sentence: `${[...reasons, ...left].join('; ')}.`,
    };
    const { setAside, versions, total, sufficientM } = result;
    const data = { keyYear, score: result.score, total, sufficientM, subscores: result.subscores, setAside, versions };
    sections.push(
      found(`score of the period ${keyYear}`, result.score === null ? 'none' : `${result.score} of 7`, why, data),
    );
  }
  return { facts: all, sections };
}

function spanData({ from, to, telematics, percent, score: restsOn }: DiscountSpan): Section['data'] {
  return { from: isoDay(from), to: to === null ? null : isoDay(to), telematics, percent, score: restsOn };
}

function changed(facts: Facts, agreed: FahrstilTerms): { gaps: Interruption[]; sections: Section[] } {
  const gaps: Interruption[] = [];
  if (facts.changes.length === 0) return { gaps, sections: [] };
  if (facts.birth === undefined) throw new CommandError(EXIT.usage, 'tariff: changes need birth, of the young driver');
  const birth = dayFrom(facts.birth);
  const sections = facts.changes.map((change) => {
    const result = afterChange({ ...change, day: dayFrom(change.day) }, birth, agreed);
    if (result.interruption !== null) gaps.push(result.interruption);
    const { continues, sensor, newMounting } = result;
    const value = continues ? `goes on, the sensor ${sensor === 'new' ? 'is a new one' : sensor}` : 'FahrStil ends';
    return found(`change of ${change.day}`, value, result.why, { continues, sensor, newMounting });
  });
  return { gaps, sections };
}

function duties(facts: Facts, today: Day, agreed: FahrstilTerms): Section[] {
  const sections: Section[] = [];
  if (facts.sensor !== undefined) {
    const { received, activated } = facts.sensor;
    const { state, dueBy, why } = activation(dayFrom(received), dayOrNull(activated), today, agreed);
    sections.push(found('activation', state, why, { state, dueBy: isoDay(dueBy) }));
  }
  if (facts.use !== undefined) {
    const { heard, from, ...use } = facts.use;
    const { flag, why } = useReport(
      { ...use, heardUtcMs: utcMsFrom(heard), from: dayFrom(from) },
      utcMsFrom(facts.now),
      agreed,
    );
    sections.push(found('use of the sensor', flag === 'none' ? 'as expected' : flag, why, { flag }));
  }
  if (facts.contractEnd !== undefined) {
    const { by, why } = anonymisedBy(dayFrom(facts.contractEnd), agreed);
    sections.push(found('anonymised by', isoDay(by), why, { by: isoDay(by) }));
  }
  return sections;
}

export function fahrstilAnswer(facts: Facts): Answer {
  const agreed = orUnusable(agreeFahrstil(facts.terms), 'terms');
  const today = dayAt(utcMsFrom(facts.now));
  const start = dayFrom(facts.start);
  const periods = scored(facts, start, agreed);
  const { gaps, sections } = changed(facts, agreed);
  const listed = facts.interruptions.map((gap) => ({ ...gap, from: dayFrom(gap.from), to: dayOrNull(gap.to) }));
  const interruptions = [...listed, ...gaps].sort((a, b) => a.from - b.from);
  const history: FahrstilHistory = { start, periods: periods.facts, interruptions };
  const name = `discount on ${isoDay(today)}`;
  const current = discountOn(history, today, agreed);
  const spans = discountSpans(history, today, agreed);
  return {
    tables: calendarTables(),
    sections: [
      sectionOf(name, current, (span) => found(name, `${span.percent} %`, span.why, spanData(span))),
      ...premiums(facts, current.ok ? current.value : null),
      ...(spans.ok ? spans.value.map(spanSection) : []),
      ...periods.sections,
      ...sections,
      ...duties(facts, today, agreed),
    ],
  };
}

function spanSection(span: DiscountSpan): Section {
  const until = span.to === null ? 'open' : isoDay(span.to);
  const basis = span.score === null ? '' : ` by score ${grouped(span.score)}`;
  return found(`${isoDay(span.from)} to ${until}`, `${span.percent} %${basis}`, span.why, spanData(span));
}

function premiums({ premiumCents }: Facts, span: DiscountSpan | null): Section[] {
  if (premiumCents === undefined || span === null) return [];
  return Object.entries(premiumCents).map(([kind, full]) => {
    const { cents: due, why } = discountedPremium(full, span);
    return found(`${kind} premium`, `${Math.floor(due / 100)}.${String(due % 100).padStart(2, '0')} EUR`, why, {
      cents: due,
    });
  });
}
