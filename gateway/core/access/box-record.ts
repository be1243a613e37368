/** `box/<id>`: the last signed word of a box about itself, what it was asked to do, and what waits for it. */

import { POWER_STATES } from '../../../protocol/access-messages.ts';
import type { Switches } from '../../../protocol/services.ts';
import { DEFAULT_SWITCHES } from '../../../protocol/services.ts';
import { recordKind } from './record-kind.ts';
import { flag, listOf, oneOf, orNull, type Shaped, shape, text, whole } from './shape.ts';

const guard = shape({
  boot: text,
  /** This boot was heard over the network. What only a phone has carried may be old. */
  confirmed: flag,
  /** Boots before this one; a clock of theirs comes late. */
  earlierBoots: listOf(text),
  /** At `heardMs` UTC the clock of this boot read `atMs` at the least. */
  atMs: whole,
  heardMs: whole,
  /** The same of the last clock message, which network time answers. */
  clockAtMs: whole,
  clockHeardMs: whole,
  power: oneOf(POWER_STATES),
  wakeMs: whole,
  issuers: whole,
  binding: whole,
  intact: flag,
  online: flag,
  profile: flag,
  /** The phone that carried its last word; null when it came over the network. */
  via: orNull(text),
  /** Ids of leases without a result. */
  leases: listOf(text),
  /** Ids of requests that wait for its clock, in the order in which they came. */
  waiting: listOf(text),
  /** The delivery for which the trunk is being opened or open (A18). */
  opening: orNull(text),
});
export type BoxRecord = Shaped<typeof guard>;

export const BOX = recordKind<BoxRecord>('box', guard);

const EARLIER_BOOTS_MAX = 16;

/** What the box's own clock reads at the least; clocks of several gateways may differ a little. */
export function boxNowMs({ atMs, heardMs }: BoxRecord, nowMs: number): number {
  return atMs + Math.max(0, nowMs - heardMs);
}

/** A box of which nothing was heard has its switches as they were made (B87). */
export function switchesOf(box: BoxRecord | undefined): Switches {
  return box === undefined ? DEFAULT_SWITCHES : { online: box.online, profile: box.profile };
}

export function isOfEarlierBoot(box: BoxRecord, boot: string): boolean {
  return boot !== box.boot && box.earlierBoots.includes(boot);
}

/** The boots before `next`, which may have been taken for an earlier one. */
export function withEarlierBoot({ earlierBoots, boot }: BoxRecord, next: string): readonly string[] {
  return [...without(earlierBoots, next), boot].slice(-EARLIER_BOOTS_MAX);
}

export function without(ids: readonly string[], id: string): readonly string[] {
  return ids.filter((other) => other !== id);
}
