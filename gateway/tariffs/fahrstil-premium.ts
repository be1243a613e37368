/** What a discount does to a premium (C54), in whole cents. */

import { divideRounded, type Explanation, euros, explain } from './explanation.ts';
import type { DiscountSpan } from './fahrstil-discount.ts';

export interface Premium {
  readonly cents: number;
  readonly why: Explanation;
}

/** Rounded half up. `fullCents`: the premium without FahrStil. */
export function discountedPremium(fullCents: number, { percent }: Pick<DiscountSpan, 'percent'>): Premium {
  const cents = divideRounded(fullCents * (100 - percent), 100);
  const sentence = `${euros(fullCents)} less ${percent} % are ${euros(cents)}.`;
  return {
    cents,
    why: explain('premium after discount', 'C54', { fullCents, discountPercent: percent, cents }, sentence),
  };
}
