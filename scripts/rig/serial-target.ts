/** A rig build at the end of a line. Waits are bounded: a device that is gone or dumb ends the run with a reason. */

import { SerialLine, type SerialLineOptions } from '../../gateway/edge/serial-line.ts';
import { choiceText } from '../../gateway/edge/serial-ports.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import type { LineEvent } from '../../protocol/serial-events.ts';
import { log } from '../output.ts';
import { type FromDevice, RigError, type Target } from './target.ts';

export interface SerialTargetOptions extends Pick<SerialLineOptions, 'port' | 'baud' | 'paced' | 'reset' | 'access'> {
  /** How long nobody may answer at first. */
  readonly helloMs?: number;
  /** How long the line may be down, or a device that is there may say nothing. */
  readonly patienceMs?: number;
}

const HELLO_MS = 10_000;
const PATIENCE_MS = 60_000;
const NOISE_MAX = 60;

export class SerialTarget implements Target {
  readonly name: string;
  private readonly options: SerialTargetOptions;
  private line: SerialLine | null = null;
  /** One per channel: a command must not wait behind the stimuli that wait for it. */
  private readonly queues = new Map<SerialChannel, Uint8Array[]>();
  private readonly heard: FromDevice[] = [];
  private failure: RigError | null = null;
  private up = false;
  private started = false;
  /** Grows with each. */
  private life = 0;
  private noise = '';
  private noiseBytes = 0;
  private wake: () => void = () => undefined;

  /** Resolves when a rig build has answered. Throws a SerialError, or a RigError. */
  static async open(options: SerialTargetOptions): Promise<SerialTarget> {
    const target = new SerialTarget(options);
    const { port, baud, paced, reset, access } = options;
    target.line = await SerialLine.open({
      port,
      baud,
      paced,
      reset,
      access,
      self: { role: 'host', build: 'rig', firmware: 'bordbox rig' },
      onEvent: (event) => target.onEvent(event),
      onProgress: () => target.flush(),
      log,
    });
    try {
      await target.waitFor(
        () => target.up,
        options.helloMs ?? HELLO_MS,
        () => target.silence(),
      );
    } catch (error) {
      await target.close();
      throw error;
    }
    return target;
  }

  private constructor(options: SerialTargetOptions) {
    this.options = options;
    this.name = `serial:${choiceText(options.port)}`;
  }

  send(channel: SerialChannel, bytes: Uint8Array): void {
    const queue = this.queues.get(channel) ?? [];
    this.queues.set(channel, queue);
    queue.push(bytes);
    this.flush();
  }

  async next(): Promise<FromDevice> {
    const { options, heard } = this;
    await this.waitFor(
      () => heard.length > 0,
      options.patienceMs ?? PATIENCE_MS,
      () => (this.up ? 'the device is there and does not answer' : 'the line is down: look at the cable and the power'),
    );
    return heard.shift() as FromDevice;
  }

  async close(): Promise<void> {
    await this.line?.close();
  }

  /** Noise and heartbeats are no signs of life: only what the device hands over, or takes. */
  private async waitFor(done: () => boolean, patienceMs: number, why: () => string): Promise<void> {
    let life = this.life;
    let sinceMs = performance.now();
    for (;;) {
      if (this.failure !== null) throw this.failure;
      if (done()) return;
      if (life !== this.life) sinceMs = performance.now();
      life = this.life;
      const leftMs = sinceMs + patienceMs - performance.now();
      if (leftMs <= 0) throw this.error(why());
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, leftMs);
      });
      clearTimeout(timer);
    }
  }

  private silence(): string {
    if (this.noiseBytes === 0) return 'nobody answers: is the device powered, a rig build, and at the right --baud?';
    const text = this.noise.trim() === '' ? 'that are no text: try another --baud' : `such as "${this.noise.trim()}"`;
    return `what answers is no device of this line: ${this.noiseBytes} bytes came, ${text}`;
  }

  private error(why: string): RigError {
    return new RigError(`${choiceText(this.options.port)}: ${why}`);
  }

  private onEvent(event: LineEvent): void {
    if (event.kind === 'message') {
      this.life++;
      this.heard.push({ channel: event.channel, bytes: event.bytes });
      this.line?.release(event);
    } else if (event.kind === 'up') {
      this.life++;
      if (event.peer.build !== 'rig') {
        this.failure = this.error('the device is a product build, which no rig can command; flash a rig build');
      } else if (this.up || !event.resumed) this.restarted();
      this.up = true;
    } else if (event.kind === 'down') this.up = false;
    else if (event.kind === 'incompatible') {
      const { versionMin, versionMax } = event.peer;
      const speaks = `it speaks line versions ${versionMin} to ${versionMax}`;
      this.failure = this.error(
        `the other end does not go with this rig (${event.reason}; ${speaks}): update one of the two`,
      );
    } else if (event.kind === 'noise') this.onNoise(event.bytes);
    this.flush();
    this.wake();
  }

  /** The first time is the beginning. */
  private restarted(): void {
    if (this.started) this.failure = this.error('the device was started anew in the middle of a run; run it again');
    this.started = true;
  }

  private onNoise(bytes: Uint8Array): void {
    this.noiseBytes += bytes.length;
    const text = Buffer.from(bytes)
      .toString('latin1')
      .replace(/[^ -~]+/g, ' ');
    this.noise = `${this.noise}${text}`.slice(0, NOISE_MAX);
  }

  private flush(): void {
    for (const [channel, queue] of this.queues) {
      while (queue.length > 0 && this.line?.send(channel, queue[0]).ok) {
        queue.shift();
        this.life++;
      }
    }
  }
}
