/**
 * The same cuts with the real gateway at the other end: the power of the box fails at every flash operation of an
 * unlock and of a delivery. Each request must have one final word, the car must have moved once at most, and the audit
 * log must say so: the attempt before the motion, and what became of it.
 */

import type { AuditPayload } from '../../gateway/core/audit/payload.ts';
import type { Reply } from '../../protocol/access-messages.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { Street } from '../../test/access/street.ts';
import { CUT_DAMAGES, CUT_SCENARIOS, type CutDamage, type CutScenario, cutOf } from './box-cuts.ts';

/** A request, its lease's end and an inquiry after it. */
const PATIENCE_MS = 300_000;
const SETTLING_MS = 20_000;
const RUNAWAY = 500;

export interface StreetFigures {
  stories: number;
  opened: number;
  /** Of the car for one request, at most. */
  motionsMax: number;
  readonly verdicts: Record<string, number>;
  readonly failures: { readonly story: string; readonly violations: readonly string[] }[];
}

export async function streetCuts(onStep: (share: number) => void): Promise<StreetFigures> {
  const figures: StreetFigures = { stories: 0, opened: 0, motionsMax: 0, verdicts: {}, failures: [] };
  for (const [n, scenario] of CUT_SCENARIOS.entries()) {
    const operations = await live(scenario, null, figures);
    for (let operation = 0; operation < operations; operation++) {
      for (const damage of CUT_DAMAGES) await live(scenario, { operation, damage }, figures);
      onStep((n + operation / operations) / CUT_SCENARIOS.length);
    }
  }
  return figures;
}

/** Flash operations from the request to the end. */
async function live(
  scenario: CutScenario,
  cut: { readonly operation: number; readonly damage: CutDamage } | null,
  figures: StreetFigures,
): Promise<number> {
  const flash = new NorFlash();
  const street = await Street.live({ flash });
  const { owner, courier, body } = street;
  const walker = scenario === 'unlock' ? owner : courier;
  const ask = scenario === 'unlock' ? ({ kind: 'unlock' } as const) : await redemption(street);
  const before = flash.operations;
  if (cut !== null) flash.cutAt = cutOf(before + cut.operation, cut.damage);
  const [unlatched, motionsBefore] = [body.unlatches, unlocks(street)];
  const reply = await walker.final(ask, PATIENCE_MS);
  await street.pass(SETTLING_MS);
  if (body.state.lidOpen) body.closeLid();
  await street.pass(SETTLING_MS);
  flash.cutAt = null;
  const motions = scenario === 'unlock' ? unlocks(street) - motionsBefore : body.unlatches - unlatched;
  const violations = flaws(reply, motions, await street.log(), scenario);
  figures.stories++;
  figures.opened += motions > 0 ? 1 : 0;
  figures.motionsMax = Math.max(figures.motionsMax, motions);
  figures.verdicts[reply.verdict] = (figures.verdicts[reply.verdict] ?? 0) + 1;
  const story = `${scenario}:${cut === null ? '' : `${cut.operation}${cut.damage}`}`;
  if (violations.length > 0) figures.failures.push({ story, violations });
  const operations = flash.operations - before;
  if (operations > RUNAWAY) throw new Error(`races: ${operations} flash operations for one ${scenario}`);
  return operations;
}

async function redemption(street: Street) {
  const { delivery, tan } = await street.order();
  return { kind: 'redeem', delivery, tan } as const;
}

function unlocks({ body }: Street): number {
  return body.motions.filter(({ command, moved }) => moved && command.actuator === 'doors' && command.what === 'unlock')
    .length;
}

function flaws(reply: Reply, motions: number, log: readonly AuditPayload[], scenario: CutScenario): string[] {
  const violations: string[] = [];
  const [asked, done] = scenario === 'unlock' ? ['unlock', 'unlock'] : ['redeem', 'trunk'];
  const attempt = log.findIndex((entry) => entry.kind === 'attempt' && entry.what === asked);
  const outcome = log.findLastIndex((entry) => entry.kind === 'outcome' && entry.what === done);
  const said = log[outcome];
  if (motions > 1) violations.push(`the car opened ${motions} times`);
  if (attempt < 0) violations.push('no audit entry of the attempt');
  if (motions > 0 && reply.verdict !== 'executed' && reply.verdict !== 'interrupted') {
    violations.push(`the car opened, and the last word was ${reply.verdict}`);
  }
  if (motions > 0 && (said?.kind !== 'outcome' || outcome < attempt || said.outcome !== reply.verdict)) {
    violations.push('the car opened, and the audit log does not say so');
  }
  return violations;
}
