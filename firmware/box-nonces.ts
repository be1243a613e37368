/** Nonces of clocks that were handed to phones in range: for one use of a key or one proof of presence, 60 s long. */

import { ID_BYTES } from '../protocol/access-fields.ts';
import { toHex } from '../protocol/bytes.ts';
import type { Kernel } from './box-kernel.ts';

const NONCES_PER_PEER = 2;

export class Nonces {
  private readonly kernel: Kernel;
  private readonly issued = new Map<string, { readonly peer: string; readonly untilMs: number }>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Each phone has a few; with too many of them its own oldest is given up, so that nobody talks others out of theirs. */
  issue(peer: string, now: number): Uint8Array {
    const { limits } = this.kernel;
    const nonce = this.kernel.draw(ID_BYTES);
    const own = [...this.issued].filter(([, { peer: holder }]) => holder === peer);
    if (own.length >= NONCES_PER_PEER) this.issued.delete(own[0][0]);
    for (const oldest of this.issued.keys()) {
      if (this.issued.size < NONCES_PER_PEER * limits.peers) break;
      this.issued.delete(oldest);
    }
    this.issued.set(toHex(nonce), { peer, untilMs: now + limits.nonceMs });
    return nonce;
  }

  knows(nonce: Uint8Array, now: number): boolean {
    const issued = this.issued.get(toHex(nonce));
    return issued !== undefined && now < issued.untilMs;
  }

  /** True once, in time. */
  use(nonce: Uint8Array, now: number): boolean {
    const known = this.knows(nonce, now);
    this.issued.delete(toHex(nonce));
    return known;
  }
}
