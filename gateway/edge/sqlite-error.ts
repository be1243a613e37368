import { StoreError } from '../core/store.ts';

const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const FULL = 13;
const CANTOPEN = 14;

/** The error as one that can pass, or null when it is a mistake of ours. */
export function storeErrorOf(error: unknown): StoreError | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  // The low byte is the primary code; the rest tells kinds of it apart.
  switch (error.errcode & 0xff) {
    case FULL:
      return new StoreError('full', 'the disk is full; free some space and the gateway goes on by itself');
    case BUSY:
    case LOCKED:
      return new StoreError('busy', 'another process holds the data base; it is tried again');
    case READONLY:
    case CANTOPEN:
      return new StoreError('readonly', 'the data folder cannot be written');
    case IOERR:
      return new StoreError('io', `the disk reports an error (${error.message})`);
    default:
      return null;
  }
}

/** Runs `work`, and says in the terms of the contract what the disk did not allow. */
export function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeErrorOf(error) ?? error;
  }
}
