import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { StoreError } from '../core/store.ts';
import { onDisk } from './sqlite-error.ts';

/** What lies in a gateway's data folder. */
export interface DataFolder {
  readonly database: string;
  readonly gatewayKey: string;
  tenantKey(tenant: string): string;
  tenantPassword(tenant: string): string;
}

export function dataFolder(folder: string): DataFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    database: join(folder, 'gateway.db'),
    gatewayKey: join(folder, 'gateway.key'),
    tenantKey: (tenant) => join(folder, `tenant-${tenant}.key`),
    tenantPassword: (tenant) => join(folder, `tenant-${tenant}.password`),
  };
}

/**
 * Makes this process the only one of its kind on the folder until it releases it or dies, however it dies: the lock
 * is the operating system's. Throws a StoreError when another one has it.
 */
export function claimFolder(folder: string, user: 'gateway' | 'device'): () => void {
  try {
    return onDisk(() => {
      const lock = new DatabaseSync(join(folder, `${user}-lock.db`));
      lock.exec('begin exclusive');
      return () => lock.close();
    });
  } catch (error) {
    if (!(error instanceof StoreError && error.kind === 'busy')) throw error;
    throw new StoreError('busy', `another ${user} uses it; stop that one or give another folder with --data`);
  }
}
