/** `courier/<id>`: what a courier has to finish before he may go on (A18). */

import { recordKind } from './record-kind.ts';
import { type Shaped, shape, text } from './shape.ts';

const guard = shape({ delivery: text });
export type CourierRecord = Shaped<typeof guard>;

export const COURIER = recordKind<CourierRecord>('courier', guard);
