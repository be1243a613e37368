/**
 * The sending half of a session: cuts messages into pieces, keeps a window of them on their way, sends again what is
 * lost, and stays within the credit of each channel.
 *
 * A line does not reorder. A frame that left before one that has arrived, and has not arrived itself, is lost; that
 * is known without waiting for a timer.
 */

import type { LineAck } from './serial-ack.ts';
import { CHANNEL_NAMES, CHANNELS, type SerialChannel } from './serial-channels.ts';
import { ASKS, encodePiece, NUMBERS, PIECE_BYTES_MAX } from './serial-piece.ts';
import { RoundTrip } from './serial-round-trip.ts';

const LIMITS = 0x10000;

interface OnItsWay {
  readonly number: number;
  readonly content: Uint8Array;
  readonly channel: SerialChannel;
  readonly bytes: number;
  readonly last: boolean;
  /** Which transmission of this session was its first and its latest. */
  firstOrder: number;
  order: number;
  sentMs: number;
  arrived: boolean;
  lost: boolean;
}

interface Outgoing {
  readonly messages: Uint8Array[];
  /** Bytes of the first message that have been sent. */
  at: number;
  /** Of messages that are waiting or on their way. */
  bytes: number;
  /** Bytes sent since the session began, and where the credit ends, modulo 2^16. */
  sent: number;
  limit: number;
}

export interface SenderCounts {
  pieces: number;
  resent: number;
}

export class Sender {
  readonly counts: SenderCounts = { pieces: 0, resent: 0 };
  private readonly channels = new Map<SerialChannel, Outgoing>();
  private readonly trip = new RoundTrip();
  private window = 1;
  private flight: OnItsWay[] = [];
  private nextNumber = 0;
  private order = 0;
  private turn: SerialChannel = 'uplink';
  private turnsLeft = 0;

  /** Begins a session. What the last one left is gone; returns how many messages of each channel that were. */
  begin(window: number, limits: ReadonlyMap<SerialChannel, number>): ReadonlyMap<SerialChannel, number> {
    const left = new Map<SerialChannel, number>();
    for (const [name, { messages }] of this.channels) if (messages.length > 0) left.set(name, messages.length);
    // A message whose last piece is on its way is no longer among those that wait.
    for (const { last, arrived, channel } of this.flight) {
      if (last && !arrived) left.set(channel, (left.get(channel) ?? 0) + 1);
    }
    this.channels.clear();
    for (const [name, limit] of limits) this.channels.set(name, { messages: [], at: 0, bytes: 0, sent: 0, limit });
    this.window = window;
    this.flight = [];
    this.nextNumber = 0;
    this.trip.forget();
    return left;
  }

  isOpen(channel: SerialChannel): boolean {
    return this.channels.has(channel);
  }

  /** Bytes of messages that have not arrived yet. */
  waitingBytes(channel: SerialChannel): number {
    return this.channels.get(channel)?.bytes ?? 0;
  }

  /** False when the channel is not open or its budget is used up. */
  push(channel: SerialChannel, message: Uint8Array): boolean {
    const outgoing = this.channels.get(channel);
    if (outgoing === undefined || outgoing.bytes + message.length > CHANNELS[channel].budgetBytes) return false;
    outgoing.messages.push(message);
    outgoing.bytes += message.length;
    return true;
  }

  /** Everything that was pushed has arrived. */
  get idle(): boolean {
    return this.flight.length === 0 && !this.anyWork(false);
  }

  /** Something waits for credit, and nothing that comes back by itself would bring any. */
  get starved(): boolean {
    return this.flight.length === 0 && this.anyWork(false) && !this.anyWork(true);
  }

  /** Something could be sent now. */
  get ready(): boolean {
    return this.flight.some(({ lost }) => lost) || (!this.windowFull() && this.anyWork(true));
  }

  /** The next frame; null when there is none. What is lost goes first. */
  take(now: number): Uint8Array | null {
    const lost = this.flight.find((frame) => frame.lost);
    if (lost !== undefined) return this.again(lost, now);
    if (this.windowFull()) return null;
    const channel = this.nextChannel();
    if (channel === null) return null;
    const frame = this.cut(channel, now);
    this.flight.push(frame);
    this.counts.pieces++;
    // Only now it is known whether more can follow: the other end need not wait for it.
    if (!this.ready) frame.content[0] |= ASKS;
    return frame.content;
  }

  /** False for an acknowledgement of what was never sent. */
  acknowledge({ next, held, limits }: LineAck, now: number): boolean {
    const base = this.flight[0]?.number ?? this.nextNumber;
    const come = (next - base + NUMBERS) % NUMBERS;
    // An old one, twice on the line, says nothing that is not known; one of the future is a mistake of the other end.
    if (come > this.flight.length) return come > NUMBERS / 2;
    let newest = 0;
    for (const [i, frame] of this.flight.entries()) {
      const distance = i - come - 1;
      const arrived = i < come || (distance >= 0 && distance < 32 && ((held >>> distance) & 1) === 1);
      if (!arrived || frame.arrived) continue;
      frame.arrived = true;
      newest = Math.max(newest, frame.firstOrder);
      if (frame.firstOrder === frame.order) this.trip.sample(now - frame.sentMs);
    }
    for (const frame of this.flight) if (!frame.arrived && frame.order < newest) frame.lost = true;
    while (this.flight[0]?.arrived) this.arrived(this.flight[0]);
    for (const [name, limit] of limits) this.grant(name, limit);
    return true;
  }

  /** When the oldest frame is given up. */
  nextTimeout(): number {
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const { arrived, lost, sentMs } of this.flight) {
      if (!arrived && !lost) soonestMs = Math.min(soonestMs, sentMs + this.trip.timeoutMs);
    }
    return soonestMs;
  }

  onTimeout(now: number): void {
    let late = false;
    for (const frame of this.flight) {
      if (frame.arrived || frame.lost || frame.sentMs + this.trip.timeoutMs > now) continue;
      frame.lost = true;
      late = true;
    }
    if (late) this.trip.late();
  }

  private windowFull(): boolean {
    return this.flight.length >= this.window;
  }

  private arrived(frame: OnItsWay): void {
    this.flight.shift();
    const outgoing = this.channels.get(frame.channel);
    if (outgoing !== undefined) outgoing.bytes -= frame.bytes;
  }

  private grant(channel: SerialChannel, limit: number): void {
    const outgoing = this.channels.get(channel);
    // A limit never goes back: an older acknowledgement may come twice.
    if (outgoing !== undefined && (limit - outgoing.limit + LIMITS) % LIMITS < LIMITS / 2) outgoing.limit = limit;
  }

  private again(frame: OnItsWay, now: number): Uint8Array {
    frame.lost = false;
    frame.order = ++this.order;
    frame.sentMs = now;
    frame.content[0] |= ASKS;
    this.counts.resent++;
    return frame.content;
  }

  private cut(channel: SerialChannel, now: number): OnItsWay {
    const outgoing = this.channels.get(channel) as Outgoing;
    const [message] = outgoing.messages;
    const bytes = message.subarray(outgoing.at, outgoing.at + PIECE_BYTES_MAX);
    const first = outgoing.at === 0;
    outgoing.at += bytes.length;
    outgoing.sent = (outgoing.sent + bytes.length) % LIMITS;
    const last = outgoing.at === message.length;
    if (last) {
      outgoing.messages.shift();
      outgoing.at = 0;
    }
    const number = this.nextNumber;
    this.nextNumber = (number + 1) % NUMBERS;
    this.turnsLeft--;
    const content = encodePiece({ channel, number, first, last, asks: false, bytes });
    const order = ++this.order;
    return {
      number,
      content,
      channel,
      bytes: bytes.length,
      last,
      firstOrder: order,
      order,
      sentMs: now,
      arrived: false,
      lost: false,
    };
  }

  /** Channels take turns, each a few frames (`ChannelRule.turn`); one that may not send loses its turn. */
  private nextChannel(): SerialChannel | null {
    if (this.turnsLeft > 0 && this.hasWork(this.turn, true)) return this.turn;
    const at = CHANNEL_NAMES.indexOf(this.turn);
    for (let step = 1; step <= CHANNEL_NAMES.length; step++) {
      const name = CHANNEL_NAMES[(at + step) % CHANNEL_NAMES.length];
      if (!this.hasWork(name, true)) continue;
      this.turn = name;
      this.turnsLeft = CHANNELS[name].turn;
      return name;
    }
    return null;
  }

  private anyWork(withCredit: boolean): boolean {
    return CHANNEL_NAMES.some((name) => this.hasWork(name, withCredit));
  }

  private hasWork(channel: SerialChannel, withCredit: boolean): boolean {
    const outgoing = this.channels.get(channel);
    if (outgoing === undefined || outgoing.messages.length === 0) return false;
    if (!withCredit) return true;
    const credit = (outgoing.limit - outgoing.sent + LIMITS) % LIMITS;
    // No slivers: the whole piece or nothing.
    return credit < LIMITS / 2 && credit >= Math.min(PIECE_BYTES_MAX, outgoing.messages[0].length - outgoing.at);
  }
}
