/** What a phone carries from the gateway to the box, and from the box to the gateway. It opens neither. */

import { sameBytes } from '../../protocol/bytes.ts';
import type { ShortRangeKind } from '../../protocol/near-messages.ts';

export const POCKET_MAX = 64;

export interface HandOver {
  readonly kind: ShortRangeKind;
  readonly body: Uint8Array;
}

/** Oldest out when full: the box keeps what is not settled and says it again, the gateway likewise. */
export class Pocket<T extends { readonly body: Uint8Array }> {
  private items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  put(item: T): void {
    if (this.items.some(({ body }) => sameBytes(body, item.body))) return;
    this.items.push(item);
    if (this.items.length > POCKET_MAX) this.items.shift();
  }

  empty(): readonly T[] {
    const all = this.items;
    this.items = [];
    return all;
  }
}
