/** What leaves after a commit, before it is signed. */

import type { Binding, Inquiry, Lease, NetworkTime, Reply, Settled } from '../../../protocol/access-messages.ts';
import type { KeyRegistration } from '../../../protocol/near-messages.ts';

/** To a phone. A lease and the time are signed for the box and travel inside. */
export interface ReplyOut {
  readonly party: string;
  readonly reply: Reply;
  readonly lease?: Lease;
  readonly time?: NetworkTime;
  /** Signed for the box as well; the owner's phone gives it to the holder of the key. */
  readonly registration?: { readonly box: string; readonly value: KeyRegistration };
}

export type BoxWord =
  | { readonly channel: 'lease'; readonly value: Lease }
  | { readonly channel: 'time'; readonly value: NetworkTime }
  | { readonly channel: 'settled'; readonly value: Settled }
  | { readonly channel: 'inquiry'; readonly value: Inquiry }
  | { readonly channel: 'binding'; readonly value: Binding }
  /** The newest set of issuer keys, as the offline root signed it. */
  | { readonly channel: 'issuers' };

/** To a box, and the same bytes to phones that carry them there. */
export interface BoxOut {
  readonly box: string;
  readonly via: readonly string[];
  readonly word: BoxWord;
}
