/** `seen/<box>/<id>`: something signed that counts once: a report, the use of a key, a pairing code. */

import { recordKind } from './record-kind.ts';
import { type Shaped, shape, whole } from './shape.ts';

const guard = shape({ atMs: whole });
export type SeenRecord = Shaped<typeof guard>;

export const SEEN = recordKind<SeenRecord>('seen', guard, ({ atMs }, limits) => atMs + limits.answersKeptMs);
