/**
 * The service catalogue (B51, B64, B87; decisions.md "Privacy"): for each service its switch, whether it is mandatory,
 * its legal basis, who hears of it, and the data items that it may send. An item leaves the vehicle only if a service
 * that is on lists it; the box checks that, and the gateway checks it again.
 */

import type { Action, BodyState } from './access-messages.ts';

/** Two switches in the car: `profile` (B64) and `online` (B87). Both have the same effect when off; `online` is off by default. */
export const SWITCHES = { online: 1, profile: 2 } as const;
export type SwitchName = keyof typeof SWITCHES;

export const DATA_ITEMS = {
  doors: 1,
  locks: 2,
  windows: 3,
  alarm: 4,
  engine: 5,
  odometer: 6,
  battery: 7,
  position: 8,
  climate: 9,
  charging: 10,
  usage: 11,
  keys: 12,
  tyres: 13,
  consumption: 14,
} as const;
export type DataItem = keyof typeof DATA_ITEMS;

export type LegalBasis = 'consent' | 'contract' | 'legal-duty' | 'legitimate-interest';
export type Recipient = 'owner' | 'key-holder' | 'courier' | 'call-centre' | 'police' | 'psap' | 'security-centre';

export interface Service {
  /** Null: cannot be switched off (B51). */
  readonly needs: SwitchName | null;
  readonly basis: LegalBasis;
  readonly recipients: readonly Recipient[];
  readonly items: readonly DataItem[];
  /** Requirement that asks for it. */
  readonly requirement: string;
}

function service(
  requirement: string,
  needs: SwitchName | null,
  basis: LegalBasis,
  recipients: readonly Recipient[],
  items: readonly DataItem[],
): Service {
  return Object.freeze({ needs, basis, recipients, items, requirement });
}

export const SERVICES = {
  locking: service('B54', 'online', 'contract', ['owner', 'key-holder'], ['doors', 'locks', 'usage']),
  finding: service('B55', 'online', 'contract', ['owner'], ['position', 'usage']),
  climate: service('B56', 'online', 'contract', ['owner'], ['climate', 'battery', 'usage']),
  charging: service('B57', 'online', 'contract', ['owner'], ['charging', 'battery', 'usage']),
  status: service(
    'B58',
    'online',
    'contract',
    ['owner'],
    ['odometer', 'battery', 'doors', 'locks', 'windows', 'alarm', 'engine', 'keys', 'tyres', 'consumption'],
  ),
  delivery: service('A13', 'online', 'contract', ['owner', 'courier'], ['doors', 'locks', 'position']),
  'digital-key': service('B38', 'online', 'contract', ['owner', 'key-holder'], ['doors', 'locks', 'engine', 'usage']),
  'anti-theft': service('B91', 'online', 'contract', ['owner'], ['doors', 'locks', 'windows', 'alarm']),
  tracking: service('B94', null, 'contract', ['owner', 'call-centre', 'police'], ['position', 'alarm', 'engine']),
  valet: service('B98', 'online', 'contract', ['owner'], ['engine', 'usage']),
  ecall: service('B68', null, 'legal-duty', ['psap'], ['position']),
  security: service('B95', null, 'legal-duty', ['security-centre'], []),
  navigation: service('B60', 'online', 'consent', [], []),
  weather: service('B65', 'online', 'consent', [], []),
  voice: service('B62', 'online', 'consent', [], []),
  music: service('B67', 'online', 'consent', [], []),
  apps: service('B61', 'online', 'consent', [], []),
} as const satisfies Record<string, Service>;
export type ServiceName = keyof typeof SERVICES;

export interface Switches {
  readonly online: boolean;
  readonly profile: boolean;
}

/** B87: OFF until somebody switches it on in the car. */
export const DEFAULT_SWITCHES: Switches = { online: false, profile: true };

/** B64: switching the profile off has the same effect as switching online services off. */
export function serviceIsOn(name: ServiceName, { online, profile }: Switches): boolean {
  return SERVICES[name].needs === null || (online && profile);
}

export function maySend(name: ServiceName, item: DataItem, switches: Switches): boolean {
  const items: readonly DataItem[] = SERVICES[name].items;
  return serviceIsOn(name, switches) && items.includes(item);
}

/** The service that an action belongs to; the box and the gateway refuse an action whose service is off. */
const SERVICE_OF: Readonly<Record<Action, ServiceName>> = {
  lock: 'locking',
  unlock: 'locking',
  trunk: 'locking',
  lights: 'finding',
  horn: 'finding',
  locate: 'finding',
  'climate-on': 'climate',
  'climate-off': 'climate',
  'charge-start': 'charging',
  'charge-stop': 'charging',
  status: 'status',
  immobilise: 'anti-theft',
  release: 'anti-theft',
  arm: 'anti-theft',
  disarm: 'anti-theft',
  'track-on': 'tracking',
  'track-off': 'tracking',
  'valet-off': 'valet',
  start: 'digital-key',
  'profile-on': 'digital-key',
  'profile-off': 'digital-key',
  'online-off': 'digital-key',
};

/** What names a delivery opens the trunk or locates for that delivery, and for nothing else (A13, A24). */
export function serviceOf(action: Action, forDelivery: boolean): ServiceName {
  return forDelivery ? 'delivery' : SERVICE_OF[action];
}

/** Which item each field of a body state is. */
export const ITEM_OF: Readonly<Record<keyof BodyState, DataItem>> = {
  doorsOpen: 'doors',
  trunkOpen: 'doors',
  doorsLocked: 'locks',
  trunkLocked: 'locks',
  windowsOpen: 'windows',
  alarm: 'alarm',
  engineOn: 'engine',
  immobilised: 'engine',
  odometerKm: 'odometer',
  batteryMv: 'battery',
  latE6: 'position',
  lonE6: 'position',
  speedDmS: 'position',
  headingDeg: 'position',
  climateOn: 'climate',
  cabinC: 'climate',
  charging: 'charging',
  chargePercent: 'charging',
  remainingMin: 'charging',
  valet: 'usage',
  keys: 'keys',
  tyresKpa: 'tyres',
  consumptionDl: 'consumption',
};
