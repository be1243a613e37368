import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runProgram } from '../../scripts/program.ts';
import { answerTo, exampleOf, schemaOf, TARIFF_NAMES } from '../../scripts/tariff/document.ts';
import { asJson, asText } from '../../scripts/tariff/section.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-tariff-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(document: unknown): string {
  const file = join(folder, 'facts.json');
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  return file;
}

interface Document {
  [key: string]: unknown;
}

function example(tariff: string): Document {
  return JSON.parse(exampleOf(tariff)) as Document;
}

interface Result {
  readonly name: string;
  readonly reason?: string;
  readonly why?: {
    readonly rule: string;
    readonly requirement: string;
    readonly numbers: object;
    readonly sentence: string;
  };
  readonly [key: string]: unknown;
}

function results(tariff: string, document: unknown): readonly Result[] {
  const json = asJson(tariff, answerTo(tariff, fileOf(document))) as { readonly results: readonly Result[] };
  return json.results;
}

function named(tariff: string, document: unknown, name: string): Result {
  const found = results(tariff, document).find((result) => result.name === name);
  if (found === undefined) throw new Error(`there is no result ${name}`);
  return found;
}

/** What a wrong document makes the command say. */
async function complaint(tariff: string, document: unknown): Promise<string> {
  const said: string[] = [];
  const voice = { out: () => {}, err: (text: string) => said.push(text) };
  assert.equal(await runProgram(['tariff', tariff, fileOf(document)], voice), 2);
  const text = said.join('');
  assert.equal(text.trim().split('\n').length, 1, text);
  return text;
}

for (const tariff of TARIFF_NAMES) {
  test(`the example of ${tariff} has a result for everything, each with one explanation`, () => {
    const all = results(tariff, example(tariff));
    assert.ok(all.length >= 3);
    for (const { name, why } of all) {
      assert.ok(why !== undefined, name);
      assert.match(why.requirement, /^[ACEF]\d+(, [ACEF]\d+)*$/);
      assert.ok(why.rule.length > 0 && why.sentence.endsWith('.'), name);
    }
  });

  test(`people read of ${tariff} a value and a sentence for each result`, () => {
    const text = asText(answerTo(tariff, fileOf(example(tariff))));
    assert.equal(text.trim().split('\n').length, 2 * results(tariff, example(tariff)).length);
    assert.match(text, /\[[^\]]+: [ACEF]\d+/);
  });

  test(`the schema of ${tariff} names every field of its example`, () => {
    const { properties } = schemaOf(tariff) as { readonly properties: object };
    for (const key of Object.keys(example(tariff))) assert.ok(Object.hasOwn(properties, key), key);
  });
}

test('C12, C18: a year of trips becomes a score, a discount and a premium', () => {
  const facts = example('fahrstil');
  const discount = named('fahrstil', facts, 'discount on 2028-03-01');
  assert.deepEqual([discount.percent, discount.score], [45, 7]);
  assert.equal(named('fahrstil', facts, 'score of the period 2027').sufficientM, 1_230_000);
  assert.equal(named('fahrstil', facts, 'liability premium').cents, 33_682);
});

test('C16: a trip of 30.09. and one of 01.10. belong to two periods, by the clock of Berlin', () => {
  const facts = example('fahrstil');
  const [trip] = facts.trips as Document[];
  const at = (id: string, start: string, end: string): Document => ({ ...trip, id, start, end });
  const trips = [
    at('a', '2026-09-30T21:30:00Z', '2026-09-30T21:59:59Z'),
    at('b', '2026-09-30T22:00:00Z', '2026-09-30T23:00:00Z'),
  ];
  const names = results('fahrstil', { ...facts, periods: [], trips }).map(({ name }) => name);
  assert.ok(names.includes('score of the period 2026') && names.includes('score of the period 2027'));
});

test('E32: points are spent in the order of time, whatever the order of the document', () => {
  const facts = example('appdrivex');
  const reversed = { ...facts, trips: [...(facts.trips as Document[])].reverse() };
  assert.deepEqual(results('appdrivex', reversed), results('appdrivex', facts));
  assert.equal(named('appdrivex', facts, 'voucher v-1').balance, 389);
});

test('F2: the lock history decides about a burglary', () => {
  const facts = example('relaxed');
  assert.equal(named('relaxed', facts, 'claim c-1').outcome, 'replacement');
  const open = { ...facts, lockHistory: [{ at: '2026-09-06T16:00:00Z', state: 'unlocked' }] };
  assert.equal(named('relaxed', open, 'claim c-1').outcome, 'none');
  assert.equal(named('relaxed', { ...facts, lockHistory: [] }, 'claim c-1').outcome, 'in-question');
});

test('F5: a first premium that came late leaves an earlier loss without cover', () => {
  const facts = example('relaxed');
  const contract = { ...(facts.contract as Document), premiums: [{ paid: '2026-09-08' }] };
  assert.equal(named('relaxed', { ...facts, contract }, 'claim c-1').outcome, 'none');
});

test('terms of a document differ from the defaults, and those that cannot be are refused', async () => {
  const facts = { ...example('fahrstil'), terms: { scorePercents: [1, 2, 3, 4, 5, 6, 50] } };
  assert.equal(named('fahrstil', facts, 'discount on 2028-03-01').percent, 50);
  assert.match(
    await complaint('fahrstil', { ...facts, terms: { kmMin: -1 } }),
    /terms: kmMin must be an integer.*\(C18\)/,
  );
});

test('an odometer that runs backwards has a reason in place of its result, and nothing else is lost', () => {
  const facts = example('appdrivex');
  const [first] = facts.mileage as Document[];
  const broken = { ...facts, mileage: [{ ...first, report: { day: '2027-01-12', km: 31_249 } }] };
  const all = results('appdrivex', broken);
  assert.match(all[0].reason ?? '', /cannot run backwards/);
  assert.deepEqual(all.slice(1), results('appdrivex', { ...facts, mileage: [] }));
  assert.match(asText(answerTo('appdrivex', fileOf(broken))), /no result\n +the odometer shows 31,249 km/);
});

const WRONG: readonly (readonly [what: string, tariff: string, change: Document | string, line: RegExp])[] = [
  ['no JSON', 'share', '{"now":', /facts\.json is not JSON; see bordbox tariff share --example/],
  ['a list', 'share', '[]', /expected object, received array/],
  ['a missing field', 'share', { box: undefined }, /box: expected string, received undefined/],
  ['a field that does not exist', 'share', { boxes: 1 }, /Unrecognized key: "boxes"/],
  ['a date that does not exist', 'fahrstil', { start: '2026-02-30' }, /start: must be a date like 2026-09-30/],
  ['a date out of the calendar', 'fahrstil', { start: '1800-01-01' }, /1800-01-01 must lie between 1900 and 2199/],
  ['an instant without a zone', 'share', { now: '2026-07-20T12:00:00' }, /now: must be an instant like/],
  ['a score of 8', 'fahrstil', { periods: [{ keyYear: 2026, km: 1, score: 8 }] }, /periods\[0\]\.score: Too big/],
  ['a change without a birth', 'fahrstil', { birth: undefined }, /changes need birth/],
  ['a trip before the start', 'fahrstil', { start: '2026-12-01' }, /trip t-1 began before 2026-12-01/],
  ['two faults', 'share', { box: 1, now: 2 }, /\(and 1 more\)/],
];

for (const [what, tariff, change, line] of WRONG) {
  test(`a document with ${what} is refused in one line that names the place`, async () => {
    const document = typeof change === 'string' ? change : { ...example(tariff), ...change };
    assert.match(await complaint(tariff, document), line);
  });
}

test('a tariff that does not exist, and a file that is not there, are refused in one line', async () => {
  const said: string[] = [];
  const voice = { out: () => {}, err: (text: string) => said.push(text) };
  assert.equal(await runProgram(['tariff', 'gold', 'x.json'], voice), 2);
  assert.equal(await runProgram(['tariff', 'share', join(folder, 'none.json')], voice), 2);
  assert.equal(await runProgram(['tariff', 'share'], voice), 2);
  assert.match(said[0], /Allowed choices are fahrstil, appdrivex, relaxed, share/);
  assert.match(said[1], /none\.json is not there; name a file/);
  assert.match(said[2], /name a file; bordbox tariff share --example prints one/);
});

test('the help shows a whole document', async () => {
  const said: string[] = [];
  assert.equal(await runProgram(['tariff', '--help'], { out: (text) => said.push(text), err: () => {} }), 0);
  assert.ok(said.join('').includes(readFileSync('docs/examples/tariff-share.json', 'utf8').trim()));
});
