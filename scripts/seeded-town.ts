import { Rng } from '../simulator/rng.ts';
import type { Town } from '../simulator/town.ts';
import { planTown } from '../simulator/town-plan.ts';

/** The town of a seed: the same one for `demo`, for `device` and for the map that `map` writes. */
export function seededTown(seed: number): Town {
  return planTown(Rng.seeded(seed).fork('town'));
}
