/**
 * Who sees what (B14, B105, C24, C49-C52, E35). A view is an allow-list, declared as data: what it does not name does
 * not leave, whatever the facts behind it hold.
 */

import type { LegalBasis } from '../../../protocol/services.ts';

/** `true`: whatever stands there. Else what is allowed inside it. */
export interface Items {
  readonly [item: string]: true | Items;
}

export type Audience = 'customer' | 'insurer' | 'provider';

export interface View {
  readonly audience: Audience;
  readonly recipient: string;
  readonly purpose: string;
  readonly basis: LegalBasis;
  /** Requirements that draw its limits. */
  readonly requirement: string;
  readonly items: Items;
}

function view(audience: Audience, recipient: string, purpose: string, requirement: string, items: Items): View {
  return Object.freeze({ audience, recipient, purpose, basis: 'contract', requirement, items });
}

const MOMENT: Items = { time: true, place: true };
const SUBSCORE: Items = { value: true, weight: true, why: true };
const SUBSCORES: Items = { speed: SUBSCORE, acceleration: SUBSCORE, road: SUBSCORE, time: SUBSCORE };

export const VIEWS = {
  'customer-trip': view('customer', 'policy holder', 'the list of trips in the app', 'C9, C24', {
    start: MOMENT,
    end: MOMENT,
    km: true,
  }),
  'customer-score': view('customer', 'policy holder', 'the score and why it is what it is', 'C36, C37', {
    score: true,
    total: true,
    why: true,
    subscores: SUBSCORES,
  }),
  'insurer-appdrivex': view('insurer', 'insurer of AppDriveX', 'discount of the next year', 'E35', {
    trips: true,
    km: true,
    total: true,
    points: true,
  }),
  'insurer-fahrstil': view('insurer', 'SAARLAND', 'discount of the next year', 'C49, C50, C51, C52, C54', {
    tripId: true,
    start: MOMENT,
    end: MOMENT,
    km: true,
    occurrences: true,
    score: true,
    total: true,
    why: true,
    subscores: SUBSCORES,
  }),
  provider: view('provider', 'telematics provider', 'forming the score', 'C50, C51, C52', {
    subject: true,
    tripId: true,
    start: MOMENT,
    end: MOMENT,
    km: true,
    occurrences: true,
    score: true,
    total: true,
    version: true,
  }),
} as const satisfies Record<string, View>;
export type ViewName = keyof typeof VIEWS;

/** What the backend plane may say about a trip; the events themselves are made in trip-events.ts. */
export const TRIP_EVENT_ITEMS: Readonly<Record<'trip.started' | 'trip.closed' | 'trip.scored', Items>> = {
  'trip.started': { tripId: true, start: MOMENT },
  'trip.closed': {
    tripId: true,
    revision: true,
    whole: true,
    start: MOMENT,
    end: MOMENT,
    'Vehicle.TripMeterReading': true,
    'Vehicle.TripDuration': true,
    'Vehicle.AverageSpeed': true,
    occurrences: true,
    gaps: true,
  },
  'trip.scored': {
    tripId: true,
    revision: true,
    version: true,
    score: true,
    total: true,
    why: true,
    subscores: SUBSCORES,
  },
};

export type Facts = Readonly<Record<string, unknown>>;

/** Exactly the allowed items of some facts; an item that the facts lack is absent. */
export function project(items: Items, facts: Facts): Facts {
  const seen: Record<string, unknown> = {};
  for (const [item, allowed] of Object.entries(items)) {
    const value = Object.hasOwn(facts, item) ? facts[item] : undefined;
    if (value === undefined) continue;
    seen[item] = allowed === true || !isFacts(value) ? value : project(allowed, value);
  }
  return seen;
}

/** Items, as `start.place`, that facts hold and a view does not allow. */
export function itemsBeyond(items: Items, facts: Facts): readonly string[] {
  return Object.entries(facts).flatMap(([item, value]) => {
    const allowed = Object.hasOwn(items, item) ? items[item] : undefined;
    if (allowed === undefined) return [item];
    if (allowed === true) return [];
    return isFacts(value) ? itemsBeyond(allowed, value).map((inner) => `${item}.${inner}`) : [item];
  });
}

function isFacts(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
