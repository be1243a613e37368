/**
 * What the box says until the gateway has it: results and reports, signed, sent again after 10 s and then twice as
 * long up to 10 min. A phone that has shown itself to be on its way for the gateway carries them as well.
 */

import { BoxReport, BoxResult } from '../protocol/access-messages.ts';
import { fromHex, toHex } from '../protocol/bytes.ts';
import type { Codec } from '../protocol/codec.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { encodeMessage, seal } from '../protocol/envelope.ts';
import { ShortRange, type ShortRangeKind } from '../protocol/near-messages.ts';
import { type ServiceName, serviceOf } from '../protocol/services.ts';
import type { BoxIdentity } from './box-hal.ts';
import type { BoxLimits } from './box-limits.ts';
import type { Wires } from './box-wires.ts';

type Channel = 'result' | 'report';

interface Item {
  readonly channel: Channel;
  /** The one that speaks here; null for results, which are for whoever asked. */
  readonly service: ServiceName | null;
  dueMs: number;
  intervalMs: number;
}

export class Outbox {
  private readonly identity: BoxIdentity;
  private readonly crypto: Crypto;
  private readonly wires: Wires;
  private readonly limits: BoxLimits;
  /** What lies in flash under an id, and is read again each time it leaves; null when flash has lost it. */
  readResult: (id: Uint8Array) => BoxResult | null = () => null;
  readReport: (id: Uint8Array) => BoxReport | null = () => null;
  private readonly items = new Map<string, Item>();
  /** Phones in range; true for those that carry for the gateway. */
  private readonly peers = new Map<string, boolean>();
  private up = false;

  private readonly isOn: (service: ServiceName) => boolean;

  constructor(
    identity: BoxIdentity,
    crypto: Crypto,
    wires: Wires,
    limits: BoxLimits,
    isOn: (service: ServiceName) => boolean,
  ) {
    this.identity = identity;
    this.crypto = crypto;
    this.wires = wires;
    this.limits = limits;
    this.isOn = isOn;
  }

  /** What was in the air when the link went down may be lost. */
  link(up: boolean, now: number): void {
    this.up = up;
    for (const item of this.items.values()) {
      item.dueMs = now;
      item.intervalMs = this.limits.resendFirstMs;
    }
  }

  /** A phone in range says hello; with too many of them the one that came first is forgotten. */
  meet(peer: string): void {
    if (this.peers.has(peer)) return;
    for (const first of this.peers.keys()) {
      if (this.peers.size < this.limits.peers) break;
      this.peers.delete(first);
    }
    this.peers.set(peer, false);
  }

  /** It brought something that only the gateway can have said to this boot: it gets what is waiting. */
  trust(peer: string): void {
    if (this.peers.get(peer) !== false) return;
    this.peers.set(peer, true);
    for (const [key, item] of this.items) if (this.isAllowed(item)) this.handItem(peer, key, item);
  }

  part(peer: string): void {
    this.peers.delete(peer);
  }

  /** Until `settled`. */
  result(id: Uint8Array, now: number): void {
    this.keep('result', null, id, now);
  }

  /** An answer that is not kept: whoever missed it asks again. */
  answer(result: BoxResult, asker: string | null): void {
    const bytes = this.sealedResult(result);
    if (asker !== null) this.hand(asker, 'result', bytes);
    if (this.up) this.wires.publish('result', bytes);
  }

  /** Only to the phone that asked, unless it has it already as a carrier. */
  whisper(result: BoxResult, asker: string | null, kept = false): void {
    if (asker === null || (kept && this.peers.get(asker) === true)) return;
    this.hand(asker, 'result', this.sealedResult(result));
  }

  /** Until `settled`, as long as the service is on. */
  report(id: Uint8Array, service: ServiceName, now: number): void {
    this.keep('report', service, id, now);
  }

  settled(id: Uint8Array): void {
    this.items.delete(toHex(id));
  }

  hand(peer: string, kind: ShortRangeKind, body: Uint8Array): void {
    this.wires.shortRange(peer, encodeMessage(ShortRange, { kind, body }));
  }

  get size(): number {
    return this.items.size;
  }

  pump(now: number): void {
    if (!this.up) return;
    for (const [key, item] of this.items) {
      if (item.dueMs > now || !this.isAllowed(item)) continue;
      const bytes = this.bytesOf(key, item);
      if (bytes !== null) this.wires.publish(item.channel, bytes);
      item.dueMs = now + item.intervalMs;
      item.intervalMs = Math.min(this.limits.resendLastMs, item.intervalMs * 2);
    }
  }

  nextTimeout(): number {
    let soonestMs = Number.POSITIVE_INFINITY;
    if (!this.up) return soonestMs;
    for (const item of this.items.values()) if (this.isAllowed(item)) soonestMs = Math.min(soonestMs, item.dueMs);
    return soonestMs;
  }

  private keep(channel: Channel, service: ServiceName | null, id: Uint8Array, now: number): void {
    const key = toHex(id);
    if (this.items.has(key)) return;
    const item = { channel, service, dueMs: now, intervalMs: this.limits.resendFirstMs };
    this.items.set(key, item);
    if (!this.isAllowed(item)) return;
    for (const [peer, carries] of this.peers) if (carries) this.handItem(peer, key, item);
  }

  private isAllowed({ service }: Item): boolean {
    return service === null || this.isOn(service);
  }

  private handItem(peer: string, key: string, item: Item): void {
    const body = this.bytesOf(key, item);
    if (body !== null) this.hand(peer, item.channel, body);
  }

  private bytesOf(key: string, { channel }: Item): Uint8Array | null {
    const id = fromHex(key) as Uint8Array;
    if (channel === 'result') {
      const result = this.readResult(id);
      return result === null ? null : this.sealedResult(result);
    }
    const report = this.readReport(id);
    return report === null ? null : this.seal(BoxReport, 'bb-report', report);
  }

  /** What the car was like is left out while no service may tell (B51). */
  private sealedResult(result: BoxResult): Uint8Array {
    const told = result.body === undefined || this.isOn(serviceOf(result.action, false));
    return this.seal(BoxResult, 'bb-result', told ? result : { ...result, body: undefined });
  }

  private seal<T>(codec: Codec<T>, type: 'bb-result' | 'bb-report', value: T): Uint8Array {
    const { id, secretKey } = this.identity;
    return seal(codec, value, { type, direction: 'up', device: id }, secretKey, this.crypto);
  }
}
