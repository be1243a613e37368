/** A stolen car: while the owner says so, the box's positions go to the call centre and to the owner (B92-B94). */

import type { BodyState } from '../../../protocol/access-messages.ts';
import { serviceIsOn } from '../../../protocol/services.ts';
import { permitted } from './box-body.ts';
import { BOX, switchesOf } from './box-record.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './hex.ts';
import { THEFT } from './theft-record.ts';

export function trackingStarted(draft: Draft, box: string, owner: string, request: string): void {
  if (draft.get(THEFT, box) !== undefined) return;
  draft.put(THEFT, box, { owner, request, sinceMs: draft.context.nowMs });
  draft.happened({
    type: 'theft.activated',
    device: box,
    identity: request,
    data: {},
    names: { owner: `person/${owner}` },
  });
}

export function trackingEnded(draft: Draft, box: string): void {
  const theft = draft.get(THEFT, box);
  if (theft === undefined) return;
  draft.remove(THEFT, box);
  draft.happened({ type: 'theft.ended', device: box, identity: theft.request, data: { sinceMs: theft.sinceMs } });
}

/** A24: without a theft that the owner has reported, a position goes nowhere. */
export function tracked(draft: Draft, box: string, report: string, body: BodyState | undefined): void {
  const theft = draft.get(THEFT, box);
  if (theft === undefined || body === undefined) {
    draft.count('access/items-withheld');
    return;
  }
  const shown = permitted('tracking', body, switchesOf(draft.get(BOX, box)));
  const { latE6, lonE6, speedDmS, headingDeg } = shown;
  if (latE6 === undefined || lonE6 === undefined) return;
  draft.happened({
    type: 'theft.position',
    device: box,
    identity: report,
    data: {
      'Vehicle.CurrentLocation.Latitude': latE6 / 1e6,
      'Vehicle.CurrentLocation.Longitude': lonE6 / 1e6,
      ...(speedDmS === undefined ? {} : { 'Vehicle.Speed': (speedDmS * 36) / 100 }),
      ...(headingDeg === undefined ? {} : { 'Vehicle.CurrentLocation.Heading': headingDeg }),
    },
  });
  draft.reply({
    party: theft.owner,
    reply: { cti: bytesOf(theft.request), verdict: 'executed', body: shown },
  });
}

/** B89, B91: somebody who is not allowed to has opened the car. */
export function alarmed(draft: Draft, box: string, report: string, body: BodyState | undefined): void {
  const switches = switchesOf(draft.get(BOX, box));
  if (!serviceIsOn('anti-theft', switches) && draft.get(THEFT, box) === undefined) {
    draft.count('access/items-withheld');
    return;
  }
  const shown = permitted('anti-theft', body ?? {}, switches);
  const { doorsOpen, windowsOpen, trunkOpen, alarm } = shown;
  draft.happened({
    type: 'theft.alarm',
    device: box,
    identity: report,
    data: { doorsOpen, windowsOpen, trunkOpen, alarm },
  });
}
