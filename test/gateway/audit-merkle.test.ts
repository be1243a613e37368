import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  consistencyPath,
  GrowingTree,
  includesEntry,
  inclusionPath,
  isConsistent,
} from '../../gateway/core/audit/merkle.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { crypto } from './frame-maker.ts';

/** Leaves and roots of the test trees of certificate-transparency (RFC 6962 hashes as RFC 9162 does). */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function treeOf(entries: readonly Uint8Array[]): GrowingTree {
  const tree = new GrowingTree(crypto);
  for (const entry of entries) tree.add(entry);
  return tree;
}

function entriesOf(size: number, salt = 0): Uint8Array[] {
  return Array.from({ length: size }, (_, at) => crypto.sha256(Uint8Array.of(salt, at >> 8, at & 255)));
}

function swapped(from: readonly Uint8Array[], at: number, other: Uint8Array): Uint8Array[] {
  return from.map((one, index) => (index === at ? other : one));
}

const size = fc.integer({ min: 1, max: 300 });

test('the tree has the roots that others have published', () => {
  const entries = LEAVES.map((hex) => fromHex(hex) ?? new Uint8Array());
  for (const [count, root] of ROOTS.entries()) assert.equal(toHex(treeOf(entries.slice(0, count)).root()), root);
});

test('every entry of a tree is proved, and no other entry, position, size or path is', () => {
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), (count, draw, flaw) => {
      const entries = entriesOf(count);
      const position = draw % count;
      const path = inclusionPath(entries, position, crypto);
      const good = { entry: entries[position], position, size: count, root: treeOf(entries).root(), path };
      assert.ok(includesEntry(good, crypto));
      const other = entriesOf(1, 1)[0];
      assert.ok(!includesEntry({ ...good, entry: other }, crypto));
      assert.ok(!includesEntry({ ...good, root: other }, crypto));
      assert.ok(!includesEntry({ ...good, path: [...path, other] }, crypto));
      assert.ok(!includesEntry({ ...good, position: count }, crypto));
      if (count > 1) {
        assert.ok(!includesEntry({ ...good, position: (position + 1 + (flaw % (count - 1))) % count }, crypto));
        assert.ok(!includesEntry({ ...good, path: path.slice(1) }, crypto));
        assert.ok(!includesEntry({ ...good, path: swapped(path, flaw % path.length, other) }, crypto));
      }
    }),
  );
});

test('an earlier tree is proved to be the left part of a later one, and a changed one is not', () => {
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), (count, draw, flaw) => {
      const entries = entriesOf(count);
      const before = 1 + (draw % count);
      const path = consistencyPath(entries, before, crypto);
      const old = { size: before, root: treeOf(entries.slice(0, before)).root() };
      const now = { size: count, root: treeOf(entries).root() };
      assert.ok(isConsistent(old, now, path, crypto));
      const other = entriesOf(1, 1)[0];
      assert.ok(!isConsistent({ ...old, root: other }, now, path, crypto));
      assert.ok(!isConsistent(old, { ...now, root: other }, path, crypto));
      assert.ok(!isConsistent(old, now, [...path, other], crypto));
      if (path.length > 0) {
        assert.ok(!isConsistent(old, now, swapped(path, flaw % path.length, other), crypto));
        assert.ok(!isConsistent(old, now, path.slice(1), crypto));
      }
      const changed = swapped(entries, flaw % before, other);
      const root = treeOf(changed).root();
      assert.ok(!isConsistent(old, { size: count, root }, consistencyPath(changed, before, crypto), crypto));
    }),
  );
});
