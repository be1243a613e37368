import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { fromHex, utf8 } from '../../protocol/bytes.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { checkPublicKey, nobleCrypto } from '../../protocol/noble.ts';
import { outsideVectors, withoutOutsideVectors } from '../protocol/outside-vectors.ts';
import { filled } from './frame-maker.ts';

const node = nodeCrypto();

/** A verdict as a gateway reaches it: only registered keys are asked. */
function verdict(crypto: Crypto, key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return checkPublicKey(key).ok && crypto.verify(key, message, signature);
}

interface SignatureCase {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly { readonly msg: string; readonly sig: string; readonly result: string }[];
  }[];
}

const skip = withoutOutsideVectors;

test('Trust: node:crypto and noble reach the verdicts of Wycheproof', { skip }, () => {
  const { testGroups } = outsideVectors<Wycheproof>('wycheproof-ed25519.json') ?? { testGroups: [] };
  let seen = 0;
  for (const { publicKey, tests } of testGroups) {
    for (const { msg, sig, result } of tests) {
      const [key, message, signature] = [publicKey.pk, msg, sig].map(bytesOf);
      for (const crypto of [node, nobleCrypto]) {
        assert.equal(verdict(crypto, key, message, signature), result === 'valid', `${sig} over ${msg}`);
      }
      seen++;
    }
  }
  assert.ok(seen > 100);
});

test('Trust: node:crypto and noble refuse all edge cases of speccheck', { skip }, () => {
  const file =
    outsideVectors<{ pub_key: string; message: string; signature: string }[]>('ed25519-speccheck.json') ?? [];
  const cases: SignatureCase[] = file.map((entry) => ({
    key: bytesOf(entry.pub_key),
    message: bytesOf(entry.message),
    signature: bytesOf(entry.signature),
  }));
  assert.equal(cases.length, 12);
  for (const { key, message, signature } of cases) {
    for (const crypto of [node, nobleCrypto]) assert.equal(verdict(crypto, key, message, signature), false);
  }
});

test('Trust: node:crypto and noble agree where R or the key has a torsion part', () => {
  const text = readFileSync(new URL('../vectors/ed25519-torsion.json', import.meta.url), 'utf8');
  const cases: { name: string; message: string; publicKey: string; signature: string; result: string }[] =
    JSON.parse(text);
  for (const { name, message, publicKey, signature, result } of cases) {
    for (const crypto of [node, nobleCrypto]) {
      const given = verdict(crypto, bytesOf(publicKey), bytesOf(message), bytesOf(signature));
      assert.equal(given, result === 'valid', name);
    }
  }
});

test('node:crypto and noble make the same keys, signatures and hashes', () => {
  const secret = filled(32, 5);
  const message = utf8('abc');
  assert.deepEqual(node.publicKey(secret), nobleCrypto.publicKey(secret));
  assert.deepEqual(node.sign(secret, message), nobleCrypto.sign(secret, message));
  assert.deepEqual(node.sha256(message), nobleCrypto.sha256(message));
  assert.deepEqual(node.hmacSha256(secret, message), nobleCrypto.hmacSha256(secret, message));
});

test('a key or signature of the wrong length is a refusal, not a throw', () => {
  const good = fromHex('00'.repeat(64)) ?? new Uint8Array();
  for (const length of [0, 31, 33]) assert.equal(node.verify(new Uint8Array(length), good, good), false);
  for (const length of [0, 63, 65]) assert.equal(node.verify(filled(32, 1), good, new Uint8Array(length)), false);
});
