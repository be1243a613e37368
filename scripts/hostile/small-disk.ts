/** File systems that are read-only or nearly full, where the machine lets us mount one. */

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Stage } from './stage.ts';

/** Mounts a tmpfs on a new folder of the stage, which unmounts it at its end; false where that is not allowed. */
export function mountTmpfs(stage: Stage, name: string, options: string): boolean {
  const folder = stage.path(name);
  mkdirSync(folder, { recursive: true });
  const { status, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  if (error !== undefined || status !== 0) return false;
  stage.onClear(() => spawnSync('umount', ['-l', folder], { stdio: 'ignore' }));
  return true;
}
