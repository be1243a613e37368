/** be relaxed: premium, cover, claims, and whether the car was locked. */

import { z } from 'zod';
import { calendarTables, type Day, dayAt, isoDay } from '../../gateway/tariffs/calendar.ts';
import { euros, explain } from '../../gateway/tariffs/explanation.ts';
import { checkImei } from '../../gateway/tariffs/imei.ts';
import { type LockEntry, lockedAt } from '../../gateway/tariffs/lock-history.ts';
import { type Claim, PERILS, settleClaim } from '../../gateway/tariffs/relaxed-claim.ts';
import { type RelaxedContract, type RelaxedCover, relaxedCover } from '../../gateway/tariffs/relaxed-cover.ts';
import {
  agreeRelaxed,
  hotline,
  type Premium,
  premiumOf,
  type RelaxedTerms,
} from '../../gateway/tariffs/relaxed-terms.ts';
import { cents, day, dayFrom, dayOrNull, id, instant, orUnusable, terms, utcMsFrom } from './fields.ts';
import { type Answer, found, refused, type Section, sectionOf } from './section.ts';

const payment = z.strictObject({ paid: day.nullable(), excused: z.boolean().default(false) });

const claim = z.strictObject({
  id,
  peril: z.enum(PERILS),
  happened: instant,
  known: day,
  reported: day,
  fault: z.enum(['none', 'gross-negligence', 'intent']).default('none'),
  othersLiable: z.boolean().default(false),
  repairable: z.boolean(),
  place: z.enum(['locked-room', 'car', 'elsewhere']).default('elsewhere'),
  police: z.strictObject({ day, copy: z.boolean() }).nullable().default(null),
  simBlocked: z.boolean().default(false),
});

export const relaxedSchema = z.strictObject({
  now: instant,
  device: z.strictObject({ imei: z.string().max(40).optional(), number: id.optional(), priceCents: cents }),
  theft: z.boolean().describe('burglary and robbery are agreed'),
  contract: z.strictObject({
    concluded: day,
    agreedStart: day,
    dataSent: day,
    premiums: z.array(payment).max(600).describe('by month from the first'),
    notice: day.nullable().default(null),
    withdrawn: day.nullable().default(null),
  }),
  claims: z.array(claim).default([]),
  lockHistory: z
    .array(z.strictObject({ at: instant, state: z.enum(['locked', 'unlocked', 'unknown']) }))
    .default([])
    .describe("of the car, released on its owner's request"),
  terms,
});

type Facts = z.output<typeof relaxedSchema>;

interface Insured {
  readonly contract: RelaxedContract;
  readonly premium: Premium;
  readonly history: readonly LockEntry[];
  readonly nowUtcMs: number;
  readonly today: Day;
  readonly agreed: RelaxedTerms;
}

function contractOf({ contract }: Facts): RelaxedContract {
  const { concluded, agreedStart, dataSent, premiums, notice, withdrawn } = contract;
  return {
    concluded: dayFrom(concluded),
    agreedStart: dayFrom(agreedStart),
    dataSent: dayFrom(dataSent),
    premiums: premiums.map(({ paid, excused }) => ({ paid: dayOrNull(paid), excused })),
    notice: dayOrNull(notice),
    withdrawn: dayOrNull(withdrawn),
  };
}

function deviceSection({ device }: Facts): Section {
  if (device.imei !== undefined) {
    return sectionOf('device', checkImei(device.imei), (imei) =>
      found('device', imei, explain('IMEI', 'F8', {}, 'The last digit of the IMEI matches the others.'), { imei }),
    );
  }
  if (device.number === undefined)
    return refused('device', 'neither imei nor number is given: supply it as soon as possible (F8)');
  const why = explain('device number', 'F8', {}, 'The device is known by its number.');
  return found('device', device.number, why, { number: device.number });
}

function coverData({ state, from, to, renews, insurerMay }: RelaxedCover): Section['data'] {
  return { state, from: from === null ? null : isoDay(from), to: isoDay(to), renews: isoDay(renews), insurerMay };
}

function claimSections(facts: Facts['claims'][number], theft: boolean, insured: Insured): Section[] {
  const { contract, premium, history, nowUtcMs, today, agreed } = insured;
  const happenedUtcMs = utcMsFrom(facts.happened);
  const lock = lockedAt(history, happenedUtcMs, nowUtcMs, agreed.lockHistoryDays);
  const happened = dayAt(happenedUtcMs);
  const { id: claimId, ...rest } = facts;
  const asked: Claim = {
    ...rest,
    happened,
    known: dayFrom(facts.known),
    reported: dayFrom(facts.reported),
    carLock: lock.state,
    police: facts.police === null ? null : { ...facts.police, day: dayFrom(facts.police.day) },
  };
  // Before the contract was concluded there is none.
  const covered = relaxedCover(contract, happened, today, agreed);
  const cover = covered.ok ? covered.value : { state: 'not-started' as const };
  const result = settleClaim(asked, { cover, theft, deductibleCents: premium.deductibleCents }, agreed);
  const name = `claim ${claimId}`;
  const sections = [
    sectionOf(name, result, ({ outcome, deductibleCents, why }) =>
      found(name, outcome, why, { outcome, deductibleCents }),
    ),
  ];
  if (facts.peril === 'burglary' && facts.place === 'car')
    sections.push(found(`car at claim ${claimId}`, lock.state, lock.why, { state: lock.state }));
  return sections;
}

export function relaxedAnswer(facts: Facts): Answer {
  const agreed = orUnusable(agreeRelaxed(facts.terms), 'terms');
  const nowUtcMs = utcMsFrom(facts.now);
  const today = dayAt(nowUtcMs);
  const contract = contractOf(facts);
  const premium = premiumOf(facts.device.priceCents, facts.theft, agreed);
  const history = facts.lockHistory.map(({ at, state }) => ({ utcMs: utcMsFrom(at), state }));
  const insured: Insured = { contract, premium, history, nowUtcMs, today, agreed };
  const { why, ...prices } = premium;
  return {
    tables: calendarTables(),
    sections: [
      deviceSection(facts),
      found('premium', `${euros(premium.centsPerMonth)} a month`, why, prices),
      sectionOf('cover', relaxedCover(contract, today, today, agreed), (cover) =>
        found('cover', cover.state, cover.why, coverData(cover)),
      ),
      ...facts.claims.flatMap((each) => claimSections(each, facts.theft, insured)),
      found('hotline', `${agreed.hotlineCents.join(' or ')} cent`, hotline(agreed)),
    ],
  };
}
