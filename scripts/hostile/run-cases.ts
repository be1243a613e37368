/** Runs cases one by one, or a few at a time where they do not meet, and looks at the honest device after each. */

import type { HostileCase } from './case.ts';
import { type CaseResult, type HonestReport, judgeHonest, type Verdict } from './verdict.ts';

/** No answer within this time is a hang. */
const CASE_MS = 30_000;
const APART_AT_ONCE = 3;

/** Somebody who does nothing wrong meanwhile. */
export interface WithHonest {
  readonly honest: { check(): Promise<HonestReport> };
}

export async function runCases<S extends WithHonest>(
  stage: S,
  cases: readonly HostileCase<S>[],
  onDone: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (let at = 0; at < cases.length; ) {
    const group = groupAt(cases, at);
    at += group.length;
    const verdicts = await Promise.all(group.map((each) => tried(each, stage)));
    const honest = judgeHonest(await stage.honest.check(), group[0].cuts);
    for (const [i, { got, flaws }] of verdicts.entries()) {
      const all = [...flaws, ...honest];
      const shown = all.length === 0 ? got : `${got} <- ${all.join(', ')}`;
      const result: CaseResult = { name: group[i].name, got: shown, ok: all.length === 0 };
      results.push(result);
      onDone(result);
    }
  }
  return results;
}

function groupAt<S>(cases: readonly HostileCase<S>[], at: number): readonly HostileCase<S>[] {
  let end = at + 1;
  if (cases[at].apart) while (end < cases.length && end - at < APART_AT_ONCE && cases[end].apart) end++;
  return cases.slice(at, end);
}

async function tried<S>(each: HostileCase<S>, stage: S): Promise<Verdict> {
  let limit: NodeJS.Timeout | undefined;
  const hang = new Promise<Verdict>((resolve) => {
    limit = setTimeout(() => resolve({ got: 'nothing', flaws: ['it hangs'] }), CASE_MS);
  });
  try {
    return await Promise.race([each.run(stage), hang]);
  } catch (error) {
    return { got: 'nothing', flaws: [`the case broke: ${error instanceof Error ? error.message : error}`] };
  } finally {
    clearTimeout(limit);
  }
}
