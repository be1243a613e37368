/**
 * A phone: signs requests and asks until there is a final reply, speaks with the box beside it, and carries signed
 * messages between box and gateway without opening them. No I/O and no clock of its own: `nowMs` is UTC milliseconds,
 * for a phone has wall time.
 */

import { Reply, Request } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import { Ferry } from '../../protocol/near-messages.ts';
import type { DownlinkChannel } from '../../protocol/topics.ts';
import { type Heard, NearLink, type NearStep, type Plan, spoken } from './near-link.ts';
import { type Errand, Outstanding } from './outstanding.ts';
import type { Party } from './party.ts';
import { type HandOver, Pocket } from './pockets.ts';

/** How often a phone beside a box that waits for a reply asks it for a fresh clock. */
const HELLO_MS = 5_000;
const LIFE_S = 120;

export interface PhoneOptions {
  readonly party: Party;
  readonly crypto: Crypto;
  /** Keys with which gateways sign replies. */
  readonly issuers: readonly Uint8Array[];
  readonly random: (into: Uint8Array) => void;
}

type FilledIn = 'iss' | 'aud' | 'exp' | 'iat' | 'cti';
/** A request without what the phone fills in. */
export type Ask = { readonly [K in keyof Request as K extends FilledIn ? never : K]: Request[K] } & {
  readonly box: string;
  /** Seconds after which the request ends by itself; 120 if absent. */
  readonly lifeS?: number;
};

export type PhoneEffect =
  /** To the gateway, on the phone's own uplink, QoS 1. */
  | { readonly kind: 'publish'; readonly channel: 'request' | 'ferry'; readonly bytes: Uint8Array }
  /** To the box beside it: a short-range message. */
  | { readonly kind: 'say'; readonly bytes: Uint8Array }
  /** Final unless it is `pending`. */
  | { readonly kind: 'reply'; readonly request: Request; readonly reply: Reply }
  /** A reply to nothing that was asked: news of a delivery. */
  | { readonly kind: 'news'; readonly reply: Reply }
  | { readonly kind: 'heard'; readonly heard: Heard };

export type PhoneInput =
  | { readonly kind: 'link'; readonly up: boolean }
  | { readonly kind: 'downlink'; readonly channel: DownlinkChannel; readonly bytes: Uint8Array }
  /** Which box is in short range now; null for none. */
  | { readonly kind: 'beside'; readonly box: string | null }
  | { readonly kind: 'said'; readonly bytes: Uint8Array };

export interface Asked {
  /** Hexadecimal `cti`. */
  readonly request: string;
  readonly effects: readonly PhoneEffect[];
}

export class Phone {
  readonly party: Party;
  private readonly options: PhoneOptions;
  private readonly outstanding = new Outstanding();
  private readonly near: NearLink;
  private readonly toBox = new Pocket<HandOver>();
  private readonly toGateway = new Pocket<Ferry>();
  private box: string | null = null;
  private linkUp = false;
  private helloMs = Number.POSITIVE_INFINITY;

  constructor(options: PhoneOptions) {
    this.options = options;
    this.party = options.party;
    this.near = new NearLink(options.party, options.crypto);
  }

  /** Requests without a final reply. */
  get waiting(): readonly Errand[] {
    return this.outstanding.list();
  }

  get id(): string {
    return this.party.id;
  }

  /** Null when too many requests wait for a reply. */
  ask(ask: Ask, nowMs: number): Asked | null {
    const request = this.requestOf(ask, nowMs);
    const { party, crypto } = this.options;
    const scope = { type: 'bb-request', direction: 'up', device: party.id } as const;
    return this.askAgain(request, seal(Request, request, scope, party.secretKey, crypto), nowMs);
  }

  /** A request that was signed before, as after a restart of the phone. */
  askAgain(request: Request, bytes: Uint8Array, nowMs: number): Asked | null {
    if (!this.outstanding.add(request, bytes, nowMs)) return null;
    return { request: toHex(request.cti), effects: this.step(nowMs) };
  }

  /** Speaks with the box beside it; nothing happens where there is none. */
  plan(plan: Plan, nowMs: number): readonly PhoneEffect[] {
    return this.box === null ? [] : this.fromNear(this.near.begin(plan, this.box, nowMs), nowMs);
  }

  handle(input: PhoneInput, nowMs: number): readonly PhoneEffect[] {
    if (input.kind === 'downlink') return this.downlink(input.channel, input.bytes, nowMs);
    if (input.kind === 'said') return this.fromNear(this.near.hear(input.bytes, nowMs), nowMs);
    if (input.kind === 'link') {
      this.linkUp = input.up;
      if (input.up) this.outstanding.hurry(nowMs);
      return this.step(nowMs);
    }
    this.box = input.box;
    this.near.drop();
    this.helloMs = input.box === null ? Number.POSITIVE_INFINITY : nowMs;
    return this.step(nowMs);
  }

  nextTimeout(): number {
    const asking = this.linkUp ? this.outstanding.nextTimeout() : Number.POSITIVE_INFINITY;
    return Math.min(asking, this.near.nextTimeout(), this.helloDueMs());
  }

  onTimeout(nowMs: number): readonly PhoneEffect[] {
    return [...this.fromNear(this.near.onTimeout(nowMs), nowMs), ...this.step(nowMs)];
  }

  private requestOf({ box, lifeS = LIFE_S, ...rest }: Ask, nowMs: number): Request {
    const cti = new Uint8Array(16);
    this.options.random(cti);
    const iat = Math.floor(nowMs / 1000);
    return { iss: this.party.id, aud: box, exp: iat + lifeS, iat, cti, ...rest };
  }

  /** What is due: requests, what is carried, a hello while something waits. */
  private step(nowMs: number): PhoneEffect[] {
    const effects: PhoneEffect[] = [];
    if (this.linkUp) {
      for (const ferry of this.toGateway.empty()) effects.push(this.ferried(ferry));
      for (const bytes of this.outstanding.due(nowMs)) effects.push({ kind: 'publish', channel: 'request', bytes });
    }
    if (this.box !== null) {
      for (const { kind, body } of this.toBox.empty()) effects.push({ kind: 'say', bytes: spoken(kind, body) });
    }
    if (this.helloDueMs() <= nowMs && this.box !== null) {
      this.helloMs = nowMs + HELLO_MS;
      effects.push(...this.near.begin({ kind: 'meet' }, this.box, nowMs).say.map(sayEffect));
    }
    return effects;
  }

  private helloDueMs(): number {
    return this.outstanding.size > 0 && !this.near.busy ? this.helloMs : Number.POSITIVE_INFINITY;
  }

  private downlink(channel: DownlinkChannel, bytes: Uint8Array, nowMs: number): PhoneEffect[] {
    if (channel === 'receipt' || channel === 'config') return [];
    if (channel !== 'reply') {
      this.toBox.put({ kind: channel, body: bytes });
      return this.step(nowMs);
    }
    const reply = this.believed(bytes);
    if (reply === null) return [];
    if (reply.time !== undefined) this.toBox.put({ kind: 'time', body: reply.time });
    if (reply.lease !== undefined) this.toBox.put({ kind: 'lease', body: reply.lease });
    const errand = this.outstanding.take(reply);
    const told: PhoneEffect =
      errand === null ? { kind: 'news', reply } : { kind: 'reply', request: errand.request, reply };
    return [told, ...this.step(nowMs)];
  }

  private believed(bytes: Uint8Array): Reply | null {
    const scope = { type: 'bb-reply', direction: 'dn', device: this.party.id } as const;
    for (const issuer of this.options.issuers) {
      const reply = unseal(Reply, bytes, scope, issuer, this.options.crypto);
      if (reply.ok) return reply.value;
    }
    return null;
  }

  private fromNear({ say, heard }: NearStep, nowMs: number): PhoneEffect[] {
    const effects: PhoneEffect[] = say.map(sayEffect);
    for (const one of heard) {
      effects.push({ kind: 'heard', heard: one });
      if (one.kind === 'clock' || one.kind === 'result' || one.kind === 'report') this.carry(one.kind, one.bytes);
    }
    return [...effects, ...this.step(nowMs)];
  }

  private carry(kind: Ferry['kind'], body: Uint8Array): void {
    if (this.box !== null) this.toGateway.put({ box: this.box, kind, body });
  }

  private ferried(ferry: Ferry): PhoneEffect {
    const { party, crypto } = this.options;
    const scope = { type: 'bb-ferry', direction: 'up', device: party.id } as const;
    return { kind: 'publish', channel: 'ferry', bytes: seal(Ferry, ferry, scope, party.secretKey, crypto) };
  }
}

function sayEffect(bytes: Uint8Array): PhoneEffect {
  return { kind: 'say', bytes };
}
