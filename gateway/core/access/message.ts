/** What a decision about access can be asked for. Bytes that came are believed by then. */

import type { BoxClock, BoxReport, BoxResult, Refusal, Request } from '../../../protocol/access-messages.ts';
import type { Ferry } from '../../../protocol/near-messages.ts';
import type { AccessChannel } from '../../../protocol/topics.ts';

export interface AccessUplink {
  readonly device: string;
  readonly channel: AccessChannel;
  readonly bytes: Uint8Array;
}

interface FromPhone {
  readonly party: string;
  /** Public key of the phone, as it is registered. */
  readonly key: Uint8Array;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly digest: Uint8Array;
}

/** An attempt of somebody we know that could not be read. */
export interface FlawedAttempt extends FromPhone {
  readonly kind: 'flawed';
  readonly reason: Refusal;
  /** Known if the bytes are the phone's own. */
  readonly cti: Uint8Array | null;
}

export interface BelievedRequest extends FromPhone {
  readonly kind: 'request';
  readonly request: Request;
  /** Of the box that the request names; null for one that we do not know. */
  readonly boxKey: Uint8Array | null;
  /** The box's clock that came with it, as the box signed it. */
  readonly clock: BoxClock | null;
}

interface FromBox {
  readonly box: string;
  readonly boxKey: Uint8Array;
  /** As the box signed it. */
  readonly bytes: Uint8Array;
  /** The phone that carried it; null over the network. */
  readonly via: string | null;
}

export interface ClockWord extends FromBox {
  readonly kind: 'clock';
  readonly clock: BoxClock;
}
export interface ResultWord extends FromBox {
  readonly kind: 'result';
  readonly result: BoxResult;
}
export interface ReportWord extends FromBox {
  readonly kind: 'report';
  readonly report: BoxReport;
}
export type BoxMessage = ClockWord | ResultWord | ReportWord;

/** A record whose time has come. */
export interface DueRecord {
  readonly kind: 'due';
  readonly key: string;
}

/** Is there something to say to this box, which this gateway hears? */
export interface LookAfter {
  readonly kind: 'look-after';
  readonly box: string;
}

export type AccessMessage = FlawedAttempt | BelievedRequest | BoxMessage | DueRecord | LookAfter;

/** A ferry that is a phone's own; what it carries has yet to be believed. */
export interface OpenedFerry {
  readonly kind: 'ferry';
  readonly party: string;
  readonly ferry: Ferry;
}

/** A request before the box that it names was looked up. */
export type OpenedRequest = Omit<BelievedRequest, 'boxKey' | 'clock'>;
