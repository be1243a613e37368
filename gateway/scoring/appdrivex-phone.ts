/** Phone use (E40, E46): pick-ups and unlocks while the car moves. */

import type { AppdrivexConfig } from './appdrivex-config.ts';
import type { TripTrack } from './closed-trip.ts';
import { divideRounded, nothing, type Verdict } from './verdict.ts';
import { kilometres } from './wording.ts';

export interface PhoneEvent {
  readonly kind: 'pick-up' | 'unlock';
  readonly utcMs: number;
}

/** A sample says nothing about what is further away from it. */
const NEAR_MS = 5000;

/** Speed of the last sample with a fix at or before `utcMs`, in 0.1 m/s; 0 where none is near. */
function speedAt({ count, utcMs: sampleMs, fix, speedDmS }: TripTrack, utcMs: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sampleMs[middle] <= utcMs) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0 && utcMs - sampleMs[i] <= NEAR_MS; i--) if (fix[i] === 1) return speedDmS[i];
  return 0;
}

/** Windows of `useMsMax` from their first event: one more event never makes them fewer. */
function usesOf(events: readonly PhoneEvent[], track: TripTrack, config: AppdrivexConfig): number {
  let uses = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  const moving = events.filter(({ utcMs }) => speedAt(track, utcMs) >= config.useDmSMin);
  for (const { utcMs } of moving.sort((a, b) => a.utcMs - b.utcMs)) {
    if (utcMs <= untilMs) continue;
    uses++;
    untilMs = utcMs + config.useMsMax;
  }
  return uses;
}

/** `events`: null where no phone took part. */
export function judgePhone(
  events: readonly PhoneEvent[] | null,
  track: TripTrack,
  distanceM: number,
  config: AppdrivexConfig,
): Verdict {
  if (events === null) return nothing('no phone took part in this trip');
  const uses = usesOf(events, track, config);
  const lost = divideRounded(uses * config.pointsPerUse * 100_000, distanceM + config.phonePriorM);
  const words = uses === 0 ? 'not used' : uses === 1 ? 'used once' : `used ${uses} times`;
  return {
    value: 100 - Math.min(100, lost),
    why: [`the phone was ${words} while the car moved, in ${kilometres(distanceM)}`],
  };
}
