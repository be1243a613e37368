/** ready to share: who was insured by which hand-over. */

import { z } from 'zod';
import { calendarTables, clockAt } from '../../gateway/tariffs/calendar.ts';
import { euros } from '../../gateway/tariffs/explanation.ts';
import { type Handover, SHARE_TERMS, shareCover } from '../../gateway/tariffs/share.ts';
import { id, instant, utcMsFrom, utcMsOrNull } from './fields.ts';
import { type Answer, found, refused } from './section.ts';

export const shareSchema = z.strictObject({
  now: instant,
  box: id.describe('of the car that is asked about'),
  at: z.array(instant).default([]).describe('instants to ask about; now, if there are none'),
  participation: z.strictObject({ from: instant, to: instant.nullable() }).describe('in the test'),
  handovers: z.array(z.strictObject({ id, box: id, user: id, from: instant, to: instant.nullable() })),
});

type Facts = z.output<typeof shareSchema>;

export function shareAnswer({ now, box, at, participation, handovers }: Facts): Answer {
  const records = handovers.map(
    ({ from, to, ...rest }): Handover => ({ ...rest, startUtcMs: utcMsFrom(from), endUtcMs: utcMsOrNull(to) }),
  );
  const period = { startUtcMs: utcMsFrom(participation.from), endUtcMs: utcMsOrNull(participation.to) };
  const asked = at.length === 0 ? [now] : at;
  const results = asked.map((when) => ({
    when: utcMsFrom(when),
    ...shareCover(records, box, period, utcMsFrom(when)),
  }));
  const deductible = euros(SHARE_TERMS.fullDeductibleCents);
  return {
    tables: calendarTables(),
    sections: [
      ...results.map(({ when, covered, handover, why }) =>
        found(clockAt(when), covered ? `covered, ${deductible} deductible` : 'not covered', why, {
          covered,
          handover: handover?.id ?? null,
        }),
      ),
      ...(results[0]?.setAside ?? []).map(({ id: handoverId, reason }) => refused(`hand-over ${handoverId}`, reason)),
    ],
  };
}
