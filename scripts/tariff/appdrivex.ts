/** AppDriveX: mileage, points, cover on demand and contract limits. */

import { z } from 'zod';
import {
  type ContractRequest,
  cancellation,
  checkContract,
  sfClass,
} from '../../gateway/tariffs/appdrivex-contract.ts';
import { type AppdrivexTerms, agreeAppdrivex } from '../../gateway/tariffs/appdrivex-terms.ts';
import { calendarTables, clockAt, type Day, dayAt, isoDay } from '../../gateway/tariffs/calendar.ts';
import { type MileageFacts, mileageOf, reconcile } from '../../gateway/tariffs/cashback.ts';
import { type Explanation, euros, grouped } from '../../gateway/tariffs/explanation.ts';
import { bookOnDemand, isActive } from '../../gateway/tariffs/on-demand.ts';
import { correctionAllowed, PointsAccount, type Posting, pointsFor } from '../../gateway/tariffs/points.ts';
import {
  day,
  dayFrom,
  dayOrNull,
  id,
  instant,
  km,
  metres,
  orUnusable,
  points,
  terms,
  utcMsFrom,
  utcMsOrNull,
} from './fields.ts';
import { type Answer, found, refused, type Section, sectionOf } from './section.ts';

const mileage = z.strictObject({
  year: z.int().min(2000).max(2199),
  start: day.describe('first day with this car'),
  exchanged: day.nullable().default(null).describe('day of the exchange for another car in this year'),
  startKm: km,
  report: z
    .strictObject({ day, km })
    .nullable()
    .describe('odometer value as reported in January, or with the exchange'),
  recordedKm: km.optional().describe('kilometres that the app or the sensor recorded'),
  directDebit: z.boolean(),
});

const contract = z.strictObject({
  liability: z.boolean(),
  comprehensive: z.enum(['none', 'partial', 'full']),
  directDebit: z.boolean(),
  expectedKmPerYear: km,
  use: z.enum(['private', 'business']),
  typeClass: z.int().min(1).max(100),
  valueEuros: z.int().min(0).max(100_000_000),
  tuningEuros: z.int().min(0).max(100_000_000),
  firstRegistration: day,
  start: day,
  seasonalPlate: z.boolean(),
  phone: z
    .strictObject({ system: z.enum(['ios', 'android']), version: z.int().min(1).max(1000) })
    .nullable()
    .default(null),
});

export const appdrivexSchema = z.strictObject({
  now: instant,
  mileage: z.array(mileage).default([]),
  blocked: z
    .array(z.strictObject({ from: instant, to: instant.nullable() }))
    .default([])
    .describe('telematics blocker set'),
  trips: z
    .array(z.strictObject({ id, start: instant, end: instant, distanceM: metres, rating: points.nullable() }))
    .default([]),
  corrections: z
    .array(
      z.strictObject({ id, trip: id, at: instant, mode: z.enum(['driver', 'passenger', 'bus', 'train', 'bicycle']) }),
    )
    .default([])
    .describe('the mode of transport of a trip, put right'),
  vouchers: z.array(z.strictObject({ id, at: instant })).default([]),
  covers: z
    .array(
      z.strictObject({
        kind: z.enum(['damage-abroad', 'occupants-and-animals', 'additional-driver']),
        days: z.int().min(1).max(366),
        start: instant,
      }),
    )
    .default([]),
  contract: contract.optional(),
  licence: z.strictObject({ licensed: day, start: day }).optional(),
  cancelled: z.strictObject({ received: day, textForm: z.boolean() }).optional(),
  terms,
});

type Facts = z.output<typeof appdrivexSchema>;

function mileageSections(facts: Facts['mileage'][number], today: Day, agreed: AppdrivexTerms): Section[] {
  const { recordedKm, report, ...rest } = facts;
  const name = `mileage ${facts.year} from ${facts.start}`;
  const asked: MileageFacts = {
    ...rest,
    start: dayFrom(facts.start),
    exchanged: dayOrNull(facts.exchanged),
    report: report === null ? null : { day: dayFrom(report.day), km: report.km },
  };
  const result = mileageOf(asked, today, agreed);
  const sections = [
    sectionOf(name, result, ({ why, ...data }) => {
      const value = data.kind === 'none' || data.kind === 'pending' ? data.kind : `${data.kind} ${euros(data.cents)}`;
      return found(name, value, why, data);
    }),
  ];
  if (recordedKm === undefined || report === null || !result.ok) return sections;
  const { agrees, why } = reconcile(report.km - facts.startKm, recordedKm, agreed);
  return [...sections, found(`odometer ${facts.year}`, agrees ? 'agrees' : 'differs', why, { agrees })];
}

interface Timed {
  readonly utcMs: number;
  readonly name: string;
  readonly posting: Posting;
  readonly why: Explanation | null;
}

/** Trips and corrections that are right become postings; the others a section with their reason. */
function postingsOf(facts: Facts, agreed: AppdrivexTerms): { timed: Timed[]; refusals: Section[] } {
  const timed: Timed[] = [];
  const refusals: Section[] = [];
  const blocked = facts.blocked.map(({ from, to }) => ({ fromUtcMs: utcMsFrom(from), toUtcMs: utcMsOrNull(to) }));
  const ends = new Map<string, number>();
  for (const { start, end, ...trip } of facts.trips) {
    const [startUtcMs, endUtcMs] = [utcMsFrom(start), utcMsFrom(end)];
    const earned = pointsFor({ ...trip, startUtcMs, endUtcMs }, blocked, agreed);
    const name = `trip ${trip.id}`;
    if (!earned.ok) refusals.push(refused(name, earned.reason));
    else {
      ends.set(trip.id, endUtcMs);
      const posting: Posting = { kind: 'earned', id: trip.id, points: earned.value.points };
      timed.push({ utcMs: endUtcMs, name, posting, why: earned.value.why });
    }
  }
  for (const { id: correctionId, trip, at, mode } of facts.corrections) {
    const name = `correction ${correctionId}`;
    const endUtcMs = ends.get(trip);
    const allowed = endUtcMs === undefined ? null : correctionAllowed(endUtcMs, utcMsFrom(at), agreed);
    if (allowed === null) refusals.push(refused(name, `there is no trip ${trip}: name one of trips`));
    else if (!allowed.ok) refusals.push(refused(name, allowed.reason));
    else if (mode !== 'driver')
      timed.push({
        utcMs: utcMsFrom(at),
        name,
        posting: { kind: 'withdrawn', id: correctionId, earnedId: trip },
        why: null,
      });
  }
  for (const { id: voucherId, at } of facts.vouchers)
    timed.push({
      utcMs: utcMsFrom(at),
      name: `voucher ${voucherId}`,
      posting: { kind: 'voucher', id: voucherId },
      why: null,
    });
  return { timed, refusals };
}

function pointsSections(facts: Facts, agreed: AppdrivexTerms): Section[] {
  const { timed, refusals } = postingsOf(facts, agreed);
  const account = new PointsAccount(agreed);
  const posted = timed
    .sort((a, b) => a.utcMs - b.utcMs)
    .map(({ name, posting, why }) =>
      sectionOf(name, account.post(posting), ({ change, balance, why: booked }) =>
        found(name, `${grouped(change)} points, ${grouped(balance)} in all`, why ?? booked, { change, balance }),
      ),
    );
  return [...posted, ...refusals];
}

function coverSections(facts: Facts, agreed: AppdrivexTerms): Section[] {
  const nowUtcMs = utcMsFrom(facts.now);
  return facts.covers.map(({ kind, days, start }) => {
    const name = `cover ${kind}`;
    return sectionOf(name, bookOnDemand(kind, days, utcMsFrom(start), agreed), (cover) => {
      const active = isActive(cover, nowUtcMs);
      const data = { kind, days, active, from: clockAt(cover.startUtcMs), to: clockAt(cover.endUtcMs) };
      return found(name, active ? 'active' : 'not active', cover.why, data);
    });
  });
}

function contractSections({ contract: wanted, licence, cancelled }: Facts, agreed: AppdrivexTerms): Section[] {
  const sections: Section[] = [];
  if (wanted !== undefined) {
    const request: ContractRequest = {
      ...wanted,
      firstRegistration: dayFrom(wanted.firstRegistration),
      start: dayFrom(wanted.start),
    };
    const { fits, faults, why } = checkContract(request, agreed);
    sections.push(found('contract', fits ? 'fits' : 'does not fit', why, { fits, faults }));
  }
  if (licence !== undefined) {
    const result = sfClass(dayFrom(licence.licensed), dayFrom(licence.start), agreed);
    sections.push(sectionOf('SF class', result, ({ sf, why }) => found('SF class', `SF-${sf}`, why, { sf })));
  }
  if (cancelled !== undefined) {
    const result = cancellation(dayFrom(cancelled.received), cancelled.textForm, agreed);
    sections.push(
      sectionOf('cancellation', result, ({ end, why }) =>
        found('cancellation', `ends ${isoDay(end)}`, why, { end: isoDay(end) }),
      ),
    );
  }
  return sections;
}

export function appdrivexAnswer(facts: Facts): Answer {
  const agreed = orUnusable(agreeAppdrivex(facts.terms), 'terms');
  const today = dayAt(utcMsFrom(facts.now));
  return {
    tables: calendarTables(),
    sections: [
      ...facts.mileage.flatMap((each) => mileageSections(each, today, agreed)),
      ...pointsSections(facts, agreed),
      ...coverSections(facts, agreed),
      ...contractSections(facts, agreed),
    ],
  };
}
