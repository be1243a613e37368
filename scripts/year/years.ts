import type { Crypto } from '../../protocol/crypto.ts';
import { driveYear } from './driven-year.ts';
import { Neighbourhood } from './neighbourhood.ts';
import { personOf } from './people.ts';
import { type PersonYear, settle } from './settled-year.ts';

/** Years one by one, by the index of the person; town and routes are planned once. */
export function yearsOf(seed: number, hours: number, crypto: Crypto): (index: number) => Promise<PersonYear> {
  const place = new Neighbourhood(seed);
  return async (index) => {
    const person = personOf(index);
    return settle(person, await driveYear(person, place, { seed, hours, crypto }));
  };
}
