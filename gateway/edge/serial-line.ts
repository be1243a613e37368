/**
 * A serial port and the line protocol on it. It is opened for this process alone, and opened again when it was
 * unplugged; what cannot be noticed by reading is noticed by writing.
 */

import { randomFillSync } from 'node:crypto';
import { SerialPort } from 'serialport';
import type { Result } from '../../protocol/result.ts';
import { SerialLink } from '../../protocol/serial.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import type { LineEvent, LineMessage, SendReason } from '../../protocol/serial-events.ts';
import type { LineSelf } from '../../protocol/serial-hello.ts';
import { choiceText, findPort, type ListedPort, listPorts, openAdvice, type PortChoice } from './serial-ports.ts';

export interface PortAccess {
  list(): Promise<readonly ListedPort[]>;
  /** Not open yet. */
  make(path: string, baudRate: number): SerialPort;
}

const THIS_MACHINE: PortAccess = {
  list: listPorts,
  make: (path, baudRate) => new SerialPort({ path, baudRate, autoOpen: false }),
};

export interface SerialLineOptions {
  readonly self: LineSelf;
  readonly port: PortChoice;
  readonly baud: number;
  /** False where the port has a pace of its own, for instance a pty or USB without a UART behind it. */
  readonly paced: boolean;
  /** Modem line that is wired to the device's reset. */
  readonly reset?: 'dtr' | 'rts';
  /** Other ports than those of this machine. */
  readonly access?: PortAccess;
  onEvent(event: LineEvent): void;
  /** Something came: there may be room to send more. */
  onProgress?(): void;
  log(line: string): void;
}

const REOPEN_MS = 500;
/** A write that takes longer has nobody at the other end. */
const WRITE_MS = 3000;
const RESET_PULSE_MS = 100;
/** In one write, so that what is urgent does not wait for long. */
const WRITE_BYTES_MAX = 2048;
/** While a write is under way there is nothing to put out. */
const WRITING_MS = 20;

export class SerialLine {
  readonly link: SerialLink;
  private readonly options: SerialLineOptions;
  private port: SerialPort | null = null;
  private timer: NodeJS.Timeout | undefined;
  private reopening: NodeJS.Timeout | undefined;
  private writing: NodeJS.Timeout | undefined;
  private closed = false;
  private trouble = '';

  /** Resolves when the port is open, which says nothing of the other end. Throws a SerialError. */
  static async open(options: SerialLineOptions): Promise<SerialLine> {
    const line = new SerialLine(options);
    try {
      await line.openPort();
    } catch (error) {
      await line.close();
      throw error;
    }
    return line;
  }

  private constructor(options: SerialLineOptions) {
    const { self, baud, paced } = options;
    this.options = options;
    const random = (into: Uint8Array): void => void randomFillSync(into);
    this.link = new SerialLink({ ...self, bytesPerSecond: paced ? baud / 10 : Number.POSITIVE_INFINITY, random });
  }

  get isOpen(): boolean {
    return this.port?.isOpen ?? false;
  }

  send(channel: SerialChannel, bytes: Uint8Array): Result<null, SendReason> {
    const sent = this.link.send(channel, bytes);
    if (sent.ok) this.pump();
    return sent;
  }

  release(message: LineMessage): void {
    this.link.release(message, now());
    this.pump();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.reopening);
    clearTimeout(this.writing);
    const { port } = this;
    this.port = null;
    if (port !== null) await closed(port);
  }

  private async openPort(): Promise<void> {
    const { port: choice, baud, access = THIS_MACHINE } = this.options;
    const path = await findPort(choice, access.list);
    const port = access.make(path, baud);
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(openAdvice(path, error)) : resolve()));
    });
    port.on('data', (bytes: Buffer) => this.onBytes(port, bytes));
    port.on('error', (error) => this.onLost(port, error.message));
    port.on('close', () => this.onLost(port, 'it was unplugged, or the other end is gone'));
    await this.resetDevice(port);
    if (this.closed) return closed(port);
    this.port = port;
    this.trouble = '';
    this.link.lineOpened(now());
    this.pump();
  }

  private async resetDevice(port: SerialPort): Promise<void> {
    const { reset, log } = this.options;
    if (reset === undefined) return;
    try {
      await setLines(port, reset, true);
      await new Promise((resolve) => setTimeout(resolve, RESET_PULSE_MS));
      await setLines(port, reset, false);
    } catch {
      log(`serial: ${port.path} has no modem lines; the device is not reset`);
    }
  }

  private onBytes(port: SerialPort, bytes: Buffer): void {
    if (port !== this.port) return;
    this.hand(this.link.receive(bytes, now()));
    this.options.onProgress?.();
    this.pump();
  }

  private onLost(port: SerialPort, why: string): void {
    if (port !== this.port || this.closed) return;
    this.port = null;
    clearTimeout(this.writing);
    this.writing = undefined;
    void closed(port);
    this.tell(`lost: ${why}; opening it again`);
    this.hand(this.link.lineClosed());
    this.reopenSoon();
  }

  private reopenSoon(): void {
    this.reopening = setTimeout(() => {
      this.openPort().then(
        () => this.options.log(`serial: ${choiceText(this.options.port)}: open again`),
        (error: Error) => {
          if (this.closed) return;
          this.tell(error.message);
          this.reopenSoon();
        },
      );
    }, REOPEN_MS);
  }

  /** The same trouble is said once, not at every try. */
  private tell(trouble: string): void {
    if (trouble !== this.trouble) this.options.log(`serial: ${choiceText(this.options.port)}: ${trouble}`);
    this.trouble = trouble;
  }

  private hand(events: readonly LineEvent[]): void {
    for (const event of events) this.options.onEvent(event);
  }

  /** Puts out what may go, and sees to it that it is called when more may. */
  private pump(): void {
    const { port, link } = this;
    if (port === null || this.closed) return;
    if (this.writing === undefined) this.write(port);
    clearTimeout(this.timer);
    const dueMs = link.nextTimeout();
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const soonestMs = this.writing === undefined ? 1 : WRITING_MS;
    this.timer = setTimeout(() => this.onTimer(), Math.max(soonestMs, dueMs - now()));
  }

  private onTimer(): void {
    this.hand(this.link.onTimeout(now()));
    this.pump();
  }

  private write(port: SerialPort): void {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < WRITE_BYTES_MAX) {
      const part = this.link.takeOutput(now());
      if (part === null) break;
      parts.push(part);
      bytes += part.length;
    }
    if (bytes === 0) return;
    this.writing = setTimeout(() => this.onLost(port, 'nobody takes what is written'), WRITE_MS);
    port.write(Buffer.concat(parts), (error) => {
      if (port !== this.port) return;
      clearTimeout(this.writing);
      this.writing = undefined;
      if (error) this.onLost(port, error.message);
      else this.pump();
    });
  }
}

function now(): number {
  return Math.floor(performance.now());
}

function closed(port: SerialPort): Promise<void> {
  port.removeAllListeners();
  // What a port says after it was given up is of no interest, and must not end the process.
  port.on('error', () => undefined);
  return new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
}

/** The other line is off: some boards do not reset while both are on. */
function setLines(port: SerialPort, line: 'dtr' | 'rts', on: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines = { dtr: on && line === 'dtr', rts: on && line === 'rts' };
    port.set(lines, (error) => (error ? reject(error) : resolve()));
  });
}
