/** Signs what leaves the gateway after a commit: for boxes with the issuer's key, for phones with the same. */

import {
  Binding,
  Inquiry,
  Lease,
  type Lease as LeaseMessage,
  NetworkTime,
  Reply,
  Settled,
  type NetworkTime as TimeMessage,
} from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Codec } from '../../protocol/codec.ts';
import type { AccessMessageType } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { seal } from '../../protocol/envelope.ts';
import { KeyRegistration } from '../../protocol/near-messages.ts';
import type { DownlinkChannel } from '../../protocol/topics.ts';
import type { BoxOut, ReplyOut } from '../core/access/outgoing.ts';

/** The newest numbered set of issuer keys, as the offline root signed it. */
export interface SealedIssuers {
  readonly number: number;
  readonly bytes: Uint8Array;
}

export interface SpeechPorts {
  readonly crypto: Crypto;
  readonly issuerSecretKey: Uint8Array;
  readonly issuers: SealedIssuers | null;
  sendDownlink(device: string, channel: DownlinkChannel, bytes: Uint8Array): void;
}

export class AccessSpeech {
  private readonly ports: SpeechPorts;
  /** What was signed for the box in this round and goes into replies as well. */
  private readonly signed = new Map<string, Uint8Array>();

  constructor(ports: SpeechPorts) {
    this.ports = ports;
  }

  send(words: readonly BoxOut[], replies: readonly ReplyOut[]): void {
    for (const word of words) this.sendToBox(word);
    for (const reply of replies) this.sendReply(reply);
    this.signed.clear();
  }

  private sendToBox({ box, via, word }: BoxOut): void {
    const bytes = this.sealedFor(box, word);
    if (bytes === null) return;
    this.ports.sendDownlink(box, word.channel, bytes);
    for (const phone of via) this.ports.sendDownlink(phone, word.channel, bytes);
  }

  private sealedFor(box: string, word: BoxOut['word']): Uint8Array | null {
    switch (word.channel) {
      case 'issuers':
        return this.ports.issuers?.bytes ?? null;
      case 'lease':
        return this.lease(box, word.value);
      case 'time':
        return this.time(box, word.value);
      case 'settled':
        return this.seal(Settled, word.value, 'bb-settled', box);
      case 'inquiry':
        return this.seal(Inquiry, word.value, 'bb-inquiry', box);
      case 'binding':
        return this.seal(Binding, word.value, 'bb-binding', box);
    }
  }

  private sendReply({ party, reply, lease, time, registration }: ReplyOut): void {
    const whole = {
      ...reply,
      ...(lease === undefined ? {} : { lease: this.lease(lease.aud, lease) }),
      ...(lease === undefined || time === undefined ? {} : { time: this.time(lease.aud, time) }),
      ...(registration === undefined
        ? {}
        : { registration: this.seal(KeyRegistration, registration.value, 'bb-registered', registration.box) }),
    };
    this.ports.sendDownlink(party, 'reply', this.seal(Reply, whole, 'bb-reply', party));
  }

  private lease(box: string, lease: LeaseMessage): Uint8Array {
    return this.once(`lease/${toHex(lease.cti)}`, () => this.seal(Lease, lease, 'bb-lease', box));
  }

  private time(box: string, time: TimeMessage): Uint8Array {
    return this.once(`time/${box}/${time.atMs}`, () => this.seal(NetworkTime, time, 'bb-time', box));
  }

  private once(name: string, make: () => Uint8Array): Uint8Array {
    const bytes = this.signed.get(name) ?? make();
    this.signed.set(name, bytes);
    return bytes;
  }

  private seal<T>(codec: Codec<T>, value: T, type: AccessMessageType, device: string): Uint8Array {
    const { issuerSecretKey, crypto } = this.ports;
    return seal(codec, value, { type, direction: 'dn', device }, issuerSecretKey, crypto);
  }
}
