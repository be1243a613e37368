/**
 * From an order to its one result: burn the id, act, look whether it happened, write the result down, say it.
 *
 * One thing moves at a time; what comes meanwhile waits in RAM and is not burnt yet, so that a cut makes it void
 * instead of half done.
 */

import type { Action, BodyState, BoxResult, Cause, Outcome, Refusal } from '../protocol/access-messages.ts';
import { sameBytes } from '../protocol/bytes.ts';
import type { CarBody } from './box-hal.ts';
import type { Kernel } from './box-kernel.ts';
import { type Ledger, NOBODY } from './box-ledger.ts';
import { type Motion, motionFor } from './box-motion.ts';
import type { Burn } from './box-records.ts';

export interface Order {
  readonly id: Uint8Array;
  readonly cause: Cause;
  readonly holder: string;
  readonly action: Action;
  /** On this boot's clock; it never acts at or after it. */
  readonly endMs: number;
  readonly delivery?: Uint8Array;
  readonly grant?: Uint8Array;
  readonly celsius?: number;
  /** The phone that waits for the result. */
  readonly asker: string | null;
  /** False while the services are off: nothing of it is kept or sent. */
  readonly kept: boolean;
  /** Of a former owner: the result says what became of it, and nothing of the car. */
  readonly former?: boolean;
}

export interface Ending {
  readonly outcome: Outcome;
  readonly reason?: Refusal;
}

/** What the other machines have to say to an order. */
export interface Crew {
  /** Null: nothing speaks against it at this moment. */
  refusal(order: Order, now: number): Refusal | null;
  /** The id is burnt and the actuator moves next. False when flash failed: nothing may move. */
  prepare(order: Order, now: number): boolean;
  /** An order that moves no actuator. */
  carryOut(order: Order, now: number): Ending;
  /** After the result is durable. */
  ended(order: Order, outcome: Outcome, now: number): void;
  /** What the result may say of the car. */
  body(order: Order): BodyState | undefined;
}

interface Moving {
  readonly order: Order;
  readonly motion: Motion;
  /** Not before this: the actuator has to be told first, also when nothing is left to move. */
  readonly lookMs: number;
  readonly untilMs: number;
}

const EXECUTED: Ending = { outcome: 'executed' };

export class Orders {
  private readonly kernel: Kernel;
  private readonly ledger: Ledger;
  private readonly crew: Crew;
  private waiting: Order[] = [];
  private moving: Moving | null = null;
  private body: CarBody | null = null;
  /** Ended, but flash has not taken it yet. */
  private unsaved: { readonly order: Order; readonly result: BoxResult }[] = [];
  private retryMs = Number.POSITIVE_INFINITY;
  /** Something was refused that could not be burnt: what ends until then is refused as well, so that it stays so. */
  private closedUntilMs = 0;

  constructor(kernel: Kernel, ledger: Ledger, crew: Crew) {
    this.kernel = kernel;
    this.ledger = ledger;
    this.crew = crew;
  }

  /** Ids that the cut left without a result, and results that nobody has confirmed. */
  recover(now: number): void {
    for (const burn of this.ledger.restored()) {
      const result = burn.result ?? this.resultOf(burn, { outcome: 'interrupted' }, undefined, now);
      const durable = burn.result !== undefined || this.ledger.conclude({ ...burn, result });
      if (durable) this.kernel.outbox.result(burn.id, now);
    }
  }

  /** The motor turns for this one. */
  get active(): Action | null {
    return this.moving?.order.action ?? null;
  }

  /** It has come and has no result yet. */
  isUnderWay(id: Uint8Array): boolean {
    const orders = [...this.waiting, ...this.unsaved.map(({ order }) => order)];
    if (this.moving !== null) orders.push(this.moving.order);
    return orders.some((order) => sameBytes(order.id, id));
  }

  /** It waited and must not act any more. */
  withdraw(id: Uint8Array): void {
    this.waiting = this.waiting.filter((order) => !sameBytes(order.id, id));
  }

  /** B37: what waits for a key of the former owner is void, and what moves says nothing of the car. */
  forgetOwner(): void {
    this.waiting = this.waiting.filter(({ cause }) => cause !== 'key').map(former);
    if (this.moving !== null) this.moving = { ...this.moving, order: former(this.moving.order) };
    this.unsaved = this.unsaved.map(({ order, result }) => {
      const { id, cause, action, boot, atMs, outcome, reason } = result;
      return { order: former(order), result: { id, cause, holder: NOBODY, action, boot, atMs, outcome, reason } };
    });
  }

  submit(order: Order, now: number): void {
    const crowded = this.waiting.length >= this.kernel.limits.waiting;
    if (order.endMs <= this.closedUntilMs || crowded || !this.ledger.makeRoom(order, now)) {
      this.turnAway(order, now);
      return;
    }
    this.waiting = [...this.waiting, order];
    this.pump(now);
  }

  /** Known to be refused already. */
  refuse(order: Order, reason: Refusal, now: number): void {
    this.end(order, { outcome: 'refused', reason }, now);
  }

  seen(body: CarBody, now: number): void {
    this.body = body;
    this.pump(now);
  }

  onTimeout(now: number): void {
    this.pump(now);
  }

  nextTimeout(): number {
    return Math.min(this.retryMs, this.dueMs ?? Number.POSITIVE_INFINITY);
  }

  private pump(now: number): void {
    this.save(now);
    this.look(now);
    // Before the sensors have spoken nobody knows what moves.
    while (this.moving === null && this.body !== null && this.waiting.length > 0) {
      const [next] = this.waiting;
      this.waiting = this.waiting.slice(1);
      this.start(next, now);
    }
  }

  private start(order: Order, now: number): void {
    if (order.endMs <= now) {
      this.kernel.outbox.answer(this.resultOf(order, { outcome: 'expired' }, undefined, now), order.asker);
      return;
    }
    const reason = this.crew.refusal(order, now);
    if (reason !== null) {
      this.refuse(order, reason, now);
      return;
    }
    const motion = motionFor(order.action, order.celsius);
    const room = this.ledger.makeRoom(order, now);
    if (!room || !this.ledger.burn(burnOf(order, this.kernel.boot), order.kept)) {
      this.turnAway(order, now);
    } else if (motion === null) {
      this.end(order, this.crew.carryOut(order, now), now);
    } else if (this.crew.prepare(order, now)) {
      this.moving = { order, motion, lookMs: now + 1, untilMs: now + this.kernel.limits.motionMs };
      this.kernel.wires.actuate(motion.command, order.id);
    } else this.refuse(order, 'table-full', now);
  }

  /** A full table refuses. */
  private turnAway(order: Order, now: number): void {
    this.closedUntilMs = Math.max(this.closedUntilMs, order.endMs);
    const result = this.resultOf(order, { outcome: 'refused', reason: 'table-full' }, undefined, now);
    if (order.kept) this.kernel.outbox.answer(result, order.asker);
    else this.kernel.outbox.whisper(result, order.asker);
  }

  private get dueMs(): number | undefined {
    const { moving, body } = this;
    if (moving === null || body === null) return undefined;
    return moving.motion.done(body) ? moving.lookMs : moving.untilMs;
  }

  private look(now: number): void {
    const { moving, body } = this;
    if (moving === null || body === null || now < moving.lookMs) return;
    const done = moving.motion.done(body);
    if (!done && now < moving.untilMs) return;
    this.moving = null;
    this.end(moving.order, done ? EXECUTED : { outcome: 'no-motion' }, now);
  }

  private end(order: Order, ending: Ending, now: number): void {
    const body = ending.outcome === 'refused' || order.former ? undefined : this.crew.body(order);
    this.unsaved.push({ order, result: this.resultOf(order, ending, body, now) });
    this.save(now);
  }

  private save(now: number): void {
    const ended = this.unsaved;
    this.unsaved = [];
    this.retryMs = Number.POSITIVE_INFINITY;
    for (const { order, result } of ended) {
      if (this.write(order, result)) {
        if (order.kept) this.kernel.outbox.result(order.id, now);
        this.kernel.outbox.whisper(result, order.asker, order.kept);
        this.crew.ended(order, result.outcome, now);
      } else if (!this.ledger.has(order.id)) this.turnAway(order, now);
      else {
        this.unsaved.push({ order, result });
        this.retryMs = now + this.kernel.limits.lockRetryMs;
      }
    }
  }

  private write(order: Order, result: BoxResult): boolean {
    const burn = { ...burnOf(order, this.kernel.boot), result };
    return this.ledger.has(order.id) ? this.ledger.conclude(burn) : this.ledger.burn(burn, order.kept);
  }

  private resultOf(from: Order | Burn, ending: Ending, body: BodyState | undefined, now: number): BoxResult {
    const { id, cause, holder, action, grant } = from;
    return { id, cause, holder, action, boot: this.kernel.boot, atMs: now, grant, ...ending, body };
  }
}

/** Delivery and grant are kept where they decide something, in what moves; nothing else is. */
function former(order: Order): Order {
  return { ...order, holder: NOBODY, grant: undefined, former: true };
}

function burnOf(order: Order, boot: Uint8Array): Burn {
  const { id, cause, holder, action, endMs, delivery, grant } = order;
  return { id, cause, holder, action, boot, endMs, delivery, grant };
}
