/**
 * The serial line: the messages that travel over MQTT, in frames on a cable (docs/SPEC.md, "Serial line").
 *
 * A machine without input or output. The owner hands in what came (`receive`), what is to be sent (`send`) and the
 * time; it fetches what goes onto the line (`takeOutput`), and calls `onTimeout` when `nextTimeout` has come. Every
 * byte that came is either part of a good frame or of a `noise` event.
 */

import { accept, type Result, refuse } from './result.ts';
import { decodeAck, encodeAck } from './serial-ack.ts';
import { CHANNEL_NAMES, maySend, SERIAL_MESSAGE_BYTES_MAX, type SerialChannel } from './serial-channels.ts';
import { type ClockFrame, type ClockOffset, decodeClock, encodeClock, PeerClock } from './serial-clock.ts';
import type { DownReason, LineCounts, LineEvent, LineMessage, NoiseReason, SendReason } from './serial-events.ts';
import { ACK, CLOCK, closeFrame, crcSeed, FRAME_BYTES_MAX, HELLO, openFrame, PIECE } from './serial-frame.ts';
import { type Cut, Framer } from './serial-framer.ts';
import {
  agree,
  type DisagreementReason,
  decodeHello,
  encodeHello,
  helloOf,
  type LineHello,
  type LineSelf,
} from './serial-hello.ts';
import { Pacing } from './serial-pacing.ts';
import { decodePiece } from './serial-piece.ts';
import { type Arrived, Receiver } from './serial-receiver.ts';
import { Sender } from './serial-sender.ts';

const HELLO_MS = 250;
const HEARTBEAT_MS = 1000;
/** Three heartbeats are lost: nobody is there. */
const SILENCE_MS = 3500;
/** A frame that does not go on for so long never will. */
const CUT_OFF_MS = 500;
/** After so long a silence a zero goes ahead, in case noise stands before it. */
const CLEAR_MS = 20;
/** A sender without credit asks more often: what would have given it some may have been lost. */
const STARVED_MS = 100;
const NEVER = Number.POSITIVE_INFINITY;

export interface LinkOptions extends LineSelf {
  /** baud / 10; Infinity where the line has a pace of its own. */
  readonly bytesPerSecond: number;
  random(into: Uint8Array): void;
}

export class SerialLink {
  readonly counts: LineCounts = {
    bytesIn: 0,
    bytesOut: 0,
    framesIn: 0,
    framesOut: 0,
    goodBytes: 0,
    noiseBytes: 0,
    noise: new Map(),
  };
  private readonly self: LineSelf;
  private readonly session: number;
  private readonly framer = new Framer();
  private readonly pacing: Pacing;
  private readonly sender = new Sender();
  private readonly receiver: Receiver;
  private readonly clock = new PeerClock();
  private events: LineEvent[] = [];
  private open = false;
  private up = false;
  /** What the other end last said of itself; its session is the one that sender and receiver belong to. */
  private peer: LineHello | null = null;
  private version = 0;
  private wasUp = false;
  private refused = '';
  private seedOut = 0;
  private seedIn: number | null = null;
  private heardMs = 0;
  private byteMs = 0;
  private sentMs = Number.NEGATIVE_INFINITY;
  private helloSentMs = Number.NEGATIVE_INFINITY;
  private helloDueMs = NEVER;
  private heartbeatMs = NEVER;
  private answer: ClockFrame | null = null;

  constructor({ bytesPerSecond, random, ...self }: LinkOptions) {
    this.self = self;
    const drawn = new Uint8Array(4);
    random(drawn);
    this.session = new DataView(drawn.buffer).getUint32(0);
    this.pacing = new Pacing(bytesPerSecond);
    this.receiver = new Receiver(self.window);
  }

  get isUp(): boolean {
    return this.up;
  }

  /** Null until the other end has answered. */
  get peerClock(): ClockOffset | null {
    return this.clock.offset;
  }

  get resent(): number {
    return this.sender.counts.resent;
  }

  get duplicates(): number {
    return this.receiver.duplicates;
  }

  /** Everything that was sent has arrived. */
  get idle(): boolean {
    return this.sender.idle;
  }

  waitingBytes(channel: SerialChannel): number {
    return this.sender.waitingBytes(channel);
  }

  /** The port is there. A device says hello; a host waits for it, so that it disturbs no boot loader. */
  lineOpened(now: number): void {
    this.open = true;
    this.byteMs = now;
    this.helloDueMs = this.self.role === 'device' ? now : NEVER;
    this.heartbeatMs = now + HEARTBEAT_MS;
  }

  /** The port is gone. */
  lineClosed(): readonly LineEvent[] {
    this.open = false;
    this.cut((cuts) => this.framer.flush(cuts), 0);
    this.goDown('port');
    return this.takeEvents();
  }

  receive(bytes: Uint8Array, now: number): readonly LineEvent[] {
    this.counts.bytesIn += bytes.length;
    if (bytes.length > 0) this.byteMs = now;
    this.cut((cuts) => this.framer.push(bytes, cuts), now);
    return this.takeEvents();
  }

  send(channel: SerialChannel, bytes: Uint8Array): Result<null, SendReason> {
    if (!this.up) return refuse('down');
    if (!this.sender.isOpen(channel)) return refuse('closed-channel');
    if (bytes.length === 0) return refuse('empty');
    if (bytes.length > SERIAL_MESSAGE_BYTES_MAX) return refuse('too-large');
    return this.sender.push(channel, bytes) ? accept(null) : refuse('full');
  }

  /** A message is worked off, and the other end may send as many bytes more. To be called once for each. */
  release({ channel, bytes, session }: LineMessage, now: number): void {
    if (session === this.peer?.session) this.receiver.release(channel, bytes.length, now);
  }

  nextTimeout(): number {
    if (!this.open) return NEVER;
    const cutOffMs = this.framer.pending > 0 ? this.byteMs + CUT_OFF_MS : NEVER;
    const outputMs = Math.max(this.outputDueMs(), this.pacing.readyMs(FRAME_BYTES_MAX));
    if (!this.up) return Math.min(cutOffMs, outputMs);
    return Math.min(cutOffMs, outputMs, this.sender.nextTimeout(), this.heardMs + SILENCE_MS);
  }

  onTimeout(now: number): readonly LineEvent[] {
    if (!this.open) return this.takeEvents();
    if (this.framer.pending > 0 && now >= this.byteMs + CUT_OFF_MS) this.cut((cuts) => this.framer.flush(cuts), now);
    if (this.up) {
      this.sender.onTimeout(now);
      if (now >= this.heardMs + SILENCE_MS) this.goDown('silent', now);
    }
    return this.takeEvents();
  }

  /** What may go onto the line now; null when that is nothing. To be called again until it is. */
  takeOutput(now: number): Uint8Array | null {
    if (!this.open || !this.pacing.may(FRAME_BYTES_MAX, now)) return null;
    const content = this.nextContent(now);
    if (content === null) return this.probe(now);
    const frame = closeFrame(content, this.seedOut);
    const clear = now - this.sentMs >= CLEAR_MS ? 1 : 0;
    const bytes = new Uint8Array(frame.length + clear);
    bytes.set(frame, clear);
    this.counts.framesOut++;
    return this.spent(bytes, now);
  }

  /** Urgent things first: each says what the other end waits for. */
  private nextContent(now: number): Uint8Array | null {
    if (now >= this.helloDueMs) return this.hello(now);
    if (!this.up) return null;
    const ack = this.receiver.takeAck(now);
    if (ack !== null) return encodeAck(ack);
    if (this.answer !== null) {
      const [askedMs, heardMs = now] = this.answer;
      this.answer = null;
      return encodeClock([askedMs, heardMs, now]);
    }
    if (now >= this.heartbeatDueMs()) {
      this.heartbeatMs = now + HEARTBEAT_MS;
      return encodeClock([now]);
    }
    return this.sender.take(now);
  }

  /** A host that waits writes a zero from time to time: on some ports only a write finds out that nobody is there. */
  private probe(now: number): Uint8Array | null {
    if (this.up || now < this.heartbeatMs) return null;
    this.heartbeatMs = now + HEARTBEAT_MS;
    return this.spent(Uint8Array.of(0), now);
  }

  private spent(bytes: Uint8Array, now: number): Uint8Array {
    this.sentMs = now;
    this.counts.bytesOut += bytes.length;
    this.pacing.spend(bytes.length);
    return bytes;
  }

  private hello(now: number): Uint8Array {
    const { peer } = this;
    this.helloSentMs = now;
    // A host falls silent again when nobody goes on.
    const goOn = !this.up && (this.self.role === 'device' || now < this.heardMs + SILENCE_MS);
    this.helloDueMs = goOn ? now + HELLO_MS : NEVER;
    return encodeHello(helloOf(this.self, this.session, peer?.session, this.up));
  }

  private outputDueMs(): number {
    if (!this.up) return Math.min(this.helloDueMs, this.heartbeatMs);
    if (this.answer !== null || this.sender.ready) return Number.NEGATIVE_INFINITY;
    return Math.min(this.helloDueMs, this.receiver.nextTimeout(), this.heartbeatDueMs());
  }

  private heartbeatDueMs(): number {
    return this.sender.starved ? this.heartbeatMs - HEARTBEAT_MS + STARVED_MS : this.heartbeatMs;
  }

  private cut(work: (cuts: Cut[]) => void, now: number): void {
    const cuts: Cut[] = [];
    work(cuts);
    for (const { kind, bytes } of cuts) {
      const flaw = kind === 'frame' ? this.frame(bytes, now) : kind;
      if (flaw !== null) this.noise(flaw, bytes);
      else {
        this.counts.framesIn++;
        this.counts.goodBytes += bytes.length;
      }
    }
  }

  private frame(stuffed: Uint8Array, now: number): NoiseReason | null {
    const opened = openFrame(stuffed, this.seedIn);
    if (!opened.ok) {
      // Perhaps a device that has a session with whoever had this port before us.
      if (opened.reason === 'crc' && !this.up) this.helloSoon(now);
      return opened.reason;
    }
    const content = opened.value;
    if (content[0] === HELLO) return this.onHello(content, now);
    // Its CRC began with our session: the other end knows us.
    this.heardMs = now;
    if (!this.up) this.goUp(now);
    if (content[0] >= PIECE) return this.onPiece(content, now);
    if (content[0] === ACK) return this.onAck(content, now);
    return content[0] === CLOCK ? this.onClock(content, now) : 'unknown-type';
  }

  private onHello(content: Uint8Array, now: number): NoiseReason | null {
    const decoded = decodeHello(content);
    if (!decoded.ok) return 'hello';
    const theirs = decoded.value;
    if (theirs.session === this.session) return 'echo';
    const agreed = agree(helloOf(this.self, this.session, undefined, false), theirs);
    if (!agreed.ok) {
      this.disagree(agreed.reason, theirs, now);
      return 'incompatible';
    }
    this.heardMs = now;
    this.refused = '';
    this.version = agreed.value;
    if (theirs.session !== this.peer?.session) this.begin(theirs, now);
    this.peer = theirs;
    if (theirs.peer === this.session && !this.up) this.goUp(now);
    if (!theirs.up) this.helloSoon(now);
    return null;
  }

  /** Once for each that is there; our own hello tells the other end the same. */
  private disagree(reason: DisagreementReason, theirs: LineHello, now: number): void {
    this.helloSoon(now);
    const said = `${theirs.session} ${reason}`;
    if (said === this.refused) return;
    this.refused = said;
    this.events.push({ kind: 'incompatible', reason, peer: theirs });
  }

  private helloSoon(now: number): void {
    const soonMs = Math.max(now, this.helloSentMs + (this.up ? 0 : HELLO_MS / 4));
    this.helloDueMs = Math.min(this.helloDueMs, soonMs);
  }

  /** The other end is one that we have not heard before. */
  private begin(theirs: LineHello, now: number): void {
    this.goDown('restarted');
    this.wasUp = false;
    this.seedOut = crcSeed(this.session, theirs.session);
    this.seedIn = crcSeed(theirs.session, this.session);
    const rig = this.self.build === 'rig' && theirs.build === 'rig';
    const limits = new Map<SerialChannel, number>();
    for (const [i, name] of CHANNEL_NAMES.entries()) {
      if (maySend(name, this.self.role, rig)) limits.set(name, theirs.budgets[i] ?? 0);
    }
    const left = this.sender.begin(theirs.window, limits);
    for (const [channel, messages] of left) this.events.push({ kind: 'undelivered', channel, messages });
    this.receiver.begin(
      CHANNEL_NAMES.filter((name) => maySend(name, theirs.role, rig)),
      now,
    );
    this.clock.forget();
    this.answer = null;
  }

  private goUp(now: number): void {
    const { peer } = this;
    if (peer === null) return;
    this.up = true;
    this.helloDueMs = NEVER;
    this.heartbeatMs = now;
    this.events.push({ kind: 'up', version: this.version, peer, resumed: this.wasUp });
    this.receiver.acknowledgeNow(now);
    this.wasUp = true;
  }

  private goDown(reason: DownReason, now?: number): void {
    if (!this.up) return;
    this.up = false;
    this.events.push({ kind: 'down', reason });
    if (now !== undefined && this.self.role === 'device') this.helloDueMs = now;
  }

  private onPiece(content: Uint8Array, now: number): NoiseReason | null {
    const piece = decodePiece(content);
    if (!piece.ok) return piece.reason;
    const arrived: Arrived[] = [];
    const flaw = this.receiver.take(piece.value, now, arrived);
    const session = this.peer?.session ?? 0;
    for (const { channel, bytes } of arrived) this.events.push({ kind: 'message', channel, bytes, session });
    return flaw;
  }

  private onAck(content: Uint8Array, now: number): NoiseReason | null {
    const ack = decodeAck(content);
    if (!ack.ok) return ack.reason;
    return this.sender.acknowledge(ack.value, now) ? null : 'ack';
  }

  private onClock(content: Uint8Array, now: number): NoiseReason | null {
    const times = decodeClock(content);
    if (!times.ok) return times.reason;
    const [askedMs, heardMs, answeredMs] = times.value;
    if (heardMs !== undefined && answeredMs !== undefined) this.clock.answer(askedMs, heardMs, answeredMs, now);
    else {
      this.answer = [askedMs, now, now];
      this.receiver.acknowledgeNow(now);
    }
    return null;
  }

  private noise(reason: NoiseReason, bytes: Uint8Array): void {
    this.counts.noiseBytes += bytes.length;
    this.counts.noise.set(reason, (this.counts.noise.get(reason) ?? 0) + 1);
    this.events.push({ kind: 'noise', reason, bytes });
  }

  private takeEvents(): readonly LineEvent[] {
    const { events } = this;
    this.events = [];
    return events;
  }
}
