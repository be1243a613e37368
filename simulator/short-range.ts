/** The short-range link of a box: phones in its range, with latency, loss and duplicates. A radio hop, and no more. */

import type { ShortRangeEnd, ShortRangeInput } from '../firmware/box-hal.ts';
import type { Rng } from './rng.ts';
import type { World } from './world.ts';

export interface ShortRangeProfile {
  readonly rangeM: number;
  readonly latencyMsMin: number;
  readonly latencyMsMax: number;
  /** Per message and direction. */
  readonly loss: number;
  readonly duplication: number;
}

export const CALM_SHORT_RANGE: ShortRangeProfile = {
  rangeM: 10,
  latencyMsMin: 20,
  latencyMsMax: 60,
  loss: 0,
  duplication: 0,
};

interface Peer {
  readonly receive: (bytes: Uint8Array) => void;
  near: boolean;
}

/** A phone's end of the link. */
export interface PhoneEnd {
  /** Lost when the phone is out of range. */
  send(bytes: Uint8Array): void;
  moveTo(distanceM: number): void;
}

export class ShortRangeAir {
  lost = 0;
  delivered = 0;
  /** The box's end; set by its station. */
  toBox: (input: ShortRangeInput | ShortRangeEnd) => void = () => {};
  private readonly world: World;
  private readonly rng: Rng;
  private readonly profile: ShortRangeProfile;
  private readonly peers = new Map<string, Peer>();

  constructor(world: World, rng: Rng, profile: ShortRangeProfile = CALM_SHORT_RANGE) {
    this.world = world;
    this.rng = rng;
    this.profile = profile;
  }

  /** A phone that stands beside the box. `name` is that of the connection. */
  join(name: string, receive: (bytes: Uint8Array) => void): PhoneEnd {
    const peer: Peer = { receive, near: true };
    this.peers.set(name, peer);
    return {
      send: (bytes) => this.carry(peer, () => this.toBox({ kind: 'short-range', peer: name, bytes })),
      moveTo: (distanceM) => this.move(name, peer, distanceM),
    };
  }

  /** From the box to a phone. */
  toPhone(name: string, bytes: Uint8Array): void {
    const peer = this.peers.get(name);
    if (peer === undefined) this.lost++;
    else this.carry(peer, () => peer.receive(bytes));
  }

  private move(name: string, peer: Peer, distanceM: number): void {
    const was = peer.near;
    peer.near = distanceM <= this.profile.rangeM;
    if (was && !peer.near) this.toBox({ kind: 'short-range-end', peer: name });
  }

  private carry(peer: Peer, deliver: () => void): void {
    const { rng, profile, world } = this;
    // Always the same number of draws, so that one setting does not shift the luck of another.
    const lost = rng.uniform() < profile.loss;
    const twice = rng.uniform() < profile.duplication;
    const [firstMs, secondMs] = [this.latencyMs(), this.latencyMs()];
    if (lost || !peer.near) {
      this.lost++;
      return;
    }
    const arrive = (): void => {
      if (!peer.near) {
        this.lost++;
        return;
      }
      this.delivered++;
      deliver();
    };
    world.schedule(world.nowMs + firstMs, arrive);
    if (twice) world.schedule(world.nowMs + secondMs, arrive);
  }

  private latencyMs(): number {
    return Math.round(this.rng.range(this.profile.latencyMsMin, this.profile.latencyMsMax));
  }
}
