/** A phone as it lives in one command: the pure phone joined to MQTT, to the box's local port and to real time. */

import { randomFillSync } from 'node:crypto';
import type { Reply, Request } from '../../protocol/access-messages.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { Owner } from '../../simulator/peers/owner.ts';
import { partyOf } from '../../simulator/peers/party.ts';
import type { Ask, PhoneEffect, PhoneInput } from '../../simulator/peers/phone.ts';
import { CommandError, EXIT } from '../exit.ts';
import { GatewayLine, type GatewayLineOptions } from './gateway-line.ts';
import { NearLine, type Place } from './near-line.ts';
import type { PhoneFile } from './phone-file.ts';

/** How long a final reply may take after a request has ended by itself. */
const GRACE_MS = 3_000;

export interface LivePhoneOptions {
  readonly file: PhoneFile;
  readonly crypto: Crypto;
  /** Null: no gateway, only the box beside. */
  readonly broker: string | null;
  /** False: what is asked works without the gateway too. */
  readonly needsGateway: boolean;
  readonly tls?: GatewayLineOptions['tls'];
  readonly beside: Place | null;
  /** Which box is beside. */
  readonly box: string | null;
  readonly log: (line: string) => void;
}

export interface Answer {
  readonly request: Request;
  /** The last word; null when there was none in time. */
  readonly reply: Reply | null;
  readonly seconds: number;
}

export class LivePhone {
  readonly owner: Owner;
  private readonly options: LivePhoneOptions;
  private readonly listeners = new Set<(effect: PhoneEffect) => void>();
  private line: GatewayLine | null = null;
  private near: NearLine | null = null;
  private timer: NodeJS.Timeout | undefined;
  private wasUp = false;
  private closed = false;
  private settleLink: () => void = () => undefined;
  /** The link is up, or it is known that it will not be soon. */
  private readonly linkKnown: Promise<void>;
  private published: Promise<unknown> = Promise.resolve();
  private fail: (error: CommandError) => void = () => undefined;
  private readonly failed: Promise<never>;

  static async open(options: LivePhoneOptions): Promise<LivePhone> {
    const phone = new LivePhone(options);
    if (options.beside !== null) await phone.meet(options.beside);
    if (options.broker !== null) phone.connect(options.broker);
    return phone;
  }

  private constructor(options: LivePhoneOptions) {
    this.options = options;
    const { file, crypto } = options;
    const secretKey = keyBytes(file.secretKey);
    this.owner = new Owner({
      party: partyOf(secretKey, crypto),
      crypto,
      issuers: file.issuers.map(keyBytes),
      random: (into) => randomFillSync(into),
    });
    this.failed = new Promise((_resolve, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
    this.linkKnown = new Promise((resolve) => {
      this.settleLink = resolve;
    });
  }

  /** Asks and waits until the verdict is final, or the request's life is over. */
  async ask(ask: Ask, waitS: number): Promise<Answer> {
    return this.answered(() => this.owner.phone.ask({ ...ask, lifeS: waitS }, Date.now())?.effects ?? [], waitS);
  }

  /** The answer to the request that `begin` makes, now or after a word with the box. */
  async answered(begin: () => readonly PhoneEffect[], waitS: number): Promise<Answer> {
    const startedMs = performance.now();
    const since = (): number => (performance.now() - startedMs) / 1000;
    let request: Request | null = null;
    let last: Reply | null = null;
    const final = this.until(
      (effect) => {
        if (effect.kind === 'heard' && effect.heard.kind === 'silence') return 'silence' as const;
        if (effect.kind !== 'reply') return null;
        request = effect.request;
        last = effect.reply;
        return effect.reply.verdict === 'pending' ? null : ('final' as const);
      },
      waitS * 1000 + GRACE_MS,
    );
    this.apply(begin());
    const end = await final;
    if (end === 'silence') throw silence();
    request ??= this.owner.phone.waiting[0]?.request ?? null;
    if (request === null) throw silence();
    return { request, reply: last, seconds: since() };
  }

  /** The first thing that `pick` takes; null when nothing comes in time. */
  until<T>(pick: (effect: PhoneEffect) => T | null, waitMs: number): Promise<T | null> {
    let limit: NodeJS.Timeout | undefined;
    let listener: (effect: PhoneEffect) => void = () => undefined;
    const found = new Promise<T | null>((resolve) => {
      limit = setTimeout(() => resolve(null), waitMs);
      listener = (effect) => {
        const value = pick(effect);
        if (value !== null) resolve(value);
      };
      this.listeners.add(listener);
    });
    return Promise.race([found, this.failed]).finally(() => {
      clearTimeout(limit);
      this.listeners.delete(listener);
    });
  }

  apply(effects: readonly PhoneEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'publish')
        this.published = this.line?.publish(effect.channel, effect.bytes) ?? this.published;
      else if (effect.kind === 'say') this.near?.send('air', effect.bytes);
      for (const listener of [...this.listeners]) listener(effect);
    }
    this.arm();
  }

  /** What the phone says now is on its way before it goes. */
  async close(): Promise<void> {
    // What the box has said is worth a moment's wait.
    if (this.line !== null) await this.linkKnown;
    this.closed = true;
    clearTimeout(this.timer);
    // A gateway that is gone acknowledges nothing any more.
    await Promise.race([this.published, new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
    await this.line?.close();
    this.near?.close();
  }

  private async meet(place: Place): Promise<void> {
    this.near = await NearLine.open(place);
    this.near.listen(
      (channel, body) => {
        if (channel === 'air') this.input({ kind: 'said', bytes: body });
      },
      () => this.input({ kind: 'beside', box: null }),
    );
    if (this.options.box !== null) this.input({ kind: 'beside', box: this.options.box });
  }

  private connect(url: string): void {
    const { crypto, tls, needsGateway, log } = this.options;
    const { party } = this.owner.phone;
    this.line = new GatewayLine(
      { url, party, crypto, tls },
      {
        onLink: (up) => {
          this.wasUp ||= up;
          this.input({ kind: 'link', up });
          if (up) this.settleLink();
        },
        onDownlink: (channel, bytes) => this.input({ kind: 'downlink', channel, bytes }),
        onTrouble: (trouble, detail) => {
          const said = troubleOf(trouble, url, detail, toHex(party.publicKey));
          this.settleLink();
          // A session that has been up comes back by itself.
          if (needsGateway && !this.wasUp) this.fail(said);
          else log(`phone: ${said.message}`);
        },
      },
    );
  }

  private input(input: PhoneInput): void {
    this.apply(this.owner.handle(input, Date.now()));
  }

  private arm(): void {
    clearTimeout(this.timer);
    // What is unanswered is asked for by the next command.
    if (this.closed) return;
    const dueMs = this.owner.nextTimeout();
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(() => this.apply(this.owner.onTimeout(Date.now())), Math.max(1, dueMs - Date.now()));
  }
}

function keyBytes(hex: string): Uint8Array {
  const key = fromHex(hex);
  if (key === null) throw new TypeError('a phone file holds a key that is not hexadecimal');
  return key;
}

function silence(): CommandError {
  return new CommandError(EXIT.failed, 'the box beside does not answer; is it the box of --box?');
}

function troubleOf(trouble: 'away' | 'not-let-in', url: string, detail: string, publicKey: string): CommandError {
  if (trouble === 'away') return new CommandError(EXIT.environment, `${url}: ${detail}; is the gateway running?`);
  const advice = `register it with: bordbox account add ${publicKey} --data <the gateway's folder>`;
  return new CommandError(EXIT.failed, `${url} does not let this phone in; ${advice}`);
}
