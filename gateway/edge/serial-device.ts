/** The gateway's end of a line: a device with its session, let in by the same proof and the same records as over MQTT. */

import type { Crypto } from '../../protocol/crypto.ts';
import type { LineEvent, LineMessage } from '../../protocol/serial-events.ts';
import { decodeOneOf } from '../../protocol/serial-message.ts';
import { decodeUplink, encodeDownlink, type LineUplink, LOG_KINDS } from '../../protocol/serial-session.ts';
import type { DownlinkChannel } from '../../protocol/topics.ts';
import type { DeviceRecord } from '../core/enrolment.ts';
import { identify } from './credentials.ts';
import type { LinkEvents } from './link.ts';
import { SerialLine } from './serial-line.ts';
import { NoiseLog } from './serial-noise-log.ts';
import { choiceText, type PortChoice } from './serial-ports.ts';

export interface SerialDeviceOptions {
  readonly port: PortChoice;
  readonly baud: number;
  readonly paced: boolean;
  readonly reset?: 'dtr' | 'rts';
  readonly deviceRecord: (device: string) => Promise<DeviceRecord | undefined>;
  readonly crypto: Crypto;
  readonly log: (line: string) => void;
}

const FIRMWARE = 'bordbox gateway';

type Connect = Extract<LineUplink, { readonly kind: 'connect' }>;

interface Session {
  readonly device: string;
  readonly will: Uint8Array;
}

export class SerialDevice {
  private readonly options: SerialDeviceOptions;
  private readonly events: LinkEvents;
  private line: SerialLine | null = null;
  /** Whom the line belongs to; kept while the same two ends find each other again. */
  private session: Session | null = null;
  /** What came while a proof was being looked at. */
  private waiting: LineMessage[] | null = null;
  private readonly noise: NoiseLog;
  private said = '';

  /** Resolves when the port is open. Throws a SerialError. */
  static async open(options: SerialDeviceOptions, events: LinkEvents): Promise<SerialDevice> {
    const device = new SerialDevice(options, events);
    const { port, baud, paced, reset, log } = options;
    device.line = await SerialLine.open({
      self: { role: 'host', build: 'product', firmware: FIRMWARE },
      port,
      baud,
      paced,
      reset,
      onEvent: (event) => device.onEvent(event),
      log,
    });
    return device;
  }

  private constructor(options: SerialDeviceOptions, events: LinkEvents) {
    this.options = options;
    this.events = events;
    this.noise = new NoiseLog((line) => options.log(`serial: ${choiceText(options.port)}: ${line}`));
  }

  /** False when this device is not at the other end. */
  sendDownlink(device: string, channel: DownlinkChannel, bytes: Uint8Array): boolean {
    if (this.session?.device !== device) return false;
    // A receipt that finds no room comes again with the next frame.
    this.line?.send('downlink', encodeDownlink({ kind: 'signed', channel, bytes }));
    return true;
  }

  async close(): Promise<void> {
    this.endSession();
    await this.line?.close();
  }

  private onEvent(event: LineEvent): void {
    if (event.kind === 'message') this.onMessage(event);
    else if (event.kind === 'noise') this.noise.heard(event);
    else if (event.kind === 'up') {
      if (!event.resumed) this.endSession();
      const { build, firmware } = event.peer;
      const rig = build === 'rig' ? '; a rig build, whose keys nobody believes who was not told to' : '';
      this.say(`${firmware || 'a device'} answers${rig}`);
    } else if (event.kind === 'down') {
      this.publishWill();
      this.say(event.reason === 'silent' ? 'the device has fallen silent' : 'the line is down');
    } else if (event.kind === 'incompatible') {
      const { versionMin, versionMax } = event.peer;
      this.say(
        event.reason === 'version'
          ? `the device speaks versions ${versionMin} to ${versionMax} of the line, and this gateway does not: update one`
          : `what is plugged in is no device for a gateway (${event.reason})`,
      );
    }
  }

  private onMessage(message: LineMessage): void {
    if (this.waiting !== null) this.waiting.push(message);
    else if (message.channel === 'log') this.onLog(message);
    else this.onUplink(message);
  }

  private onLog(message: LineMessage): void {
    const line = decodeOneOf(LOG_KINDS, message.bytes);
    if (line.ok) this.options.log(`device: ${line.value.atMs} ms: ${line.value.text}`);
    this.line?.release(message);
  }

  private onUplink(message: LineMessage): void {
    const release = (): void => this.line?.release(message);
    const decoded = decodeUplink(message.bytes);
    if (!decoded.ok) {
      this.events.onRefusal('protocol', this.session?.device);
      release();
    } else if (decoded.value.kind === 'connect') {
      release();
      void this.letIn(decoded.value);
    } else if (this.session === null) {
      this.events.onRefusal('no-credentials');
      release();
    } else {
      // Credit comes back when the message is stored, so that a slow disk slows the line and not the memory down.
      this.events.onUplink(this.session.device, decoded.value.channel, decoded.value.bytes, release);
    }
  }

  private async letIn({ device, proof, will }: Connect): Promise<void> {
    const { deviceRecord, crypto } = this.options;
    this.waiting = [];
    const password = Buffer.from(Buffer.from(proof).toString('base64url'));
    const credentials = { clientId: device, username: device, password, certificateName: null };
    const party = await identify(credentials, [], deviceRecord, crypto).catch(() => null);
    // Null: the store cannot be read now. The device asks again.
    if (party?.ok) {
      if (this.session?.device !== device) this.endSession();
      this.session = { device, will };
      this.verdict('welcome', '');
    } else if (party !== null) {
      this.endSession();
      this.events.onRefusal(party.reason, device);
      this.verdict('refused', `${party.reason}: is the device enrolled?`);
    }
    const { waiting } = this;
    this.waiting = null;
    for (const message of waiting) this.onMessage(message);
  }

  private verdict(verdict: 'welcome' | 'refused', reason: string): void {
    this.line?.send('downlink', encodeDownlink({ kind: 'verdict', verdict, reason }));
  }

  private endSession(): void {
    this.publishWill();
    this.session = null;
  }

  /** As a broker does when a client is gone. The device publishes a birth after the next welcome. */
  private publishWill(): void {
    if (this.session !== null) this.events.onUplink(this.session.device, 'state', this.session.will);
  }

  private say(news: string): void {
    if (this.said !== news) this.options.log(`serial: ${choiceText(this.options.port)}: ${news}`);
    this.said = news;
  }
}
