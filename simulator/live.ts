/**
 * The world with a real broker: the simulated radio decides what is lost and when, and what it lets through goes
 * over TCP. In lockstep with the gateway, so that a slow machine changes no outcome: virtual time stands still
 * until the broker has heard a message and the gateway's answer to it is there.
 */

import { MqttSession } from '../firmware/board/mqtt-session.ts';
import type { Connect, Publish } from '../firmware/hal.ts';
import type { DownlinkChannel, UplinkChannel } from '../protocol/topics.ts';
import type { Network, Radio } from './radio.ts';
import type { World } from './world.ts';

/** A gateway that says nothing for so long is taken as gone; what it did not answer will be sent again. */
const ANSWER_MS = 2_000;
/** What the gateway answers in any case. */
const ANSWERS: Partial<Record<UplinkChannel, DownlinkChannel>> = {
  frame: 'receipt',
  clock: 'time',
  result: 'settled',
  report: 'settled',
};
/** A paced run says that it is behind from here on. */
const BEHIND_MS = 500;
const YIELD_STEPS = 64;

export interface LiveLinkOptions {
  readonly url: string;
  /** False while the broker is known to be away. */
  readonly reachable: () => boolean;
  readonly device: string;
  readonly password?: string;
  readonly log: (line: string) => void;
  /** After the broker has heard a frame and before its receipt is waited for. */
  readonly onFramePublished?: (message: Publish) => Promise<void>;
}

type Errand = { readonly kind: 'connect'; readonly session: Connect } | Publish | { readonly kind: 'disconnect' };

export class LiveLink implements Network {
  private readonly options: LiveLinkOptions;
  private radio: Radio | null = null;
  private session: MqttSession | null = null;
  private errands: Errand[] = [];
  /** Told of each downlink, and with null that there will be none. */
  private onAnswer: ((channel: DownlinkChannel | null) => void) | null = null;

  constructor(options: LiveLinkOptions) {
    this.options = options;
  }

  /** The radio that hears of downlinks and of a broken session. */
  attach(radio: Radio): void {
    this.radio = radio;
  }

  reachable(): boolean {
    return this.options.reachable();
  }

  connect(_device: string, session: Connect): void {
    this.errands.push({ kind: 'connect', session });
  }

  uplink(_device: string, message: Publish): void {
    this.errands.push(message);
  }

  disconnect(): void {
    this.errands.push({ kind: 'disconnect' });
  }

  /** Does what the world has let through since the last call, in order. False when that was nothing. */
  async settle(): Promise<boolean> {
    const said = this.errands.length > 0;
    while (this.errands.length > 0) {
      const errand = this.errands.shift() as Errand;
      if (errand.kind === 'connect') await this.open(errand.session);
      else if (errand.kind === 'publish') await this.publish(errand);
      else this.session?.drop();
    }
    return said;
  }

  /** Resolves when everything that the broker wrote to this device before has been taken in. */
  async roundTrip(): Promise<void> {
    await this.session?.roundTrip();
  }

  async close(): Promise<void> {
    await this.session?.close();
  }

  private open(wanted: Connect): Promise<void> {
    this.session?.drop();
    return new Promise((resolve) => {
      const { url, device, password } = this.options;
      this.session = new MqttSession({ url, device, password }, wanted, {
        onUp: resolve,
        onDown: (reason) => {
          this.options.log(`radio: ${reason}`);
          this.radio?.lose();
          this.onAnswer?.(null);
          resolve();
        },
        onDownlink: (channel, bytes) => {
          this.radio?.downlink(channel, bytes);
          this.onAnswer?.(channel);
        },
      });
    });
  }

  private async publish(message: Publish): Promise<void> {
    if (this.session === null) return;
    const wanted = ANSWERS[message.channel];
    const answer = new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, ANSWER_MS);
      this.onAnswer = (channel) => {
        if (channel !== null && channel !== wanted) return;
        clearTimeout(limit);
        resolve();
      };
      if (wanted === undefined) this.onAnswer(null);
    });
    const heard = await this.session.publish(message);
    if (message.channel === 'frame') await this.options.onFramePublished?.(message);
    if (heard) await answer;
    else this.onAnswer?.(null);
    this.onAnswer = null;
    // What the gateway said besides, of the same moment.
    if (wanted !== undefined && message.channel !== 'frame') await this.session.roundTrip();
  }
}

export interface LiveRun {
  /** How far a paced run was behind real time at worst, milliseconds of real time. */
  readonly behindMsMax: number;
}

export interface LiveOptions {
  readonly world: World;
  readonly link: Pick<LiveLink, 'settle'>;
  /** Virtual seconds per real second; Infinity for as fast as it goes. */
  readonly pace: number;
  readonly until: () => boolean;
  readonly log: (line: string) => void;
  /** After each event. */
  readonly onStep?: () => void | Promise<void>;
}

/** Runs the world until it is told to stop. When it falls behind it says so, and does everything all the same. */
export async function runLive({ world, link, pace, until, log, onStep }: LiveOptions): Promise<LiveRun> {
  const startedMs = performance.now();
  const startMs = world.nowMs;
  let behindMsMax = 0;
  let saidMs = BEHIND_MS;
  let steps = 0;
  while (!until()) {
    const nextMs = world.nextEventMs();
    if (nextMs === Number.POSITIVE_INFINITY) break;
    const dueMs = startedMs + (nextMs - startMs) / pace;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 1) await new Promise((resolve) => setTimeout(resolve, earlyMs));
    else if (pace !== Number.POSITIVE_INFINITY && -earlyMs > behindMsMax) behindMsMax = -earlyMs;
    if (behindMsMax >= saidMs) {
      log(`world: ${(behindMsMax / 1000).toFixed(1)} s behind real time; nothing is left out`);
      saidMs = behindMsMax * 2;
    }
    world.step();
    await link.settle();
    await onStep?.();
    // What the broker says unasked is heard between events, also when nothing is waited for.
    if (++steps % YIELD_STEPS === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { behindMsMax: Math.round(behindMsMax) };
}
