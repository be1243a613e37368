/** `theft/<box>`: the owner has said that the car is stolen; while it exists, positions go to the call centre (B92-B94). */

import { recordKind } from './record-kind.ts';
import { type Shaped, shape, text, whole } from './shape.ts';

const guard = shape({
  owner: text,
  /** `cti` of the request, under which the owner hears where the car is. */
  request: text,
  sinceMs: whole,
});
export type TheftRecord = Shaped<typeof guard>;

export const THEFT = recordKind<TheftRecord>('theft', guard);
