import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths below `folder` that end with `ending`, sorted, with forward slashes. */
export function globSync(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort();
}
