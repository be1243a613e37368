/**
 * Keys of TANs in files beside the store and not in it (A14): `tan-keys/<day>.key`, the day (UTC) on which TANs end.
 * Gateways that share a store share the folder. A key is erased when its day is over: then nobody can tell any more
 * what its TANs were.
 */

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TanKeys } from '../core/access/context.ts';
import { SECRET_BYTES, secretFromFile } from './key-file.ts';

const DAY_MS = 86_400_000;
const FILE = /^(\d{4}-\d{2}-\d{2})\.key$/;

/** Holds the keys of days that are not over. */
abstract class DayKeys implements TanKeys {
  private readonly keys = new Map<number, Uint8Array>();
  private firstDay = 0;

  ofDay(day: number): Uint8Array | null {
    if (day < this.firstDay) return null;
    let key = this.keys.get(day);
    if (key === undefined) {
      key = this.make(day);
      this.keys.set(day, key);
    }
    return key;
  }

  /** Forgets the keys of days that are over. */
  erase(nowMs: number): void {
    const today = Math.floor(nowMs / DAY_MS);
    if (today === this.firstDay) return;
    this.firstDay = today;
    for (const [day, key] of this.keys) {
      if (day >= today) continue;
      key.fill(0);
      this.keys.delete(day);
    }
    this.eraseBefore(today);
  }

  protected abstract make(day: number): Uint8Array;
  protected abstract eraseBefore(day: number): void;
}

export class TanKeyFiles extends DayKeys {
  private readonly folder: string;

  constructor(folder: string) {
    super();
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  protected make(day: number): Uint8Array {
    return secretFromFile(join(this.folder, fileOf(day)));
  }

  protected eraseBefore(day: number): void {
    for (const name of readdirSync(this.folder)) {
      const date = FILE.exec(name)?.[1];
      if (date !== undefined && Date.parse(date) < day * DAY_MS) rmSync(join(this.folder, name), { force: true });
    }
  }
}

/** For a gateway that keeps nothing. */
export class TanKeysInMemory extends DayKeys {
  private readonly random: (count: number) => Uint8Array;

  constructor(random: (count: number) => Uint8Array) {
    super();
    this.random = random;
  }

  protected make(): Uint8Array {
    return this.random(SECRET_BYTES);
  }

  protected eraseBefore(): void {}
}

function fileOf(day: number): string {
  return `${new Date(day * DAY_MS).toISOString().slice(0, 10)}.key`;
}
