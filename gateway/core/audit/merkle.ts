/**
 * The Merkle tree of RFC 9162 section 2.1 over entry hashes: leaves and nodes are hashed with different first bytes,
 * and a tree of any size is the left part of every larger one. Positions and sizes may exceed 32 bits, so nothing
 * here shifts.
 */

import { concat, sameBytes } from '../../../protocol/bytes.ts';
import type { Crypto } from '../../../protocol/crypto.ts';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(entry: Uint8Array, crypto: Crypto): Uint8Array {
  return crypto.sha256(concat(LEAF, entry));
}

function nodeHash(left: Uint8Array, right: Uint8Array, crypto: Crypto): Uint8Array {
  return crypto.sha256(concat(NODE, left, right));
}

/** A tree that grows at its right end and remembers no more than its logarithm. */
export class GrowingTree {
  private readonly crypto: Crypto;
  /** Roots of the whole subtrees that it consists of, the largest first. */
  private readonly parts: { readonly leaves: number; readonly root: Uint8Array }[] = [];
  private count = 0;

  constructor(crypto: Crypto) {
    this.crypto = crypto;
  }

  /** Leaves in it. */
  get size(): number {
    return this.count;
  }

  add(entry: Uint8Array): void {
    let part = { leaves: 1, root: leafHash(entry, this.crypto) };
    for (let left = this.parts.at(-1); left?.leaves === part.leaves; left = this.parts.at(-1)) {
      this.parts.pop();
      part = { leaves: 2 * part.leaves, root: nodeHash(left.root, part.root, this.crypto) };
    }
    this.parts.push(part);
    this.count++;
  }

  copy(): GrowingTree {
    const other = new GrowingTree(this.crypto);
    other.parts.push(...this.parts);
    other.count = this.count;
    return other;
  }

  root(): Uint8Array {
    const last = this.parts.at(-1);
    if (last === undefined) return this.crypto.sha256(new Uint8Array());
    return this.parts.slice(0, -1).reduceRight((right, { root }) => nodeHash(root, right, this.crypto), last.root);
  }
}

/** The proof that the entry at `position` is in the tree over `entries`. */
export function inclusionPath(entries: readonly Uint8Array[], position: number, crypto: Crypto): Uint8Array[] {
  if (!(position >= 0 && position < entries.length)) throw new RangeError(`${position} is not in the tree`);
  const path: Uint8Array[] = [];
  let from = 0;
  let to = entries.length;
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    const right = position >= middle;
    path.unshift(right ? rootOf(entries, from, middle, crypto) : rootOf(entries, middle, to, crypto));
    if (right) from = middle;
    else to = middle;
  }
  return path;
}

/** The proof that the tree over the first `size` entries is the left part of the tree over all. */
export function consistencyPath(entries: readonly Uint8Array[], size: number, crypto: Crypto): Uint8Array[] {
  if (!(size >= 1 && size <= entries.length)) throw new RangeError(`no tree of ${size} is a part of this one`);
  const path: Uint8Array[] = [];
  let from = 0;
  let to = entries.length;
  let known = true;
  while (size !== to) {
    const middle = from + splitOf(to - from);
    if (size <= middle) {
      path.unshift(rootOf(entries, middle, to, crypto));
      to = middle;
    } else {
      path.unshift(rootOf(entries, from, middle, crypto));
      from = middle;
      known = false;
    }
  }
  if (!known) path.unshift(rootOf(entries, from, to, crypto));
  return path;
}

interface Inclusion {
  readonly entry: Uint8Array;
  readonly position: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** RFC 9162 2.1.3.2. */
export function includesEntry({ entry, position, size, root, path }: Inclusion, crypto: Crypto): boolean {
  if (!(position < size)) return false;
  let at = position;
  let last = size - 1;
  let hash = leafHash(entry, crypto);
  for (const step of path) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      hash = nodeHash(step, hash, crypto);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = nodeHash(hash, step, crypto);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && sameBytes(hash, root);
}

interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** RFC 9162 2.1.4.2; a tree of the same size is consistent with itself over an empty path. */
export function isConsistent(old: TreeHead, now: TreeHead, path: readonly Uint8Array[], crypto: Crypto): boolean {
  if (old.size === now.size) return path.length === 0 && sameBytes(old.root, now.root);
  if (!(old.size >= 1 && old.size < now.size)) return false;
  const steps = isPowerOfTwo(old.size) ? [old.root, ...path] : path;
  let at = old.size - 1;
  let last = now.size - 1;
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  if (steps.length === 0) return false;
  let [oldHash, newHash] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      oldHash = nodeHash(step, oldHash, crypto);
      newHash = nodeHash(step, newHash, crypto);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      newHash = nodeHash(newHash, step, crypto);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && sameBytes(oldHash, old.root) && sameBytes(newHash, now.root);
}

function rootOf(entries: readonly Uint8Array[], from: number, to: number, crypto: Crypto): Uint8Array {
  const tree = new GrowingTree(crypto);
  for (let at = from; at < to; at++) tree.add(entries[at]);
  return tree.root();
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (2 * split < size) split *= 2;
  return split;
}

function isPowerOfTwo(size: number): boolean {
  let power = 1;
  while (power < size) power *= 2;
  return power === size;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
