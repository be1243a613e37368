/** `lease/<id>`: what a box was told to do, and what it says became of it. */

import { ACTIONS, OUTCOMES } from '../../../protocol/access-messages.ts';
import { recordKind } from './record-kind.ts';
import { flag, oneOf, orNull, type Shaped, shape, text, whole } from './shape.ts';

const guard = shape({
  box: text,
  /** Id of the request behind it. */
  request: text,
  action: oneOf(ACTIONS),
  boot: text,
  endMs: whole,
  holder: text,
  delivery: orNull(text),
  celsius: orNull(whole),
  issuedMs: whole,
  outcome: orNull(oneOf(OUTCOMES)),
  /** The box has reported closed and locked, maybe before its result came (A18). */
  secured: flag,
  doneMs: orNull(whole),
});
export type LeaseRecord = Shaped<typeof guard>;

export const LEASE = recordKind<LeaseRecord>('lease', guard, ({ doneMs }, limits) =>
  doneMs === null ? null : doneMs + limits.answersKeptMs,
);
