/**
 * Follows the framing of MQTT 3.1.1 in front of a broker that has no packet limit of its own. What is small
 * passes through unchanged. A PUBLISH that is too large is swallowed byte by byte, without buffering, and becomes
 * an empty one on an internal topic with the same packet id, so that its sender gets a PUBACK and does not send
 * it again for ever. Any other packet that is too large, and any length that cannot be read, ends the connection.
 */

import { utf8 } from '../../protocol/bytes.ts';

/** Where a swallowed PUBLISH goes. Nobody may publish or subscribe here. */
export const OVERSIZE_TOPIC = 'bb/0/oversize';
export const PACKET_BYTES_MAX = 8192;

const CONNECT = 1;
const PUBLISH = 3;
const LENGTH_BYTES_MAX = 4;

export type GuardFlaw = 'bad-length' | 'not-connect' | 'packet-too-large' | 'bad-publish';

type Stage = 'head' | 'length' | 'pass' | 'topic-length' | 'topic' | 'packet-id' | 'rest' | 'closed';

export class ByteGuard {
  private readonly maxBytes: number;
  private readonly pass: (bytes: Uint8Array) => void;
  private readonly onOversize: (packetBytes: number) => void;
  private stage: Stage = 'head';
  private connected = false;
  /** First byte and length of the packet, held back until it may pass. */
  private readonly head = new Uint8Array(1 + LENGTH_BYTES_MAX);
  private headBytes = 0;
  private packetBytes = 0;
  /** Bytes still missing of the packet, and of the field that is being read. */
  private missing = 0;
  private fieldMissing = 0;
  private field = 0;

  /** `pass` gets what goes on to the broker; `onOversize` the size of each PUBLISH that did not. */
  constructor(
    pass: (bytes: Uint8Array) => void,
    onOversize: (packetBytes: number) => void,
    maxBytes = PACKET_BYTES_MAX,
  ) {
    this.pass = pass;
    this.onOversize = onOversize;
    this.maxBytes = maxBytes;
  }

  /** Why the connection has to end, or null. */
  feed(chunk: Uint8Array): GuardFlaw | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.stage === 'closed') return 'bad-length';
      if (this.stage === 'pass' || this.stage === 'topic' || this.stage === 'rest') at += this.run(chunk, at);
      else {
        const flaw = this.byte(chunk[at++]);
        if (flaw !== null) {
          this.stage = 'closed';
          return flaw;
        }
      }
    }
    return null;
  }

  /** As many bytes at once as the stage has; returns how many. */
  private run(chunk: Uint8Array, at: number): number {
    const wanted = this.stage === 'topic' ? this.fieldMissing : this.missing;
    const count = Math.min(wanted, chunk.length - at);
    if (this.stage === 'pass') this.pass(chunk.subarray(at, at + count));
    this.missing -= count;
    if (this.stage === 'topic') {
      this.fieldMissing -= count;
      if (this.fieldMissing === 0) this.afterTopic();
    } else if (this.missing === 0) this.endPacket();
    return count;
  }

  private byte(byte: number): GuardFlaw | null {
    switch (this.stage) {
      case 'head':
        this.head[0] = byte;
        this.headBytes = 1;
        this.stage = 'length';
        // Its flags are zero, which also tells it from the first byte of TLS.
        return !this.connected && byte !== CONNECT << 4 ? 'not-connect' : null;
      case 'length':
        this.head[this.headBytes++] = byte;
        if (byte < 0x80) return this.startBody();
        return this.headBytes > LENGTH_BYTES_MAX ? 'bad-length' : null;
      default:
        this.missing--;
        this.field = this.field * 256 + byte;
        if (--this.fieldMissing > 0) return null;
        return this.stage === 'topic-length' ? this.startTopic() : this.startRest();
    }
  }

  private startBody(): GuardFlaw | null {
    this.missing = 0;
    for (let i = this.headBytes - 1; i >= 1; i--) this.missing = this.missing * 128 + (this.head[i] & 0x7f);
    this.packetBytes = this.headBytes + this.missing;
    if (this.packetBytes > this.maxBytes) {
      if (this.head[0] >> 4 !== PUBLISH) return 'packet-too-large';
      this.expect('topic-length', 2);
      return null;
    }
    this.connected = true;
    this.pass(this.head.slice(0, this.headBytes));
    this.stage = 'pass';
    if (this.missing === 0) this.endPacket();
    return null;
  }

  private startTopic(): GuardFlaw | null {
    const topicBytes = this.field;
    if (topicBytes + this.idBytes() > this.missing) return 'bad-publish';
    this.expect('topic', topicBytes);
    return null;
  }

  private afterTopic(): void {
    if (this.idBytes() > 0) this.expect('packet-id', 2);
    else {
      this.field = 0;
      this.startRest();
    }
  }

  private startRest(): null {
    this.stage = 'rest';
    if (this.missing === 0) this.endPacket();
    return null;
  }

  private expect(stage: Stage, bytes: number): void {
    this.stage = stage;
    this.field = 0;
    this.fieldMissing = bytes;
  }

  private idBytes(): number {
    return (this.head[0] & 0x06) === 0 ? 0 : 2;
  }

  private endPacket(): void {
    const swallowed = this.stage === 'rest';
    this.stage = 'head';
    if (!swallowed) return;
    this.pass(this.substitute());
    this.onOversize(this.packetBytes);
  }

  /** The same PUBLISH on the internal topic, without payload and without retain. */
  private substitute(): Uint8Array {
    const topic = utf8(OVERSIZE_TOPIC);
    const packet = new Uint8Array(4 + topic.length + this.idBytes());
    packet.set([this.head[0] & 0xfe, packet.length - 2, 0, topic.length]);
    packet.set(topic, 4);
    if (this.idBytes() > 0) packet.set([this.field >> 8, this.field & 0xff], 4 + topic.length);
    return packet;
  }
}
