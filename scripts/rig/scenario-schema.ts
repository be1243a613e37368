/** The shape of a scenario file. `bordbox rig schema` prints it as JSON Schema, for completion in an editor. */

import { z } from 'zod';
import { CRANK_NAMES, type Scenario } from '../../simulator/scenario.ts';
import { FACTS, type FactKind } from '../../simulator/scenario-facts.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
const SPAN = /^(\d+(?:\.\d+)?) ?(ms|s|min|h)$/;
export const SPAN_ADVICE = 'give a duration such as 500 ms, 5 s, 2 min or 9 h';

const span = z
  .string({ error: SPAN_ADVICE })
  .regex(SPAN, SPAN_ADVICE)
  .transform((text) => {
    const [, amount, unit] = SPAN.exec(text) ?? [];
    return Math.round(Number(amount) * UNIT_MS[unit]);
  })
  .describe('a duration: 500 ms, 5 s, 2 min, 9 h');

const g = z.number().min(0.05).max(4).describe('in g');
const kmh = z.number().min(0).max(250);
const whole = z.int().min(0).max(0xffffffff);

const when = {
  at: span.describe('since the beginning of the scenario'),
  as: z.string().min(1).optional().describe("a name for this moment; without one it has the action's"),
};
/** Turns `for` into `forMs` and `at` into `atMs`. */
function action<K extends string, S extends z.ZodRawShape>(name: K, about: string, shape: S) {
  return z.strictObject({ ...when, do: z.literal(name), ...shape }).describe(about);
}
const lasting = { for: span };

const STEPS = [
  action('plug', 'the device goes into its socket', {}),
  action('unplug', 'the device is pulled out', {}),
  action('ignition', 'ignition on, engine off', {}),
  action('crank', 'the starter turns, and then the engine runs', {
    profile: z.enum(CRANK_NAMES).default('short'),
    pulses: z.int().min(1).max(100).default(1).describe('attempts'),
  }),
  action('engine-off', 'ignition and engine off', {}),
  action('drive', 'to a speed, straight on, and keep it', { kmh, g: g.default(0.14) }),
  action('brake', 'down to a speed', { kmh: kmh.default(0), g }),
  action('corner', 'to the right', { g, ...lasting }),
  action('tour', 'roads and lights by chance, with a halt at the end', { kmh, ...lasting }),
  action('bump', 'a pothole', { g, ms: z.number().min(10).max(500).default(60) }),
  action('lose-sky', 'no satellite is seen', {}),
  action('find-sky', 'satellites are seen again', {}),
  action('lose-network', 'no cell is reached', lasting),
  action('lose-receipts', 'receipts do not arrive', lasting),
  action('lose-uplinks', 'what the device sends does not arrive', lasting),
  action('damage-downlinks', 'each message to the device arrives with a wrong bit', lasting),
  action('forge-receipt', 'a stranger signs a receipt for everything', {}),
  action('forge-configuration', 'a stranger signs a configuration', { number: whole, blocker: z.boolean() }),
  action('configure', 'the gateway sends a configuration', {
    number: whole,
    vehicle: whole.default(0),
    blocker: z.boolean().default(false),
  }),
  action('repeat-downlinks', 'everything that the device was sent comes again', {}),
  action('cut-power', 'the supply fails', {
    off: span.describe('for so long'),
    'hold-up': span.prefault('0 s').describe('the device lives on for so long'),
  }),
  action('reset', 'the device starts anew', { reason: z.enum(['watchdog', 'software']).default('watchdog') }),
  action('install-update', 'an image is installed', lasting),
] as const;

function fieldSchema(kind: 'flag' | 'number' | readonly string[]) {
  if (kind === 'flag') return z.boolean();
  if (kind === 'number') {
    const limits = z.strictObject({ min: z.number().optional(), max: z.number().optional() });
    return z.union([z.number(), limits], { error: 'give a number, or {min: 1, max: 2}' });
  }
  return z.enum(kind as readonly [string, ...string[]]);
}

/** One of the facts, with the fields that it has. */
function looked<S extends z.ZodRawShape>(shape: S) {
  const kinds = Object.entries(FACTS).map(([see, fields]) => {
    const is = Object.entries(fields).map(([name, kind]) => [name, fieldSchema(kind).optional()]);
    return z.strictObject({
      see: z.literal(see as FactKind),
      is: z.strictObject(Object.fromEntries(is)).default({}),
      of: z.string().optional().describe('the moment from which it counts; without one, the beginning'),
      ...shape,
    });
  });
  type Kind = (typeof kinds)[number];
  return z.discriminatedUnion('see', kinds as [Kind, ...Kind[]]);
}

const EXPECTED = looked({
  within: span,
  for: span.optional().describe('and then be over after so long'),
  give: span.prefault('500 ms').describe('give or take'),
});
const FORBIDDEN = looked({ within: span.optional() });
const COUNTED = looked({
  within: span.optional(),
  min: whole.default(0),
  max: whole.optional(),
});

const DRIVE = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('town'),
    town: whole.default(1).describe("the seed of the town's plan"),
    temperament: z.enum(['calm', 'normal', 'hasty']).default('normal'),
    'park-before': span.prefault('20 s'),
    'drive-for': span,
    'park-after': span.prefault('3 min'),
  }),
  z.strictObject({
    from: z.literal('file'),
    path: z.string().describe('a recorded drive, from where the scenario lies'),
  }),
]);

export const SCENARIO = z.strictObject({
  name: z.string().min(1),
  about: z.string().default(''),
  proves: z.array(z.string().regex(/^[A-F]\d+$/, 'name requirements, such as C29')).min(1),
  seed: whole.default(1),
  start: z.iso.datetime({ error: 'give a time such as 2026-03-02T06:30:00Z' }).default('2026-03-02T06:30:00Z'),
  lasts: span,
  car: z
    .strictObject({
      alternator: z.enum(['classic', 'smart']).default('classic'),
      'lost-mv': z.int().min(0).max(9000).default(5000).describe('below this the device lives on its hold-up'),
      'hold-up': span.prefault('100 ms'),
      'knows-off-time': z.boolean().default(true).describe('whether the board can tell how long it was off'),
    })
    .prefault({}),
  radio: z
    .strictObject({
      loss: z.number().min(0).max(0.9).default(0).describe('share of messages'),
      duplication: z.number().min(0).max(1).default(0),
      latency: span.prefault('120 ms').describe('at most'),
    })
    .prefault({}),
  drive: DRIVE.optional().describe('instead of one that is told by the timeline'),
  timeline: z.array(z.discriminatedUnion('do', STEPS)).min(1),
  expect: z.array(EXPECTED).default([]),
  never: z.array(FORBIDDEN).default([]),
  count: z.array(COUNTED).default([]),
});

/** Steps in order of time, durations in milliseconds. */
export function scenarioOf(read: z.output<typeof SCENARIO>): Scenario {
  const { name, about, proves, seed, start, lasts, car, radio, drive, timeline, expect, never, count } = read;
  return {
    name,
    about,
    proves,
    seed,
    startUtcMs: Date.parse(start),
    lastsMs: lasts,
    car: {
      alternator: car.alternator,
      lostMv: car['lost-mv'],
      holdUpMs: car['hold-up'],
      knowsOffTime: car['knows-off-time'],
    },
    radio: { loss: radio.loss, duplication: radio.duplication, latencyMsMax: radio.latency },
    drive: drive === undefined ? undefined : driveOf(drive),
    timeline: timeline.map(stepOf).sort((a, b) => a.atMs - b.atMs),
    expect: expect.map(({ see, is, of, within, for: forMs, give }) => {
      return { see, is, of, withinMs: within, forMs, giveMs: give };
    }) as Scenario['expect'],
    never: never.map(({ see, is, of, within }) => ({ see, is, of, withinMs: within })) as Scenario['never'],
    count: count.map(({ see, is, of, within, min, max }) => {
      return { see, is, of, withinMs: within, min, max };
    }) as Scenario['count'],
  };
}

const MS_NAMES: Readonly<Record<string, string>> = { at: 'atMs', for: 'forMs', off: 'offMs', 'hold-up': 'holdUpMs' };

function stepOf(step: z.output<(typeof STEPS)[number]>): Scenario['timeline'][number] {
  const entries = Object.entries(step).map(([name, value]) => [MS_NAMES[name] ?? name, value]);
  return Object.fromEntries(entries) as Scenario['timeline'][number];
}

function driveOf(drive: z.output<typeof DRIVE>): NonNullable<Scenario['drive']> {
  if (drive.from === 'file') return drive;
  const { from, town, temperament } = drive;
  return {
    from,
    town,
    temperament,
    parkBeforeMs: drive['park-before'],
    driveMs: drive['drive-for'],
    parkAfterMs: drive['park-after'],
  };
}

export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(SCENARIO, { io: 'input', reused: 'ref' });
  return `${JSON.stringify({ ...schema, title: 'bordbox scenario' }, null, 1)}\n`;
}
