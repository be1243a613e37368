/** `quota/<phone>`: how many requests it has made in this hour of UTC. */

import { recordKind } from './record-kind.ts';
import { type Shaped, shape, whole } from './shape.ts';

const HOUR_MS = 3_600_000;

const guard = shape({ hour: whole, used: whole });
export type QuotaRecord = Shaped<typeof guard>;

export const QUOTA = recordKind<QuotaRecord>('quota', guard, ({ hour }) => (hour + 1) * HOUR_MS);

export function hourOf(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS);
}
