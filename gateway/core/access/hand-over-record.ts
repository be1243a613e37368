/** `hand-over/<id>`: who had the car, from when to when, and the car's state as the box signed it (A8). */

import { recordKind } from './record-kind.ts';
import { orNull, type Shaped, shape, text, whole } from './shape.ts';

const guard = shape({
  box: text,
  owner: text,
  person: text,
  fromMs: whole,
  toMs: orNull(whole),
  /** Signed results of the box, in hexadecimal digits; the end has none when the box was unpaired meanwhile. */
  startState: text,
  endState: orNull(text),
});
export type HandOverRecord = Shaped<typeof guard>;

export const HAND_OVER = recordKind<HandOverRecord>('hand-over', guard, ({ toMs }, limits) =>
  toMs === null ? null : toMs + limits.handOverKeptMs,
);
