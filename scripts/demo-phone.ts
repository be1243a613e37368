/** A person with a phone in a demonstration: in lockstep with the gateway, so that a slow machine changes nothing. */

import type { Reply } from '../protocol/access-messages.ts';
import { toHex } from '../protocol/bytes.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { Ferry } from '../protocol/near-messages.ts';
import type { DownlinkChannel } from '../protocol/topics.ts';
import type { Asked, Phone, PhoneEffect, PhoneInput } from '../simulator/peers/phone.ts';
import { unread } from '../simulator/peers/unread.ts';
import type { PhoneEnd, ShortRangeAir } from '../simulator/short-range.ts';
import { GatewayLine } from './access/gateway-line.ts';

/** A gateway that says nothing for so long is taken as gone; the phone asks again. */
const ANSWER_MS = 2_000;
/** What the gateway answers in any case. */
const FERRY_ANSWERS: Readonly<Record<Ferry['kind'], DownlinkChannel>> = {
  clock: 'time',
  result: 'settled',
  report: 'settled',
};
const FAR_M = 1000;

/** An owner or a courier of simulator/peers. */
interface Person {
  readonly phone: Phone;
  handle(input: PhoneInput, nowMs: number): readonly PhoneEffect[];
  nextTimeout(): number;
  onTimeout(nowMs: number): readonly PhoneEffect[];
}

export interface DemoPhoneOptions<P extends Person> {
  readonly person: P;
  readonly air: ShortRangeAir;
  readonly url: string;
  readonly crypto: Crypto;
}

export class DemoPhone<P extends Person> {
  readonly person: P;
  /** Final replies by the request's id in hexadecimal. */
  readonly finals = new Map<string, Reply>();
  private readonly end: PhoneEnd;
  private readonly line: GatewayLine;
  private up = false;
  private onUp: () => void = () => {};
  private outgoing: (PhoneEffect & { readonly kind: 'publish' })[] = [];
  private onDownlink: (channel: DownlinkChannel) => void = () => {};

  constructor({ person, air, url, crypto }: DemoPhoneOptions<P>) {
    this.person = person;
    const { party } = person.phone;
    this.end = air.join(party.id, (bytes) => this.input({ kind: 'said', bytes }));
    this.end.moveTo(FAR_M);
    this.line = new GatewayLine(
      { url, party, crypto },
      {
        onLink: (isUp) => {
          this.up = isUp;
          this.input({ kind: 'link', up: isUp });
          if (isUp) this.onUp();
        },
        onDownlink: (channel, bytes) => {
          this.input({ kind: 'downlink', channel, bytes });
          this.onDownlink(channel);
        },
        // A phone that cannot connect asks later; the demonstration has an end of its own.
        onTrouble: () => {},
      },
    );
  }

  /** Resolves when the phone has a session, at once if it has one. */
  async ready(): Promise<void> {
    if (this.up) return;
    await new Promise<void>((resolve) => {
      this.onUp = resolve;
    });
  }

  /** Walks up to the car, or away from it. */
  beside(box: string | null): void {
    this.end.moveTo(box === null ? FAR_M : 1);
    this.input({ kind: 'beside', box });
  }

  do(effects: readonly PhoneEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'publish') this.outgoing.push(effect);
      else if (effect.kind === 'say') this.end.send(effect.bytes);
      else if (effect.kind === 'reply' && effect.reply.verdict !== 'pending') {
        this.finals.set(toHex(effect.request.cti), effect.reply);
      }
    }
  }

  /** The id of the request. */
  ask(asked: Asked | null): string {
    if (asked === null) throw new Error('a phone has asked for too much');
    this.do(asked.effects);
    return asked.request;
  }

  /** Says what there is to say, and waits for each answer. False when that was nothing. */
  async settle(): Promise<boolean> {
    if (Date.now() >= this.person.nextTimeout()) this.do(this.person.onTimeout(Date.now()));
    const said = this.outgoing.length > 0;
    for (let next = this.outgoing.shift(); next !== undefined; next = this.outgoing.shift()) {
      const answered = this.answered(answerTo(next));
      await this.line.publish(next.channel, next.bytes);
      await answered;
      await this.line.roundTrip();
    }
    return said;
  }

  async roundTrip(): Promise<void> {
    await this.line.roundTrip();
  }

  async close(): Promise<void> {
    await this.line.close();
  }

  private input(input: PhoneInput): void {
    this.do(this.person.handle(input, Date.now()));
  }

  private answered(wanted: DownlinkChannel): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, ANSWER_MS);
      this.onDownlink = (channel) => {
        if (channel !== wanted) return;
        clearTimeout(limit);
        resolve();
      };
    });
  }
}

function answerTo({ channel, bytes }: PhoneEffect & { readonly kind: 'publish' }): DownlinkChannel {
  const ferry = channel === 'ferry' ? unread(Ferry, bytes) : null;
  return ferry === null ? 'reply' : FERRY_ANSWERS[ferry.kind];
}
