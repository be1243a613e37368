/** The modem and the network of a scenario: a radio, and what a timeline takes from it or damages on the way. */

import type { Connect, Downlink, LinkChange, Publish } from '../firmware/hal.ts';
import { CALM_RADIO, type Network, type OutageMs, Radio } from './radio.ts';
import type { Rng } from './rng.ts';
import type { Scenario, Step } from './scenario.ts';
import type { World } from './world.ts';

export interface NetworkPorts {
  readonly world: World;
  readonly rng: Rng;
  readonly device: string;
  readonly gateway: Network;
  /** To the device, now. */
  readonly toDevice: (input: LinkChange | Downlink) => void;
  /** Something arrived at the gateway; a will as well. */
  readonly onUplink: (message: Publish) => void;
}

const KEEP_ALIVE_MS = 45_000;
const KEPT_MAX = 64;

export class ScenarioNetwork implements Network {
  private readonly ports: NetworkPorts;
  private readonly timeline: readonly Step[];
  private readonly radio: Radio;
  private readonly kept: Downlink[] = [];
  private will: Uint8Array | null = null;

  constructor(scenario: Pick<Scenario, 'radio' | 'timeline'>, ports: NetworkPorts) {
    const { world, rng, device } = ports;
    this.ports = ports;
    this.timeline = scenario.timeline;
    const { loss, duplication, latencyMsMax } = scenario.radio;
    const outages = outagesOf(scenario.timeline);
    const profile = { ...CALM_RADIO, keepAliveMs: KEEP_ALIVE_MS, loss, duplication, latencyMsMax, outages };
    this.radio = new Radio(world, rng, profile, device, this, (input) => this.arrive(input));
  }

  /** From the device's modem. */
  send(effect: Connect | Publish): void {
    if (effect.kind === 'connect') this.radio.connect(effect);
    else this.radio.publish(effect);
  }

  powerOff(): void {
    this.radio.powerOff();
  }

  /** From the gateway. */
  downlink(channel: Downlink['channel'], bytes: Uint8Array): void {
    if (channel === 'receipt' && this.during('lose-receipts')) return;
    this.radio.downlink(channel, bytes);
  }

  /** All that was ever sent to the device comes again, the oldest first. */
  repeatDownlinks(): void {
    for (const { channel, bytes } of [...this.kept]) this.radio.downlink(channel, bytes);
  }

  connect(device: string, session: Connect, nowMs: number): void {
    this.will = session.will;
    this.ports.gateway.connect(device, session, nowMs);
  }

  uplink(device: string, message: Publish, nowMs: number): void {
    if (this.during('lose-uplinks')) return;
    this.ports.onUplink(message);
    this.ports.gateway.uplink(device, message, nowMs);
  }

  disconnect(device: string, nowMs: number): void {
    if (this.will !== null) this.ports.onUplink({ kind: 'publish', channel: 'state', bytes: this.will, retain: true });
    this.ports.gateway.disconnect(device, nowMs);
  }

  private arrive(input: LinkChange | Downlink): void {
    if (input.kind === 'link') {
      this.ports.toDevice(input);
      return;
    }
    this.kept.push(input);
    if (this.kept.length > KEPT_MAX) this.kept.shift();
    this.ports.toDevice(this.during('damage-downlinks') ? damaged(input) : input);
  }

  private during(what: 'lose-receipts' | 'lose-uplinks' | 'damage-downlinks'): boolean {
    const { nowMs } = this.ports.world;
    return this.timeline.some((step) => step.do === what && nowMs >= step.atMs && nowMs < step.atMs + step.forMs);
  }
}

/** One bit is wrong. */
function damaged({ kind, channel, bytes }: Downlink): Downlink {
  const wrong = Uint8Array.from(bytes);
  wrong[wrong.length >> 1] ^= 0x10;
  return { kind, channel, bytes: wrong };
}

function outagesOf(timeline: readonly Step[]): OutageMs[] {
  return timeline.flatMap((step) =>
    step.do === 'lose-network' ? [{ fromMs: step.atMs, toMs: step.atMs + step.forMs }] : [],
  );
}
