import { StoreError } from '../core/store.ts';

const ERROR = 1;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The low byte of SQLite's code; the rest tells kinds of it apart. */
function primaryCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

/** The error as one that can pass, or null when it is a mistake of ours. */
export function storeErrorOf(error: unknown): StoreError | null {
  switch (primaryCodeOf(error)) {
    case FULL:
      return new StoreError('full', 'the disk is full; free some space and the gateway goes on by itself');
    case BUSY:
    case LOCKED:
      return new StoreError('busy', 'another process holds the data base; it is tried again');
    case READONLY:
    case CANTOPEN:
      return new StoreError('readonly', 'the data folder cannot be written');
    case IOERR:
      return new StoreError('io', `the disk reports an error (${error instanceof Error ? error.message : ''})`);
    case CORRUPT:
    case NOTADB:
      return new StoreError('damaged', `the data base is damaged; ${RESTORE}`);
    default:
      return null;
  }
}

const RESTORE = 'put a copy of it back, or move it away and begin with an empty one';

/** The same while a file is opened: statements that are right fail where the tables are not ours. */
export function onOpening<T>(file: string, work: () => T): T {
  try {
    return onDisk(work);
  } catch (error) {
    if (primaryCodeOf(error) !== ERROR) throw error;
    throw new StoreError('damaged', `${file} is a data base of something else; ${RESTORE}`);
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
