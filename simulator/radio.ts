/** The modem and the cell between a device and the broker: latency, loss, duplicates, reordering, outages. */

import type { Connect, Downlink, LinkChange, Publish } from '../firmware/hal.ts';
import type { Rng } from './rng.ts';
import type { World } from './world.ts';

/** The broker's side. Times are the world's. */
export interface Network {
  /** Whether a connection would be answered now; absent for always. */
  reachable?(): boolean;
  /** A session begins; one that is open under this name ends without its will. */
  connect(device: string, session: Connect, nowMs: number): void;
  uplink(device: string, message: Publish, nowMs: number): void;
  /** The session ended without a goodbye: publish the will. */
  disconnect(device: string, nowMs: number): void;
}

/** Half-open interval of world time. */
export interface OutageMs {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface RadioProfile {
  readonly latencyMsMin: number;
  /** Latency is drawn evenly between the two, each message by itself; a wide range reorders. */
  readonly latencyMsMax: number;
  /** Per message and direction. */
  readonly loss: number;
  /** Probability that a message that was not lost arrives twice. */
  readonly duplication: number;
  readonly connectMsMin: number;
  readonly connectMsMax: number;
  /** How long after a vanished device the broker gives its session up (1.5 keep-alives). */
  readonly keepAliveMs: number;
  /** Ascending, apart from each other. */
  readonly outages: readonly OutageMs[];
}

/** LTE Cat-M1 on a good day (numbers.md 7). */
export const CALM_RADIO: RadioProfile = {
  latencyMsMin: 50,
  latencyMsMax: 120,
  loss: 0,
  duplication: 0,
  connectMsMin: 800,
  connectMsMax: 2500,
  keepAliveMs: 45_000,
  outages: [],
};

export interface RadioCounts {
  sent: number;
  /** A message that arrives twice counts twice. */
  delivered: number;
  lost: number;
}

export class Radio {
  readonly uplinks: RadioCounts = { sent: 0, delivered: 0, lost: 0 };
  readonly downlinks: RadioCounts = { sent: 0, delivered: 0, lost: 0 };
  private readonly world: World;
  private readonly rng: Rng;
  private readonly profile: RadioProfile;
  private readonly device: string;
  private readonly network: Network;
  private readonly toDevice: (input: LinkChange | Downlink) => void;
  private wanted: Connect | null = null;
  private up = false;
  private opening = false;
  /** Grows with each session and each end of one, so that what belonged to an older one finds out. */
  private session = 0;
  private lastConnected = 0;

  constructor(
    world: World,
    rng: Rng,
    profile: RadioProfile,
    device: string,
    network: Network,
    toDevice: (input: LinkChange | Downlink) => void,
  ) {
    this.world = world;
    this.rng = rng;
    this.profile = profile;
    this.device = device;
    this.network = network;
    this.toDevice = toDevice;
    for (const outage of profile.outages) world.schedule(outage.fromMs, () => this.lose());
  }

  get linkUp(): boolean {
    return this.up;
  }

  /** The modem keeps trying until it has a session, and again after each outage. */
  connect(effect: Connect): void {
    this.wanted = effect;
    if (this.opening) return;
    this.close();
    this.open();
  }

  publish(message: Publish): void {
    this.carry(this.uplinks, () => this.network.uplink(this.device, message, this.world.nowMs));
  }

  /** From the broker to the device. */
  downlink(channel: Downlink['channel'], bytes: Uint8Array): void {
    this.carry(this.downlinks, () => this.toDevice({ kind: 'downlink', channel, bytes }));
  }

  /** The device lost its power and the modem with it; the broker finds out later. */
  powerOff(): void {
    this.wanted = null;
    this.opening = false;
    this.close();
  }

  private open(): void {
    const { world, profile, rng } = this;
    this.opening = true;
    const attempt = ++this.session;
    const outage = profile.outages.find((o) => world.nowMs >= o.fromMs && world.nowMs < o.toMs);
    const fromMs = outage === undefined ? world.nowMs : outage.toMs;
    const tookMs = Math.round(rng.range(profile.connectMsMin, profile.connectMsMax));
    world.schedule(fromMs + tookMs, () => {
      if (attempt !== this.session || this.wanted === null) return;
      if (this.network.reachable?.() === false) {
        this.open();
        return;
      }
      this.opening = false;
      this.up = true;
      this.lastConnected = attempt;
      this.network.connect(this.device, this.wanted, world.nowMs);
      this.toDevice({ kind: 'link', up: true });
    });
  }

  /** The session breaks; the modem tries again at once. */
  lose(): void {
    if (this.up) {
      this.close();
      this.toDevice({ kind: 'link', up: false });
    }
    if (this.wanted !== null) this.open();
  }

  private close(): void {
    const was = this.up;
    this.up = false;
    this.session++;
    if (!was) return;
    const closed = this.session;
    this.world.schedule(this.world.nowMs + this.profile.keepAliveMs, () => {
      // Otherwise a later session has taken the old one over.
      if (this.lastConnected > closed) return;
      this.network.disconnect(this.device, this.world.nowMs);
    });
  }

  private carry(counts: RadioCounts, deliver: () => void): void {
    const { rng, profile, world } = this;
    counts.sent++;
    // Always the same number of draws, so that one setting does not shift the luck of another.
    const lost = rng.uniform() < profile.loss;
    const twice = rng.uniform() < profile.duplication;
    const firstMs = this.latencyMs();
    const secondMs = this.latencyMs();
    if (!this.up || lost) {
      counts.lost++;
      return;
    }
    const session = this.session;
    const arrive = (): void => {
      if (session !== this.session) {
        counts.lost++;
        return;
      }
      counts.delivered++;
      deliver();
    };
    world.schedule(world.nowMs + firstMs, arrive);
    if (twice) world.schedule(world.nowMs + secondMs, arrive);
  }

  private latencyMs(): number {
    return Math.round(this.rng.range(this.profile.latencyMsMin, this.profile.latencyMsMax));
  }
}
