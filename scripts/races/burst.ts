/** A phone that asks everything at once, through one gateway; it asks again until each request has its final word. */

import { Reply, Request } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import type { Party } from '../../simulator/peers/party.ts';
import { GatewayLine } from '../access/gateway-line.ts';

const AGAIN_MS = 3_000;

export interface BurstOptions {
  readonly url: string;
  readonly party: Party;
  /** Signs replies. */
  readonly issuer: Uint8Array;
  readonly crypto: Crypto;
}

export class Burst {
  private readonly options: BurstOptions;
  private readonly line: GatewayLine;
  private readonly up: Promise<void>;
  private readonly waiting = new Map<string, (reply: Reply) => void>();
  private readonly bytes = new Map<string, Uint8Array>();
  private readonly again: NodeJS.Timeout;

  constructor(options: BurstOptions) {
    this.options = options;
    let isUp: () => void = () => undefined;
    this.up = new Promise((resolve) => {
      isUp = resolve;
    });
    this.line = new GatewayLine(options, {
      onLink: (up) => up && isUp(),
      onDownlink: (channel, bytes) => channel === 'reply' && this.heard(bytes),
      onTrouble: () => undefined,
    });
    this.again = setInterval(() => {
      for (const bytes of this.bytes.values()) void this.line.publish('request', bytes);
    }, AGAIN_MS);
  }

  ready(): Promise<void> {
    return this.up;
  }

  /** Signs now, so that `send` does nothing but send. */
  prepare(request: Request): { send(): Promise<Reply> } {
    const { party, crypto } = this.options;
    const scope = { type: 'bb-request', direction: 'up', device: party.id } as const;
    const bytes = seal(Request, request, scope, party.secretKey, crypto);
    const key = toHex(request.cti);
    return {
      send: () =>
        new Promise((resolve) => {
          this.waiting.set(key, resolve);
          this.bytes.set(key, bytes);
          void this.line.publish('request', bytes);
        }),
    };
  }

  async close(): Promise<void> {
    clearInterval(this.again);
    await this.line.close();
  }

  private heard(bytes: Uint8Array): void {
    const { party, issuer, crypto } = this.options;
    const scope = { type: 'bb-reply', direction: 'dn', device: party.id } as const;
    const reply = unseal(Reply, bytes, scope, issuer, crypto);
    if (!reply.ok || reply.value.verdict === 'pending') return;
    const key = toHex(reply.value.cti);
    this.waiting.get(key)?.(reply.value);
    this.waiting.delete(key);
    this.bytes.delete(key);
  }
}
