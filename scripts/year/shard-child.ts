/** A process that drives the years of the people whose numbers it is told, and ends with its parent. */

import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { yearsOf } from './years.ts';

export interface ShardSetup {
  readonly seed: number;
  readonly hours: number;
}

const { seed, hours } = JSON.parse(process.argv[2]) as ShardSetup;
const yearOf = yearsOf(seed, hours, nodeCrypto());
process.on('message', async (index: number) => {
  process.send?.(await yearOf(index));
});
