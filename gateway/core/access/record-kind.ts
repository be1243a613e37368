/** A kind of record in the access store: the first part of its key, its shape, and when it wants to be looked at. */

import { StoreError } from '../store.ts';
import type { AccessLimits } from './limits.ts';
import type { Guard } from './shape.ts';

export interface RecordKind<T> {
  readonly name: string;
  readonly guard: Guard<T>;
  /** UTC ms of the next look at it; null for never. */
  dueMs(value: T, limits: AccessLimits): number | null;
}

export function recordKind<T>(
  name: string,
  guard: Guard<T>,
  dueMs: RecordKind<T>['dueMs'] = () => null,
): RecordKind<T> {
  return { name, guard, dueMs };
}

export function keyOf({ name }: { readonly name: string }, id: string): string {
  return `${name}/${id}`;
}

/** The two parts of a key: name of the kind, and the record's id, which may have slashes itself. */
export function splitKey(key: string): { readonly name: string; readonly id: string } {
  const slash = key.indexOf('/');
  return { name: key.slice(0, slash), id: key.slice(slash + 1) };
}

/** Throws a StoreError when the store holds something else under this key. */
export function readRecord<T>({ name, guard }: RecordKind<T>, key: string, json: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw damaged(key);
  }
  if (splitKey(key).name !== name || !guard(value)) throw damaged(key);
  return value;
}

function damaged(key: string): StoreError {
  return new StoreError('damaged', `the record ${key} is not one of this version; restore the data folder`);
}
