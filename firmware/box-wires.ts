/** What leaves the box in answer to one input, in the order in which it was decided. */

import type { UplinkChannel } from '../protocol/topics.ts';
import type { BoxEffect, Command, Show } from './box-hal.ts';

const NOTHING: readonly BoxEffect[] = Object.freeze([]);

export class Wires {
  private effects: BoxEffect[] = [];

  /** `order`: the lease or key use that asked for it. */
  actuate(command: Command, order?: Uint8Array): void {
    this.effects.push({ kind: 'actuate', command, order });
  }

  publish(channel: UplinkChannel, bytes: Uint8Array, retain = false): void {
    this.effects.push({ kind: 'publish', channel, bytes, retain });
  }

  shortRange(peer: string, bytes: Uint8Array): void {
    this.effects.push({ kind: 'short-range', peer, bytes });
  }

  show(show: Show): void {
    this.effects.push({ kind: 'display', show });
  }

  put(effect: BoxEffect): void {
    this.effects.push(effect);
  }

  take(): readonly BoxEffect[] {
    if (this.effects.length === 0) return NOTHING;
    const { effects } = this;
    this.effects = [];
    return effects;
  }
}
