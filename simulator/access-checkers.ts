/**
 * What must be true of a box, kept outside of it: a small model of leases and uses of keys.
 *
 * It checks that nothing moves without an order, late, in another boot, twice, or after a refusal; that the outcomes
 * of one id do not contradict each other; that what the body did fits what the box says. It does not check that
 * somebody gets in who should: that is for the scenario.
 */

import type { Command } from '../firmware/box-hal.ts';
import type { Action, BoxResult, Outcome } from '../protocol/access-messages.ts';
import { toHex } from '../protocol/bytes.ts';

/** What the gateway or a key holder has asked for. */
export interface IssuedOrder {
  readonly id: Uint8Array;
  readonly action: Action;
  /** In which boot it may act, and until when on that boot's clock. */
  readonly boot: Uint8Array;
  readonly endMs: number;
  /** It may get lost on its way to the box, and nobody asks about it: the use of a key. */
  readonly mayVanish?: boolean;
}

export interface SeenMotion {
  readonly command: Command;
  readonly order: Uint8Array | undefined;
  /** The box's boot and clock at this moment. */
  readonly boot: Uint8Array;
  readonly boxMs: number;
}

interface Watched {
  readonly order: IssuedOrder;
  motions: number;
  /** As they were heard, each once. */
  readonly outcomes: Outcome[];
  /** The gateway has it for good: the box may forget, and what it says later changes nothing. */
  closed: boolean;
}

/** The box closes and silences by itself; whatever opens needs an order. */
const BY_ITSELF: readonly string[] = [
  'doors lock',
  'trunk lock',
  'siren on',
  'siren off',
  'immobiliser engage',
  'immobiliser release',
];

const COMMANDS: Partial<Readonly<Record<Action, string>>> = {
  lock: 'doors lock',
  unlock: 'doors unlock',
  trunk: 'trunk unlatch',
  lights: 'lights flash',
  horn: 'horn sound',
  'climate-on': 'climate on',
  'climate-off': 'climate off',
  'charge-start': 'charger start',
  'charge-stop': 'charger stop',
};

export class AccessChecker {
  readonly violations: string[] = [];
  private readonly watched = new Map<string, Watched>();

  issued(order: IssuedOrder): void {
    this.watched.set(toHex(order.id), { order, motions: 0, outcomes: [], closed: false });
  }

  /** When the actuator is told, before it moves. */
  moved({ command, order, boot, boxMs }: SeenMotion): void {
    const what = `${command.actuator} ${command.what}`;
    if (order === undefined) {
      if (!BY_ITSELF.includes(what)) this.violation(`${what} without an order`);
      return;
    }
    const id = toHex(order);
    const watched = this.watched.get(id);
    if (watched === undefined) {
      this.violation(`${what} for ${id}, which nobody has issued`);
      return;
    }
    const { action, endMs } = watched.order;
    if (COMMANDS[action] !== what) this.violation(`${what} for ${id}, which asks for ${action}`);
    if (toHex(watched.order.boot) !== toHex(boot)) this.violation(`${what} for ${id} in another boot`);
    if (boxMs >= endMs) this.violation(`${what} for ${id} ${boxMs - endMs} ms late`);
    if (watched.outcomes.length > 0) this.violation(`${what} for ${id} after it was ${watched.outcomes[0]}`);
    if (++watched.motions > 1) this.violation(`${what} for ${id} a second time`);
  }

  /** A result that somebody outside the box has. */
  heard(result: BoxResult): void {
    const watched = this.watched.get(toHex(result.id));
    if (watched === undefined || watched.closed || watched.outcomes.includes(result.outcome)) return;
    watched.outcomes.push(result.outcome);
    const id = toHex(result.id);
    const { outcome } = result;
    if (watched.outcomes.length > 1) this.violation(`${id} was ${watched.outcomes.join(' and ')}`);
    const refused = outcome === 'refused' || outcome === 'expired';
    if (refused && watched.motions > 0) this.violation(`${id} moved something and was ${outcome}`);
    const mustMove = COMMANDS[result.action] !== undefined;
    if (outcome === 'executed' && mustMove && watched.motions === 0)
      this.violation(`${id} was executed without a motion`);
  }

  /** The gateway has committed the first result that it heard. */
  settled(id: Uint8Array): void {
    const watched = this.watched.get(toHex(id));
    if (watched !== undefined) watched.closed = true;
  }

  /** The lid was unlatched this often. Of each lease, and of all of them together, once at most. */
  unlatched(times: number): void {
    const asked = [...this.watched.values()].filter(({ order }) => order.action === 'trunk').length;
    if (times > asked) this.violation(`the lid was unlatched ${times} times for ${asked} orders`);
  }

  /** At the end: everything that was asked for has come to one end. */
  settle(): void {
    for (const [id, { outcomes, order }] of this.watched) {
      const vanished = order.mayVanish === true && outcomes.length === 0 && this.motionsOf(order.id) === 0;
      if (outcomes.length !== 1 && !vanished) this.violation(`${order.action} ${id} has ${outcomes.length} outcomes`);
    }
  }

  outcomeOf(id: Uint8Array): Outcome | undefined {
    return this.watched.get(toHex(id))?.outcomes[0];
  }

  motionsOf(id: Uint8Array): number {
    return this.watched.get(toHex(id))?.motions ?? 0;
  }

  violation(what: string): void {
    this.violations.push(what);
  }
}
