/** The gateway's side of a broker: embedded or outside, the shell does not know which. */

import type { DownlinkChannel, UplinkChannel } from '../../protocol/topics.ts';
import type { RefusalReason } from '../core/drop-reason.ts';
import type { Suspect } from './shell.ts';

export interface Link {
  /** Where devices connect to; null when that is not this process. */
  readonly port: number | null;
  /** Best effort: a receipt that is lost comes again with the next frame. */
  sendDownlink(device: string, channel: DownlinkChannel, bytes: Uint8Array): void;
  publishBackend(topic: string, json: string): Promise<void>;
  close(): Promise<void>;
}

/** What a link hands in. */
export interface LinkEvents {
  /** `settled` is called when the message is stored or not worth storing. */
  onUplink(device: string, channel: UplinkChannel, bytes: Uint8Array, settled?: () => void): void;
  onSuspect(suspect: Suspect): void;
  /** A client was not let in, did not speak MQTT, or wanted to hear what is not for it. `client` is what it called itself. */
  onRefusal(reason: RefusalReason, client?: string): void;
}
