/** Road type (C8): the mean of the classes' values, by distance. */

import type { RoadAt, RoadClass } from './closed-trip.ts';
import type { FahrstilConfig } from './config.ts';
import type { Exposure } from './exposure.ts';
import { divideRounded, nothing, type Verdict } from './verdict.ts';
import { CLASS_WORDS, share } from './wording.ts';

/** `roads`: one entry a sample. `source` names them in a reason. */
export function judgeRoads(
  exposure: Exposure,
  roads: readonly (RoadAt | null)[],
  source: string,
  config: FahrstilConfig,
): Verdict {
  if (exposure.totalCm === 0) return nothing('no position of this trip shows movement');
  const cm = new Map<RoadClass, number>();
  let knownCm = 0;
  for (let i = 0; i < roads.length; i++) {
    const roadClass = roads[i]?.roadClass ?? null;
    if (roadClass === null) continue;
    cm.set(roadClass, (cm.get(roadClass) ?? 0) + exposure.cm[i]);
    knownCm += exposure.cm[i];
  }
  if (knownCm === 0) {
    const found = roads.some((road) => road !== null);
    return nothing(
      found ? `${source} does not say what kind of road this was` : `no road of ${source} lies under this trip`,
    );
  }
  let sum = 0;
  for (const [roadClass, driven] of cm) sum += driven * config.roadValues[roadClass];
  const costliestFirst = [...cm]
    .filter(([, driven]) => driven > 0)
    .sort(([a, aCm], [b, bCm]) => (100 - config.roadValues[b]) * bCm - (100 - config.roadValues[a]) * aCm || bCm - aCm);
  return {
    value: divideRounded(sum, knownCm),
    why: costliestFirst.map(([roadClass, driven]) => `${share(driven, knownCm)} ${CLASS_WORDS[roadClass]}`),
  };
}
