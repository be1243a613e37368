/** A delivery on its way: owner, courier, car. */

import assert from 'node:assert/strict';
import type { Reply } from '../../protocol/access-messages.ts';
import type { Car, Phone } from './access-parties.ts';
import { AccessRig } from './access-rig.ts';

export const MINUTE_MS = 60_000;
export const DAY_S = 86_400;

export class Tour {
  readonly rig = new AccessRig();
  owner!: Phone;
  courier!: Phone;
  car!: Car;
  delivery!: Uint8Array;
  tan!: string;
  fromS!: number;
  toS!: number;

  /** Ordered for a window that is open for an hour, and loaded. */
  static async loaded(): Promise<Tour> {
    const tour = await Tour.ordered();
    assert.equal((await tour.courier.ask(tour.car, { kind: 'load', delivery: tour.delivery })).state, 'loaded');
    return tour;
  }

  static async ordered(): Promise<Tour> {
    const tour = new Tour();
    tour.owner = await tour.rig.phone(1);
    tour.courier = await tour.rig.phone(2, 'courier');
    tour.car = await tour.rig.carOf(tour.owner);
    tour.fromS = Math.floor(tour.rig.nowMs / 1000);
    tour.toS = tour.fromS + 3600;
    await tour.order();
    return tour;
  }

  async order(): Promise<Reply> {
    const { fromS, toS } = this;
    const reply = await this.owner.ask(this.car, { kind: 'order', carrier: 'DHL', fromS, toS });
    assert.equal(reply.verdict, 'executed');
    assert.ok(reply.delivery !== undefined && reply.tan !== undefined);
    this.delivery = reply.delivery;
    this.tan = reply.tan;
    return reply;
  }

  redeem(tan = this.tan, who = this.courier, delivery = this.delivery): ReturnType<Phone['askAll']> {
    return who.askAll(this.car, { kind: 'redeem', delivery, tan });
  }

  /** Redeems, and the box says what became of it. */
  async open(outcome: 'executed' | 'interrupted' | 'no-motion' | 'refused' | 'expired' = 'executed') {
    const asked = await this.redeem();
    const lease = this.rig.leases(this.car).at(-1);
    assert.ok(lease !== undefined);
    await this.rig.say(this.car.result(lease, outcome, outcome === 'refused' ? { reason: 'lid-open' } : {}));
    return { lease, cti: asked.cti, reply: this.courier.replyTo(asked.cti) };
  }

  async state(): Promise<string | undefined> {
    return (await this.owner.ask(this.car, { kind: 'delivery', delivery: this.delivery })).state;
  }

  /** Keeps the box fresh while time goes on. */
  async pass(ms: number): Promise<void> {
    await this.rig.wait(ms);
    await this.rig.say(this.car.clock());
  }
}
