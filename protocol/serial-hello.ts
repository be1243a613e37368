/** The hello: who is there, what it speaks and how much it can take. */

import { type CborReason, decodeCbor } from './cbor.ts';
import type { CodecReason } from './codec.ts';
import { asciiText, choice, field, flag, type Infer, integer, list, optional, record } from './codec.ts';
import { encodeMessage } from './envelope.ts';
import { accept, type Result, refuse } from './result.ts';
import {
  CHANNEL_NAMES,
  CHANNELS,
  type LineBuild,
  type LineRole,
  maySend,
  SERIAL_MESSAGE_BYTES_MAX,
} from './serial-channels.ts';
import { CONTENT_BYTES_MAX, HELLO } from './serial-frame.ts';

/** What this code speaks. */
export const LINE_VERSION_MIN = 1;
export const LINE_VERSION_MAX = 1;
/** Frames that may be on their way; the selective acknowledgement has a bit for each. */
export const WINDOW_MAX = 32;
/** Credit is counted modulo 2^16. */
const BUDGET_MAX = 32_767;
/** Keys from here on belong to later versions and are ignored. */
const FIRST_LATER_KEY = 32;

const uint32 = integer(0, 0xffffffff);
const LINE_ROLES = { device: 1, host: 2 } as const;
const LINE_BUILDS = { product: 1, rig: 2 } as const;

export const LineHello = record('line-hello', {
  versionMin: field(1, integer(0, 255), 'the oldest version that it speaks'),
  versionMax: field(2, integer(0, 255), 'the newest'),
  role: field(3, choice(LINE_ROLES)),
  build: field(4, choice(LINE_BUILDS)),
  session: field(5, uint32, 'random, drawn at each start'),
  peer: optional(6, uint32, 'the session that it has heard from the other end'),
  up: field(7, flag, 'it has heard its own session from the other end'),
  window: field(8, integer(1, WINDOW_MAX), 'frames that it can hold out of order, and one'),
  budgets: field(9, list(integer(0, BUDGET_MAX), CHANNEL_NAMES.length), 'bytes it can hold, a number per channel'),
  device: optional(10, asciiText(26), 'device id'),
  firmware: field(11, asciiText(24)),
});
export type LineHello = Infer<typeof LineHello>;

/** What one end says of itself, without what belongs to the session. */
export interface LineSelf {
  readonly role: LineRole;
  readonly build: LineBuild;
  readonly device?: string;
  /** At most 24 printable ASCII characters. */
  readonly firmware: string;
  readonly versionMin?: number;
  readonly versionMax?: number;
  readonly window?: number;
}

/** Bytes that this end can hold per channel, in the order of the channel numbers; 0 for what it never receives. */
function budgetsOf({ role, build }: LineSelf): readonly number[] {
  const other = role === 'device' ? 'host' : 'device';
  return CHANNEL_NAMES.map((name) => (maySend(name, other, build === 'rig') ? CHANNELS[name].budgetBytes : 0));
}

export function helloOf(self: LineSelf, session: number, peer: number | undefined, up: boolean): LineHello {
  const { role, build, device, firmware, window = WINDOW_MAX } = self;
  const { versionMin = LINE_VERSION_MIN, versionMax = LINE_VERSION_MAX } = self;
  return { versionMin, versionMax, role, build, session, peer, up, window, budgets: budgetsOf(self), device, firmware };
}

export function encodeHello(hello: LineHello): Uint8Array {
  const body = encodeMessage(LineHello, hello);
  const content = new Uint8Array(1 + body.length);
  if (content.length > CONTENT_BYTES_MAX) throw new RangeError(`a hello of ${content.length} bytes`);
  content[0] = HELLO;
  content.set(body, 1);
  return content;
}

export function decodeHello(content: Uint8Array): Result<LineHello, CborReason | CodecReason> {
  const item = decodeCbor(content.subarray(1));
  if (!item.ok) return item;
  if (!(item.value instanceof Map)) return refuse('wrong-type');
  for (const key of item.value.keys()) if (typeof key === 'number' && key >= FIRST_LATER_KEY) item.value.delete(key);
  return LineHello.fromCbor(item.value);
}

export type DisagreementReason = 'same-role' | 'version' | 'budget';

/** The version that both speak. */
export function agree(own: LineHello, theirs: LineHello): Result<number, DisagreementReason> {
  if (own.role === theirs.role) return refuse('same-role');
  const version = Math.min(own.versionMax, theirs.versionMax);
  if (version < own.versionMin || version < theirs.versionMin) return refuse('version');
  const rig = own.build === 'rig' && theirs.build === 'rig';
  for (const [i, name] of CHANNEL_NAMES.entries()) {
    // With less room the end of the largest message could never be sent.
    if (maySend(name, own.role, rig) && (theirs.budgets[i] ?? 0) < SERIAL_MESSAGE_BYTES_MAX) return refuse('budget');
  }
  return accept(version);
}
