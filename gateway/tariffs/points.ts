/** AppDriveX points: earned by trips, spent once for vouchers, never below zero (E31..E34, E48). */

import { accept, type Result, refuse } from '../../protocol/result.ts';
import type { AppdrivexTerms } from './appdrivex-terms.ts';
import { clockAt } from './calendar.ts';
import { type Explanation, explain, grouped } from './explanation.ts';

const DAY_MS = 86_400_000;

export interface RatedTrip {
  readonly id: string;
  readonly startUtcMs: number;
  readonly endUtcMs: number;
  readonly distanceM: number;
  /** 0..100, or null where nothing could be judged. */
  readonly rating: number | null;
}

/** While the telematics blocker was set; `toUtcMs` is null as long as it is. */
export interface Blocked {
  readonly fromUtcMs: number;
  readonly toUtcMs: number | null;
}

export interface TripPoints {
  readonly points: number;
  readonly why: Explanation;
}

/** The device records nothing while it is blocked (E34); what claims otherwise earns nothing. */
export function pointsFor(
  trip: RatedTrip,
  blocked: readonly Blocked[],
  terms: AppdrivexTerms,
): Result<TripPoints, string> {
  const { id, rating, distanceM, startUtcMs, endUtcMs } = trip;
  if (rating !== null && !(Number.isInteger(rating) && rating >= 0 && rating <= 100))
    return refuse(`trip ${id}: a rating is a whole number 0 to 100, not ${rating}`);
  if (!Number.isInteger(distanceM) || distanceM < 0) return refuse(`trip ${id}: ${distanceM} m is no distance`);
  if (endUtcMs < startUtcMs) return refuse(`trip ${id} ends before it starts: correct its times`);
  const meets = ({ fromUtcMs, toUtcMs }: Blocked): boolean =>
    startUtcMs < (toUtcMs ?? Number.POSITIVE_INFINITY) && endUtcMs > fromUtcMs;
  if (blocked.some(meets)) {
    const sentence = 'The telematics blocker was on: the trip is not rated and earns nothing.';
    return accept({ points: 0, why: explain('telematics blocker', 'E34', { points: 0 }, sentence) });
  }
  if (rating === null) {
    const sentence = 'There was nothing to rate this trip by: it earns nothing.';
    return accept({ points: 0, why: explain('no rating', 'E33', { points: 0 }, sentence) });
  }
  const points = Math.floor((rating * distanceM) / (1000 * terms.pointsDivisor));
  const km = Math.floor(distanceM / 1000);
  const numbers = { rating, distanceM, divisor: terms.pointsDivisor, points };
  const sentence = `A rating of ${rating} over ${grouped(km)} km earns ${grouped(points)} points.`;
  return accept({ points, why: explain('rating x km', 'E31, E33, E36', numbers, sentence) });
}

/** E48: at the end of the last moment it is still possible. */
export function correctionAllowed(
  endUtcMs: number,
  atUtcMs: number,
  terms: AppdrivexTerms,
): Result<Explanation, string> {
  const lastUtcMs = endUtcMs + terms.correctionDays * DAY_MS;
  if (atUtcMs < endUtcMs) return refuse('the trip has not ended: correct it afterwards');
  if (atUtcMs > lastUtcMs)
    return refuse(`the mode of transport could be corrected until ${clockAt(lastUtcMs)}: it stays as it is (E48)`);
  const numbers = { days: terms.correctionDays, until: clockAt(lastUtcMs) };
  const sentence = `The mode of transport can be corrected until ${clockAt(lastUtcMs)}.`;
  return accept(explain('correction of the mode', 'E48', numbers, sentence));
}

export type Posting =
  | { readonly kind: 'earned'; readonly id: string; readonly points: number }
  /** A voucher for the price in the terms. */
  | { readonly kind: 'voucher'; readonly id: string }
  /** The trip of an earlier posting was none of a driver (E48). */
  | { readonly kind: 'withdrawn'; readonly id: string; readonly earnedId: string };

export interface Posted {
  /** What the balance changed by. */
  readonly change: number;
  readonly balance: number;
  readonly why: Explanation;
}

function isSame(a: Posting, b: Posting): boolean {
  if (a.kind === 'earned') return b.kind === 'earned' && a.points === b.points;
  if (a.kind === 'withdrawn') return b.kind === 'withdrawn' && a.earnedId === b.earnedId;
  return b.kind === 'voucher';
}

/** One driver's points. A posting counts once, however often it comes. */
export class PointsAccount {
  readonly #terms: AppdrivexTerms;
  readonly #known = new Map<string, { readonly posting: Posting; readonly posted: Posted }>();
  readonly #withdrawn = new Set<string>();
  #balance = 0;

  constructor(terms: AppdrivexTerms) {
    this.#terms = terms;
  }

  get balance(): number {
    return this.#balance;
  }

  /** The reason for a refusal says what to do; a refused posting changes nothing and may come again. */
  post(posting: Posting): Result<Posted, string> {
    const known = this.#known.get(posting.id);
    if (known !== undefined) {
      if (isSame(known.posting, posting)) return accept(known.posted);
      return refuse(`${posting.id} was used for another posting: give it an id of its own`);
    }
    const decided = this.#decide(posting);
    if (!decided.ok) return decided;
    const [change, why] = decided.value;
    this.#balance += change;
    if (posting.kind === 'withdrawn') this.#withdrawn.add(posting.earnedId);
    const posted: Posted = { change, balance: this.#balance, why };
    this.#known.set(posting.id, { posting, posted });
    return accept(posted);
  }

  #decide(posting: Posting): Result<readonly [change: number, why: Explanation], string> {
    if (posting.kind === 'earned') return this.#earn(posting.id, posting.points);
    return posting.kind === 'voucher' ? this.#spend() : this.#withdraw(posting.earnedId);
  }

  #earn(id: string, points: number): Result<readonly [number, Explanation], string> {
    if (!Number.isInteger(points) || points < 0)
      return refuse(`${id}: ${points} are no points: give a whole number from 0`);
    return accept([points, explain('points earned', 'E31, E33', { points }, `${grouped(points)} points were earned.`)]);
  }

  #spend(): Result<readonly [number, Explanation], string> {
    const price = this.#terms.voucherPoints;
    if (this.#balance < price)
      return refuse(
        `a voucher takes ${grouped(price)} points and there are ${grouped(this.#balance)}: earn more first (E31)`,
      );
    const sentence = `A voucher was given for ${grouped(price)} points, which are used up.`;
    return accept([-price, explain('voucher', 'E31, E32', { points: price, before: this.#balance }, sentence)]);
  }

  #withdraw(earnedId: string): Result<readonly [number, Explanation], string> {
    const earned = this.#known.get(earnedId)?.posting;
    if (earned?.kind !== 'earned') return refuse(`no points were earned as ${earnedId}: there is nothing to withdraw`);
    if (this.#withdrawn.has(earnedId)) return refuse(`the points of ${earnedId} were withdrawn before`);
    // What was spent stays spent: the balance ends at zero (E33).
    const change = -Math.min(earned.points, this.#balance);
    const sentence = `The trip was not driven: of its ${grouped(earned.points)} points ${grouped(-change)} are withdrawn.`;
    return accept([
      change,
      explain('trip of another mode', 'E33, E48', { points: earned.points, withdrawn: -change }, sentence),
    ]);
  }
}
