/** A device's modem where the gateway is at the other end of a serial line: sessions and messages as over MQTT. */

import type { Result } from '../../protocol/result.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import type { LineEvent, LineMessage, SendReason } from '../../protocol/serial-events.ts';
import { decodeDownlink, encodeUplink } from '../../protocol/serial-session.ts';
import type { Connect, Downlink, LinkChange, Publish } from '../hal.ts';
import type { BoardModem } from './board.ts';

/** The device's end of a line. */
export interface DeviceLine {
  send(channel: SerialChannel, bytes: Uint8Array): Result<null, SendReason>;
  release(message: LineMessage): void;
  close(): Promise<void>;
}

export interface SerialModemOptions {
  readonly device: string;
  readonly open: (onEvent: (event: LineEvent) => void) => Promise<DeviceLine>;
  readonly toDevice: (input: LinkChange | Downlink) => void;
  readonly log: (line: string) => void;
}

/** How long the gateway may take with a connect before it is sent again. */
const ASK_AGAIN_MS = 10_000;
const OPEN_AGAIN_MS = 1000;

export class SerialModem implements BoardModem {
  private readonly options: SerialModemOptions;
  private line: DeviceLine | null = null;
  private opening: Promise<void> | null = null;
  private wanted: Connect | null = null;
  private lineUp = false;
  private welcome = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;
  private said = '';

  constructor(options: SerialModemOptions) {
    this.options = options;
  }

  connect(wanted: Connect): void {
    this.wanted = wanted;
    this.opening ??= this.open();
    this.ask();
  }

  publish({ channel, bytes }: Publish): Promise<boolean> {
    if (!this.welcome) return Promise.resolve(false);
    const sent = this.line?.send('uplink', encodeUplink({ kind: 'signed', channel, bytes }));
    return Promise.resolve(sent?.ok ?? false);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.opening;
    await this.line?.close();
  }

  /** A port that cannot be opened now may be there later. */
  private async open(): Promise<void> {
    while (!this.closed && this.line === null) {
      try {
        this.line = await this.options.open((event) => this.onEvent(event));
      } catch (error) {
        this.say(error instanceof Error ? error.message : String(error));
        await new Promise((resolve) => setTimeout(resolve, OPEN_AGAIN_MS));
      }
    }
    this.ask();
  }

  private ask(): void {
    clearTimeout(this.timer);
    const { line, wanted, closed } = this;
    if (line === null || wanted === null || closed || !this.lineUp) return;
    const { device } = this.options;
    line.send('uplink', encodeUplink({ kind: 'connect', device, proof: wanted.proof, will: wanted.will }));
    this.timer = setTimeout(() => this.ask(), ASK_AGAIN_MS);
  }

  private onEvent(event: LineEvent): void {
    if (event.kind === 'up') {
      this.lineUp = true;
      this.ask();
    } else if (event.kind === 'down') {
      this.lineUp = false;
      clearTimeout(this.timer);
      this.linkIs(false, 'the line is down');
    } else if (event.kind === 'incompatible') this.say(`the other end is no gateway for this device: ${event.reason}`);
    else if (event.kind === 'message') this.onMessage(event);
  }

  private onMessage(message: LineMessage): void {
    this.line?.release(message);
    const decoded = decodeDownlink(message.bytes);
    if (message.channel !== 'downlink' || !decoded.ok) return;
    const downlink = decoded.value;
    if (downlink.kind === 'signed') {
      const { channel, bytes } = downlink;
      this.options.toDevice({ kind: 'downlink', channel, bytes });
    } else if (downlink.verdict === 'welcome') {
      clearTimeout(this.timer);
      this.linkIs(true, 'link up');
    } else this.linkIs(false, `${downlink.verdict}: ${downlink.reason}`);
  }

  private linkIs(up: boolean, why: string): void {
    this.say(why);
    if (up === this.welcome) return;
    this.welcome = up;
    this.options.toDevice({ kind: 'link', up });
  }

  /** The same news are said once. */
  private say(news: string): void {
    if (news !== this.said) this.options.log(`modem: ${news}`);
    this.said = news;
  }
}
