import { sin } from '../protocol/trig.ts';
import type { PointM } from './town.ts';

/** Height above sea level, metres: gentle hills with grades up to about 3 %. */
export function altitudeM(at: PointM): number {
  return 215 + 22 * sin(at.xM / 1700) + 16 * sin(at.yM / 1250 + 1);
}
