/** Which service each report belongs to, and what of the car a service may tell (B51, B87). Actions: protocol/services.ts. */

import type { BodyState, HappeningKind } from '../protocol/access-messages.ts';
import { ITEM_OF, maySend, type ServiceName, type Switches } from '../protocol/services.ts';

/** The services that report, as they stand in flash. */
export const REPORTING = {
  locking: 1,
  delivery: 2,
  'anti-theft': 3,
  tracking: 4,
  valet: 5,
} as const satisfies Partial<Record<ServiceName, number>>;
export type Reporting = keyof typeof REPORTING;

const REPORT_SERVICES: Partial<Readonly<Record<HappeningKind, Reporting>>> = {
  alarm: 'anti-theft',
  immobilised: 'anti-theft',
  released: 'anti-theft',
  'start-refused': 'anti-theft',
  'mechanical-key': 'anti-theft',
  tracked: 'tracking',
  'valet-on': 'valet',
  'valet-off': 'valet',
};

export function serviceOfReport(what: HappeningKind, forDelivery: boolean): Reporting {
  return forDelivery ? 'delivery' : (REPORT_SERVICES[what] ?? 'locking');
}

const FIELDS = Object.keys(ITEM_OF) as (keyof BodyState)[];

/**
 * What of `whole` this service may send; undefined when it is nothing. `located`: somebody asked where the car is. Of
 * a delivery nothing else says so (A12: once).
 */
export function bodyFor(
  service: ServiceName,
  whole: BodyState,
  switches: Switches,
  located: boolean,
): BodyState | undefined {
  const part: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const item = ITEM_OF[field];
    if (item === 'position' && service === 'delivery' && !located) continue;
    if (whole[field] !== undefined && maySend(service, item, switches)) part[field] = whole[field];
  }
  return Object.keys(part).length === 0 ? undefined : (part as BodyState);
}
