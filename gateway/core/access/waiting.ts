/** Requests that wait for the clock of their box. */

import { BOX, without } from './box-record.ts';
import type { Draft } from './draft.ts';

/** How many wait for this box, and how many leases it has not answered. */
export function loadOf(draft: Draft, box: string): number {
  const record = draft.get(BOX, box);
  return record === undefined ? 0 : record.waiting.length + record.leases.length;
}

/** A box of which nothing was ever heard has no record; its requests wait by themselves until they expire. */
export function putWaiting(draft: Draft, box: string, request: string): void {
  const record = draft.get(BOX, box);
  if (record !== undefined) draft.put(BOX, box, { ...record, waiting: [...record.waiting, request] });
}

export function takeWaiting(draft: Draft, box: string, request: string): void {
  const record = draft.get(BOX, box);
  if (record !== undefined) draft.put(BOX, box, { ...record, waiting: without(record.waiting, request) });
}
