import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { StoreError } from '../core/store.ts';
import { onDisk } from './sqlite-error.ts';

/** What lies in a gateway's data folder. */
export interface DataFolder {
  readonly database: string;
  readonly gatewayKey: string;
  /** The numbered set of issuer keys for boxes, as the offline root signed it; may be absent. */
  readonly issuers: string;
  /** Keys of TANs by day, outside the database. */
  readonly tanKeys: string;
  tenantKey(tenant: string): string;
  tenantPassword(tenant: string): string;
}

export function dataFolder(folder: string): DataFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    database: join(folder, 'gateway.db'),
    gatewayKey: join(folder, 'gateway.key'),
    issuers: join(folder, 'issuers.cose'),
    tanKeys: join(folder, 'tan-keys'),
    tenantKey: (tenant) => join(folder, `tenant-${tenant}.key`),
    tenantPassword: (tenant) => join(folder, `tenant-${tenant}.password`),
  };
}

/** Gateways that may share one folder. */
const SEATS_MAX = 8;

/** A gateway's place on a folder that several share. */
export interface Seat {
  /** From 1; the same number again after a restart of all, for names that should stay. */
  readonly number: number;
  release(): void;
}

/**
 * Makes this process the only one of its kind on the folder until it releases it or dies, however it dies: the lock
 * is the operating system's. Throws a StoreError when another one has it. A gateway may be joined later.
 */
export function claimFolder(folder: string, user: 'gateway' | 'device'): () => void {
  const release = lock(folder, lockName(user, 1));
  const others = user === 'gateway' && release !== null ? [...joinedSeats(folder)] : [];
  if (release !== null && others.length === 0) return release;
  release?.();
  const beside = user === 'gateway' ? 'stop that one, run beside it with --join,' : 'stop that one';
  throw new StoreError('busy', `another ${user} uses it; ${beside} or give another folder with --data`);
}

/** Takes a seat beside the gateways that use the folder already; their store and their key are the same. */
export function joinFolder(folder: string): Seat {
  for (let number = 1; number <= SEATS_MAX; number++) {
    const release = lock(folder, lockName('gateway', number));
    if (release !== null) return { number, release };
  }
  throw new StoreError('busy', `${SEATS_MAX} gateways use it, and no more can; stop one of them`);
}

/**
 * Of several gateways on one store one moves events to its broker at a time, so that they keep their order; when it
 * dies, the next one that asks goes on.
 */
export class OutboxTurn {
  private readonly folder: string;
  private held: (() => void) | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  isMine(): boolean {
    this.held ??= lock(this.folder, 'outbox-lock.db');
    return this.held !== null;
  }

  release(): void {
    this.held?.();
    this.held = null;
  }
}

function lockName(user: 'gateway' | 'device', seat: number): string {
  return seat === 1 ? `${user}-lock.db` : `${user}-lock-${seat}.db`;
}

/** Seats of gateways that have joined and are still there. */
function* joinedSeats(folder: string): Generator<number> {
  for (let number = 2; number <= SEATS_MAX; number++) {
    const name = lockName('gateway', number);
    if (!existsSync(join(folder, name))) continue;
    const release = lock(folder, name);
    if (release === null) yield number;
    release?.();
  }
}

/** Null when another process holds it. */
function lock(folder: string, name: string): (() => void) | null {
  try {
    return onDisk(() => {
      const held = new DatabaseSync(join(folder, name));
      try {
        held.exec('begin exclusive');
      } catch (error) {
        held.close();
        throw error;
      }
      return () => held.close();
    });
  } catch (error) {
    if (!(error instanceof StoreError && error.kind === 'busy')) throw error;
    return null;
  }
}
