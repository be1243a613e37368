/** The receiving half of a session: puts pieces in order, joins them to messages, acknowledges, grants credit. */

import type { LineAck } from './serial-ack.ts';
import { CHANNELS, SERIAL_MESSAGE_BYTES_MAX, type SerialChannel } from './serial-channels.ts';
import { WINDOW_MAX } from './serial-hello.ts';
import { NUMBERS, type Piece } from './serial-piece.ts';

const LIMITS = 0x10000;
/** Frames after which an acknowledgement is due, asked for or not. */
const ACK_FRAMES = 8;
const ACK_MS = 50;
/** Worked-off part of a budget that is worth an acknowledgement of its own. */
const GRANT_SHARE = 4;

interface Incoming {
  readonly budget: number;
  /** Bytes of messages that are held here or by the owner, and those that are worked off since the session began. */
  held: number;
  released: number;
  /** As the last acknowledgement had it. */
  granted: number;
  parts: Uint8Array[];
  partBytes: number;
}

export interface Arrived {
  readonly channel: SerialChannel;
  readonly bytes: Uint8Array;
}

/** What a right sender never does; the bytes are not taken. */
export type PieceFlaw = 'closed-channel' | 'over-budget' | 'beyond-window' | 'broken-message';

export class Receiver {
  /** Frames that came more than once. */
  duplicates = 0;
  private readonly channels = new Map<SerialChannel, Incoming>();
  private readonly window: number;
  private waiting = new Map<number, Piece>();
  private next = 0;
  private sinceAck = 0;
  private ackDueMs = Number.POSITIVE_INFINITY;

  constructor(window: number = WINDOW_MAX) {
    this.window = window;
  }

  begin(channels: readonly SerialChannel[], now: number): void {
    this.channels.clear();
    for (const name of channels) {
      const budget = CHANNELS[name].budgetBytes;
      this.channels.set(name, { budget, held: 0, released: 0, granted: budget, parts: [], partBytes: 0 });
    }
    this.waiting = new Map();
    this.next = 0;
    this.sinceAck = 0;
    this.ackDueMs = now + ACK_MS;
  }

  /** Messages that are whole now, in order, are appended to `out`. */
  take(piece: Piece, now: number, out: Arrived[]): PieceFlaw | null {
    const ahead = (piece.number - this.next + NUMBERS) % NUMBERS;
    if (ahead >= NUMBERS - WINDOW_MAX || this.waiting.has(piece.number)) {
      // Its acknowledgement was lost.
      this.duplicates++;
      this.ackDueMs = now;
      return null;
    }
    const incoming = this.channels.get(piece.channel);
    if (incoming === undefined) return 'closed-channel';
    if (ahead >= this.window) return 'beyond-window';
    if (incoming.held + piece.bytes.length > incoming.budget) return 'over-budget';
    incoming.held += piece.bytes.length;
    this.waiting.set(piece.number, { ...piece, bytes: piece.bytes.slice() });
    const broken = this.joinWhatFits(out);
    this.sinceAck++;
    const urgent = piece.asks || ahead > 0 || this.sinceAck >= ACK_FRAMES;
    this.ackDueMs = urgent ? now : Math.min(this.ackDueMs, now + ACK_MS);
    return broken ? 'broken-message' : null;
  }

  /** The owner has worked off bytes of a message. */
  release(channel: SerialChannel, bytes: number, now: number): void {
    const incoming = this.channels.get(channel);
    if (incoming === undefined) return;
    letGo(incoming, bytes);
    if (limitOf(incoming) - incoming.granted >= incoming.budget / GRANT_SHARE) this.ackDueMs = now;
  }

  /** The other end may have lost what it knew. */
  acknowledgeNow(now: number): void {
    this.ackDueMs = now;
  }

  nextTimeout(): number {
    return this.ackDueMs;
  }

  takeAck(now: number): LineAck | null {
    if (now < this.ackDueMs) return null;
    this.ackDueMs = Number.POSITIVE_INFINITY;
    this.sinceAck = 0;
    let held = 0;
    for (const number of this.waiting.keys()) held |= 1 << ((number - this.next - 1 + NUMBERS) % NUMBERS);
    const limits = new Map<SerialChannel, number>();
    for (const [name, incoming] of this.channels) {
      incoming.granted = limitOf(incoming);
      limits.set(name, incoming.granted % LIMITS);
    }
    return { next: this.next, held: held >>> 0, limits };
  }

  private joinWhatFits(out: Arrived[]): boolean {
    let broken = false;
    for (let piece = this.waiting.get(this.next); piece !== undefined; piece = this.waiting.get(this.next)) {
      this.waiting.delete(this.next);
      this.next = (this.next + 1) % NUMBERS;
      const incoming = this.channels.get(piece.channel) as Incoming;
      if (!join(incoming, piece, out)) broken = true;
    }
    return broken;
  }
}

/** False when a message began inside another, or a piece belongs to none, or it grew too long. */
function join(incoming: Incoming, piece: Piece, out: Arrived[]): boolean {
  const fits = piece.first === (incoming.parts.length === 0);
  if (piece.first) drop(incoming);
  if (!piece.first && incoming.parts.length === 0) {
    letGo(incoming, piece.bytes.length);
    return false;
  }
  incoming.parts.push(piece.bytes);
  incoming.partBytes += piece.bytes.length;
  if (incoming.partBytes > SERIAL_MESSAGE_BYTES_MAX) {
    drop(incoming);
    return false;
  }
  if (!piece.last) return fits;
  const bytes = new Uint8Array(incoming.partBytes);
  let at = 0;
  for (const part of incoming.parts) {
    bytes.set(part, at);
    at += part.length;
  }
  incoming.parts = [];
  incoming.partBytes = 0;
  out.push({ channel: piece.channel, bytes });
  return fits;
}

function drop(incoming: Incoming): void {
  letGo(incoming, incoming.partBytes);
  incoming.parts = [];
  incoming.partBytes = 0;
}

function letGo(incoming: Incoming, bytes: number): void {
  incoming.held -= bytes;
  incoming.released += bytes;
}

/** What is worked off makes room. */
function limitOf({ released, budget }: Incoming): number {
  return released + budget;
}
