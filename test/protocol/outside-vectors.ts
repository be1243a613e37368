import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../shared/vectors/', import.meta.url);

/** For the `skip` option of tests that need vectors that others published, which lie beside the checkout. */
export const withoutOutsideVectors: string | false = existsSync(folder) ? false : 'needs ../shared/vectors';

/** Null where the vectors are not there. */
export function outsideVectors<T>(name: string): T | null {
  return withoutOutsideVectors === false ? (JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T) : null;
}
