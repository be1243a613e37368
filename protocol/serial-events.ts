/** What an end of a serial line tells its owner. */

import type { SerialChannel } from './serial-channels.ts';
import type { FrameReason } from './serial-frame.ts';
import type { DisagreementReason, LineHello } from './serial-hello.ts';
import type { PieceFlaw } from './serial-receiver.ts';

export type NoiseReason =
  | FrameReason
  | PieceFlaw
  | 'too-long'
  | 'cut-off'
  | 'unknown-type'
  | 'echo'
  | 'hello'
  | 'ack'
  | 'clock'
  | 'piece'
  | 'incompatible';
export type DownReason = 'silent' | 'restarted' | 'port';
export type SendReason = 'down' | 'closed-channel' | 'empty' | 'too-large' | 'full';

export interface LineMessage {
  readonly kind: 'message';
  readonly channel: SerialChannel;
  readonly bytes: Uint8Array;
  /** The session that brought it. */
  readonly session: number;
}

export type LineEvent =
  | LineMessage
  /** `resumed`: the same two ends as before, and nothing is lost. */
  | { readonly kind: 'up'; readonly version: number; readonly peer: LineHello; readonly resumed: boolean }
  | { readonly kind: 'down'; readonly reason: DownReason }
  /** The other end was started anew: it is not known whether it had these before. */
  | { readonly kind: 'undelivered'; readonly channel: SerialChannel; readonly messages: number }
  | { readonly kind: 'incompatible'; readonly reason: DisagreementReason; readonly peer: LineHello }
  | { readonly kind: 'noise'; readonly reason: NoiseReason; readonly bytes: Uint8Array };

export interface LineCounts {
  bytesIn: number;
  bytesOut: number;
  framesIn: number;
  framesOut: number;
  /** Of good frames, without the zeros that end them. */
  goodBytes: number;
  noiseBytes: number;
  readonly noise: Map<NoiseReason, number>;
}
