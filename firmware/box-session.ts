/**
 * When the box is on the air, and its clocks. With the services off there is no session, no presence and no heartbeat;
 * a stolen car that is being tracked is the exception (B87).
 */

import { ID_BYTES } from '../protocol/access-fields.ts';
import { BoxClock } from '../protocol/access-messages.ts';
import type { Scope } from '../protocol/cose.ts';
import { seal } from '../protocol/envelope.ts';
import { ConnectProof, DeviceState } from '../protocol/messages.ts';
import type { Kernel } from './box-kernel.ts';
import type { Power } from './box-power.ts';
import type { Trust } from './box-trust.ts';

export const BOX_FIRMWARE = 'box 0.1.0';
const NEVER = Number.POSITIVE_INFINITY;

export class Session {
  private readonly kernel: Kernel;
  private readonly power: Power;
  private readonly trust: Trust;
  private open = false;
  private up = false;
  private clockMs = 0;
  /** Somebody waits for a clock, asleep or not. */
  private asked = false;
  /** Nobody wants the session any more, but something is still to be said. */
  private lingerMs = NEVER;

  constructor(kernel: Kernel, power: Power, trust: Trust) {
    this.kernel = kernel;
    this.power = power;
    this.trust = trust;
  }

  link(up: boolean, now: number): void {
    this.up = up && this.open;
    this.kernel.outbox.link(this.up, now);
    if (!this.up) return;
    this.kernel.wires.publish('state', this.stateMessage(true, now), true);
    this.sendClock(now);
  }

  /** A clock at the next occasion: after a result, a change, a question. */
  askForClock(): void {
    this.asked = true;
  }

  /** Opens or ends the session, and sends what is due. */
  settle(now: number): void {
    const wanted = this.isWanted;
    if (wanted) this.lingerMs = NEVER;
    if (wanted && !this.open) this.connect(now);
    else if (!wanted && this.open) this.leave(now);
    const due = this.power.state === 'awake' && now >= this.clockMs;
    if (this.up && (due || this.asked)) this.sendClock(now);
    this.kernel.outbox.pump(now);
  }

  nextTimeout(): number {
    const clockMs = this.up && this.power.state === 'awake' ? this.clockMs : NEVER;
    return Math.min(clockMs, this.lingerMs, this.kernel.outbox.nextTimeout());
  }

  /** Also the box's word over the short-range link. */
  clock(nonce: Uint8Array, now: number): Uint8Array {
    const { boot, identity, crypto, standing } = this.kernel;
    const { intact, online, profile } = standing.now;
    const { state, wakeMs } = this.power;
    this.kernel.announcedWakeMs = Math.max(this.kernel.announcedWakeMs, wakeMs);
    const [issuers, binding] = [this.trust.issuers.number, this.trust.binding.number];
    const clock: BoxClock = { boot, atMs: now, nonce, power: state, wakeMs, issuers, binding, intact, online, profile };
    return seal(BoxClock, clock, this.scope('bb-clock'), identity.secretKey, crypto);
  }

  private get isWanted(): boolean {
    return this.power.radioOn && (this.kernel.online || this.kernel.standing.now.tracking);
  }

  /** The nonce of a clock that everybody on the way can read is good for nothing. */
  private sendClock(now: number): void {
    this.asked = false;
    this.clockMs = now + this.kernel.limits.clockMs;
    this.kernel.wires.publish('clock', this.clock(this.kernel.draw(ID_BYTES), now));
  }

  private connect(now: number): void {
    const { boot, identity, crypto } = this.kernel;
    const proof = seal(ConnectProof, { boot }, this.scope('bb-connect'), identity.secretKey, crypto);
    this.open = true;
    this.kernel.wires.put({ kind: 'connect', proof, will: this.stateMessage(false, now) });
  }

  /** The last results leave first, and a clock that says how the switches stand. */
  private leave(now: number): void {
    if (this.lingerMs === NEVER) {
      this.lingerMs = now + this.kernel.limits.lingerMs;
      if (this.up) this.sendClock(now);
    }
    if (this.up && this.kernel.outbox.size > 0 && now < this.lingerMs) return;
    if (this.up) this.kernel.wires.publish('state', this.stateMessage(false, now), true);
    this.kernel.wires.put({ kind: 'disconnect' });
    this.open = this.up = false;
    this.lingerMs = NEVER;
    this.kernel.outbox.link(false, now);
  }

  private stateMessage(online: boolean, now: number): Uint8Array {
    const { boot, identity, crypto, hal } = this.kernel;
    const { reason, offMs } = hal.reset;
    const state: DeviceState = {
      boot,
      online,
      atMs: now,
      firmware: BOX_FIRMWARE,
      reset: reason,
      offMs,
      waiting: this.kernel.outbox.size,
      mounted: false,
    };
    return seal(DeviceState, state, this.scope('bb-state'), identity.secretKey, crypto);
  }

  private scope(type: Scope['type']): Scope {
    return { type, direction: 'up', device: this.kernel.identity.id };
  }
}
