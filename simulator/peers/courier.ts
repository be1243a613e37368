/**
 * The courier: takes a delivery on the tour, locates the car once, redeems the TAN once, and is free for the next one
 * when the delivery says that the car is closed and locked (A18).
 */

import type { DeliveryState, Refusal, Reply, Request } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import { Phone, type PhoneEffect, type PhoneInput, type PhoneOptions } from './phone.ts';

const ASK_AGAIN_MS = 5_000;
const OVER: readonly DeliveryState[] = ['done', 'failed', 'cancelled', 'ended'];

/** A stop of the tour, as the carrier hands it out. */
export interface Stop {
  readonly delivery: Uint8Array;
  readonly box: string;
  readonly tan: string;
}

/** `bound`: on the tour; `opened`: the lid is open or was, and nobody has said that it is locked again. */
export type StopState = 'loading' | 'bound' | 'locating' | 'redeeming' | 'opened' | 'over';

interface Work {
  readonly stop: Stop;
  state: StopState;
  /** 1e-6 degree, once located. */
  place: { readonly latE6: number; readonly lonE6: number } | null;
  refusal: Refusal | null;
  delivery: DeliveryState | null;
}

export class Courier {
  readonly phone: Phone;
  private readonly works = new Map<string, Work>();
  private askMs = Number.POSITIVE_INFINITY;

  constructor(options: PhoneOptions) {
    this.phone = new Phone(options);
  }

  /** A18: no opening of this courier waits for a locked car. */
  get free(): boolean {
    return ![...this.works.values()].some(({ state }) => state === 'opened' || state === 'redeeming');
  }

  /** How a stop stands; undefined for one that was never on the tour. */
  stateOf(delivery: Uint8Array): Readonly<Work> | undefined {
    return this.works.get(toHex(delivery));
  }

  /** The carrier loads the tour: each stop becomes this courier's alone. */
  load(stops: readonly Stop[], nowMs: number): readonly PhoneEffect[] {
    return stops.flatMap((stop) => {
      this.works.set(toHex(stop.delivery), { stop, state: 'loading', place: null, refusal: null, delivery: null });
      return this.ask(stop, { kind: 'load' }, nowMs);
    });
  }

  /** A12. */
  locate(delivery: Uint8Array, nowMs: number): readonly PhoneEffect[] {
    return this.next(delivery, 'bound', 'locating', { kind: 'locate-once' }, nowMs);
  }

  /** A13, A14. Not while another opening of this courier goes on. */
  redeem(delivery: Uint8Array, nowMs: number): readonly PhoneEffect[] {
    const tan = this.works.get(toHex(delivery))?.stop.tan;
    return this.free ? this.next(delivery, 'bound', 'redeeming', { kind: 'redeem', tan }, nowMs) : [];
  }

  handle(input: PhoneInput, nowMs: number): readonly PhoneEffect[] {
    return this.digest(this.phone.handle(input, nowMs), nowMs);
  }

  nextTimeout(): number {
    return Math.min(this.phone.nextTimeout(), this.askMs);
  }

  onTimeout(nowMs: number): readonly PhoneEffect[] {
    const effects = [...this.digest(this.phone.onTimeout(nowMs), nowMs)];
    if (nowMs < this.askMs) return effects;
    this.askMs = Number.POSITIVE_INFINITY;
    for (const { stop, state } of this.works.values()) {
      if (state !== 'opened') continue;
      this.askMs = nowMs + ASK_AGAIN_MS;
      effects.push(...this.ask(stop, { kind: 'delivery' }, nowMs));
    }
    return effects;
  }

  private next(
    delivery: Uint8Array,
    from: StopState,
    to: StopState,
    ask: Pick<Request, 'kind' | 'tan'>,
    nowMs: number,
  ): readonly PhoneEffect[] {
    const work = this.works.get(toHex(delivery));
    if (work === undefined || work.state !== from) return [];
    work.state = to;
    work.refusal = null;
    return this.ask(work.stop, ask, nowMs);
  }

  private ask({ delivery, box }: Stop, ask: Pick<Request, 'kind' | 'tan'>, nowMs: number): readonly PhoneEffect[] {
    return this.phone.ask({ ...ask, box, delivery }, nowMs)?.effects ?? [];
  }

  private digest(effects: readonly PhoneEffect[], nowMs: number): readonly PhoneEffect[] {
    for (const effect of effects) if (effect.kind === 'reply') this.take(effect.request, effect.reply, nowMs);
    return effects;
  }

  private take({ kind, delivery }: Request, reply: Reply, nowMs: number): void {
    const work = delivery === undefined ? undefined : this.works.get(toHex(delivery));
    if (work === undefined) return;
    work.delivery = reply.state ?? work.delivery;
    if (reply.verdict === 'pending') return;
    work.refusal = reply.reason ?? null;
    const good = reply.verdict === 'executed';
    if (kind === 'load') work.state = good ? 'bound' : 'over';
    if (kind === 'locate-once') this.located(work, reply);
    if (kind === 'redeem') {
      // Interrupted or without motion: nobody knows how the lid stands, so the stop is not over.
      work.state = reply.verdict === 'refused' || reply.verdict === 'expired' ? 'bound' : 'opened';
      if (work.state === 'opened') this.askMs = nowMs + ASK_AGAIN_MS;
    }
    if (kind === 'delivery' && good && work.delivery !== null && OVER.includes(work.delivery)) work.state = 'over';
  }

  private located(work: Work, { body }: Reply): void {
    work.state = 'bound';
    if (body?.latE6 === undefined || body.lonE6 === undefined) return;
    work.place = { latE6: body.latE6, lonE6: body.lonE6 };
  }
}
