/** What a rig sees of a device and of the world around it, as flat records that a scenario can ask for. */

import { EVENT_KINDS, RESET_REASONS } from '../protocol/messages.ts';

type FieldKind = 'flag' | 'number' | readonly string[];

const RESETS = Object.keys(RESET_REASONS);
const OCCURRENCES = Object.keys(EVENT_KINDS);
export const ENDINGS = ['parked', 'stood', 'power-lost', 'blocked'];

/** Kinds of facts and their fields. */
export const FACTS = {
  /** The LED changed. */
  led: { green: 'flag' },
  boot: { reason: RESETS },
  /** The device lost its power. */
  off: {},
  /** It asked its modem for a session. */
  connect: {},
  /** The modem has a session, or lost it. */
  link: { up: 'flag' },
  /** A state arrived: a birth, or what changed since. */
  state: {
    online: 'flag',
    reset: RESETS,
    offKnown: 'flag',
    offMs: 'number',
    waiting: 'number',
    mounted: 'flag',
    configuration: 'number',
  },
  /** A frame arrived. `again`: it had arrived before. */
  frame: {
    again: 'flag',
    seq: 'number',
    part: 'number',
    ending: ENDINGS,
    gap: 'flag',
    samples: 'number',
    dated: 'flag',
    vehicleAxes: 'flag',
    distanceM: 'number',
    durationS: 'number',
    brakings: 'number',
    accelerations: 'number',
    cornerings: 'number',
    topKmh: 'number',
    bytes: 'number',
  },
  /** Something that happened to the car, told by a notice or, in its frame, for good. */
  event: {
    kind: OCCURRENCES,
    by: ['notice', 'frame'],
    peak: 'number',
    durationMs: 'number',
    kmh: 'number',
    trace: 'flag',
  },
  /** A receipt of the gateway was handed to the device. */
  receipt: { through: 'number', missing: 'number', refused: 'number' },
  /** Frames that have arrived and whose receipt has not reached the device. */
  queue: { waiting: 'number' },
  /** Bytes that the gateway cannot believe. */
  refused: { channel: ['frame', 'event', 'state'], reason: ['signature', 'schema'] },
  /** The gateway tells of a trip. */
  trip: { what: ['started', 'closed'], whole: 'flag', km: 'number', durationS: 'number', revision: 'number' },
  score: { score: 'number', total: 'number' },
  /** The true state of the car's engine. */
  engine: { on: 'flag' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldKind>>>>;

export type FactKind = keyof typeof FACTS;
export const FACT_KINDS = Object.keys(FACTS) as FactKind[];
type Scalar = string | number | boolean;

export interface Fact {
  readonly atMs: number;
  readonly kind: FactKind;
  readonly fields: Readonly<Record<string, Scalar>>;
}

/** The value itself, or limits that it lies between, ends included. */
export type Condition = Scalar | { readonly min?: number; readonly max?: number };

export function fits(fact: Fact, see: FactKind, is: Readonly<Record<string, Condition>>): boolean {
  if (fact.kind !== see) return false;
  return Object.entries(is).every(([name, condition]) => holds(fact.fields[name], condition));
}

function holds(value: Scalar | undefined, condition: Condition): boolean {
  if (typeof condition !== 'object') return value === condition;
  if (typeof value !== 'number') return false;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = condition;
  return value >= min && value <= max;
}

export function factText({ kind, fields }: Pick<Fact, 'kind' | 'fields'>): string {
  return [kind, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(' ');
}

export function conditionText(see: FactKind, is: Readonly<Record<string, Condition>>): string {
  const parts = Object.entries(is).map(([name, condition]) => {
    if (typeof condition !== 'object') return `${name}=${condition}`;
    const { min, max } = condition;
    if (max === undefined) return `${name}>=${min}`;
    return min === undefined ? `${name}<=${max}` : `${name}=${min}..${max}`;
  });
  return [see, ...parts].join(' ');
}

export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}
