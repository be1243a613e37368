import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostileCase } from '../../scripts/hostile/case.ts';
import { runCases, type WithHonest } from '../../scripts/hostile/run-cases.ts';
import {
  baseline,
  type Ended,
  type HonestReport,
  judgeCommand,
  judgeCounts,
  judgeHonest,
  reached,
} from '../../scripts/hostile/verdict.ts';

const GOOD: Ended = { code: 2, stdout: '', stderr: 'bordbox: x.csv is empty; name a drive\n' };
const WISH = { code: 2, says: /is empty/ };

test('a good answer has one line, the promised exit code and no stack', () => {
  assert.deepEqual(judgeCommand(GOOD, WISH), { got: 'bordbox: x.csv is empty; name a drive (exit 2)', flaws: [] });
});

for (const [flaw, answer] of [
  ['it hangs', { ...GOOD, code: null }],
  ['exit code 1 instead of 2', { ...GOOD, code: 1 }],
  ['2 lines instead of one', { ...GOOD, stderr: `${GOOD.stderr}and more\n` }],
  ['0 lines instead of one', { ...GOOD, stderr: '' }],
  ['it does not say is empty', { ...GOOD, stderr: 'bordbox: no\n' }],
  ['something on standard output', { ...GOOD, stdout: 'score 7\n' }],
  ['a stack trace', { ...GOOD, stderr: `${GOOD.stderr}    at Object.<anonymous> (/srv/x.ts:1:1)\n` }],
] as const) {
  test(`a bad answer is seen: ${flaw}`, () => {
    const { flaws } = judgeCommand(answer, WISH);
    assert.ok(flaws.includes(flaw), flaws.join(', '));
  });
}

test('counters: too few, too many and another reason are seen', () => {
  const before = { stored: 5, 'quarantine/rate': 1 };
  const wish = { 'quarantine/framing': 2, 'quarantine/rate': { atLeast: 3 } };
  const after = (framing: number, rate: number, more = {}) => ({
    ...before,
    'quarantine/framing': framing,
    'quarantine/rate': rate,
    ...more,
  });
  assert.deepEqual(judgeCounts(before, after(2, 9, { stored: 8 }), wish).flaws, []);
  assert.deepEqual(judgeCounts(before, after(1, 9), wish).flaws, ['quarantine/framing grew by 1 instead of 2']);
  assert.deepEqual(judgeCounts(before, after(3, 9), wish).flaws, ['quarantine/framing grew by 3 instead of 2']);
  assert.deepEqual(judgeCounts(before, after(2, 3), wish).flaws, ['quarantine/rate grew by 2 instead of at least 3']);
  const other = after(2, 9, { 'refused/protocol': 1, fork: 1 });
  assert.equal(judgeCounts(before, other, wish).flaws.length, 2);
  assert.equal(reached(before, after(1, 9), wish), false);
  assert.equal(reached(before, after(2, 4), wish), true);
  assert.equal(judgeCounts(before, before, {}).got, 'no counter moves');
});

test('bad input that is counted between two cases is not forgotten; honest work is', () => {
  const last = { stored: 5, 'quarantine/rate': 1 };
  const now = { stored: 9, 'quarantine/rate': 2, 'refused/protocol': 1 };
  assert.deepEqual(baseline(last, now), { stored: 9, 'quarantine/rate': 1, 'refused/protocol': 0 });
});

const WELL: HonestReport = { sent: 7, stored: 7, waiting: 0, fresh: 1, linkUp: true, linkLosses: 0 };

test('the honest device: a lost frame, a missing receipt, silence and a broken link are seen', () => {
  assert.deepEqual(judgeHonest(WELL), []);
  assert.match(judgeHonest({ ...WELL, stored: 6 })[0], /6 of 7 frames stored/);
  assert.match(judgeHonest({ ...WELL, waiting: 2 })[0], /2 frames without a receipt/);
  assert.match(judgeHonest({ ...WELL, fresh: 0 })[0], /no frame came through/);
  assert.match(judgeHonest({ ...WELL, linkUp: false })[0], /stays down/);
  assert.match(judgeHonest({ ...WELL, linkLosses: 1 })[0], /went down/);
  assert.deepEqual(judgeHonest({ ...WELL, linkLosses: 1 }, 1), []);
});

test('a case fails by its own flaw, by breaking, and by what it did to the honest device', async () => {
  const reports = [WELL, WELL, { ...WELL, stored: 0 }, WELL];
  const stage: WithHonest = { honest: { check: async () => reports.shift() ?? WELL } };
  const cases: HostileCase<WithHonest>[] = [
    { name: 'flawed', run: async () => ({ got: 'x', flaws: ['bad'] }) },
    { name: 'broken', run: () => Promise.reject(new Error('boom')) },
    { name: 'harmful', run: async () => ({ got: 'x', flaws: [] }) },
    { name: 'good', apart: true, run: async () => ({ got: 'x', flaws: [] }) },
    { name: 'good too', apart: true, run: async () => ({ got: 'y', flaws: [] }) },
  ];
  const seen: string[] = [];
  const results = await runCases(stage, cases, ({ name }) => seen.push(name));
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [false, false, false, true, true],
  );
  assert.deepEqual(
    seen,
    cases.map(({ name }) => name),
  );
  assert.match(results[1].got, /boom/);
  assert.match(results[2].got, /0 of 7/);
});
