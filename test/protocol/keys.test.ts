import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { deviceIdOf, isDeviceId } from '../../protocol/identity.ts';
import { checkPublicKey, nobleCrypto } from '../../protocol/noble.ts';
import { randomBytes, seededDraw } from './draw.ts';
import { seedOf, testDevice } from './golden.ts';
import { outsideVectors, withoutOutsideVectors } from './outside-vectors.ts';

interface SpecCheck {
  readonly message: string;
  readonly pub_key: string;
  readonly signature: string;
}

interface Wycheproof<G> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (G & {
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly msg: string;
      readonly sig: string;
      readonly key: string;
      readonly tag: string;
      readonly result: 'valid' | 'invalid';
    }[];
  })[];
}

const skip = withoutOutsideVectors;

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert.ok(bytes, 'hexadecimal');
  return bytes;
}

test('A23: all twelve edge cases of speccheck are refused, by the key or by the signature', { skip }, () => {
  const cases = outsideVectors<SpecCheck[]>('ed25519-speccheck.json') ?? [];
  const verdicts = cases.map(({ message, pub_key, signature }) => {
    const key = checkPublicKey(bytesOf(pub_key));
    if (!key.ok) return key.reason;
    return nobleCrypto.verify(key.value, bytesOf(message), bytesOf(signature)) ? 'accepted' : 'signature';
  });
  assert.deepEqual(verdicts, [
    'key-low-order',
    'key-low-order',
    'key-mixed-order',
    'key-mixed-order',
    'key-mixed-order',
    'key-mixed-order',
    'signature',
    'signature',
    'key-mixed-order',
    'key-mixed-order',
    'key-not-canonical',
    'key-not-canonical',
  ]);
});

test('A23: Wycheproof Ed25519 verdicts', { skip }, () => {
  const file = outsideVectors<Wycheproof<{ publicKey: { pk: string } }>>('wycheproof-ed25519.json');
  let seen = 0;
  for (const { publicKey, tests } of file?.testGroups ?? []) {
    const key = checkPublicKey(bytesOf(publicKey.pk));
    for (const { tcId, comment, msg, sig, result } of tests) {
      const good = key.ok && nobleCrypto.verify(key.value, bytesOf(msg), bytesOf(sig));
      assert.equal(good, result === 'valid', `${tcId} ${comment}`);
      seen++;
    }
  }
  assert.equal(seen, file?.numberOfTests);
});

test('Wycheproof HMAC-SHA-256 verdicts', { skip }, () => {
  const file = outsideVectors<Wycheproof<{ tagSize: number }>>('wycheproof-hmac-sha256.json');
  let seen = 0;
  for (const { tagSize, tests } of file?.testGroups ?? []) {
    for (const { tcId, comment, key, msg, tag, result } of tests) {
      const ours = nobleCrypto.hmacSha256(bytesOf(key), bytesOf(msg)).subarray(0, tagSize / 8);
      assert.equal(toHex(ours) === tag, result === 'valid', `${tcId} ${comment}`);
      seen++;
    }
  }
  assert.equal(seen, file?.numberOfTests);
});

test('A23: what is no key is refused with a reason', () => {
  const reasonOf = (key: Uint8Array): string => {
    const checked = checkPublicKey(key);
    return checked.ok ? 'accepted' : checked.reason;
  };
  assert.equal(reasonOf(testDevice.publicKey), 'accepted');
  assert.equal(reasonOf(new Uint8Array(0)), 'key-length');
  assert.equal(reasonOf(new Uint8Array(33)), 'key-length');
  assert.equal(reasonOf(new Uint8Array(32)), 'key-low-order');
  // 2^255 - 18 is 1 in a spelling that is not reduced; a set sign bit on x = 0 is no point at all.
  assert.equal(reasonOf(bytesOf(`ee${'ff'.repeat(30)}7f`)), 'key-not-canonical');
  assert.equal(reasonOf(bytesOf(`01${'00'.repeat(30)}80`)), 'key-not-canonical');
});

test('A23: verify says no, and never throws, to signatures of any length and content', () => {
  const draw = seededDraw(3);
  const message = randomBytes(draw, 20);
  const good = nobleCrypto.sign(seedOf('device'), message);
  assert.ok(nobleCrypto.verify(testDevice.publicKey, message, good));
  for (let length = 0; length <= 70; length++) {
    assert.equal(nobleCrypto.verify(testDevice.publicKey, message, randomBytes(draw, length)), false);
    if (length < 64) assert.equal(nobleCrypto.verify(testDevice.publicKey, message, good.subarray(0, length)), false);
  }
  assert.equal(nobleCrypto.verify(new Uint8Array(31), message, good), false);
  for (let bit = 0; bit < 512; bit += 5) {
    const flipped = good.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(nobleCrypto.verify(testDevice.publicKey, message, flipped), false);
  }
});

test('a device id is the first 128 bits of SHA-256 over the key, in 26 characters', () => {
  const digest = nobleCrypto.sha256(testDevice.publicKey);
  let number = 0n;
  for (const byte of digest.subarray(0, 16)) number = number * 256n + BigInt(byte);
  let id = '';
  for (let rest = number << 2n; id.length < 26; rest >>= 5n)
    id = '0123456789abcdefghjkmnpqrstvwxyz'[Number(rest & 31n)] + id;
  assert.equal(deviceIdOf(testDevice.publicKey, nobleCrypto), id);
  assert.ok(isDeviceId(id));
  for (const wrong of ['', id.slice(1), `${id}0`, id.toUpperCase(), `${id.slice(1)}i`, `${id}\n`, `${id.slice(1)}/`]) {
    assert.equal(isDeviceId(wrong), false, wrong);
  }
});

interface TorsionCase {
  readonly name: string;
  readonly message: string;
  readonly publicKey: string;
  readonly signature: string;
  readonly keyIsRegistered: boolean;
  readonly result: 'valid' | 'invalid';
}

test('A23: torsion in the key or in R gets the verdict of node:crypto, where a cofactored check would accept', () => {
  const file = new URL('../vectors/ed25519-torsion.json', import.meta.url);
  const cases = JSON.parse(readFileSync(file, 'utf8')) as TorsionCase[];
  for (const { name, message, publicKey, signature, keyIsRegistered, result } of cases) {
    const [key, text, signed] = [publicKey, message, signature].map(bytesOf);
    assert.equal(checkPublicKey(key).ok, keyIsRegistered, name);
    assert.equal(keyIsRegistered && nobleCrypto.verify(key, text, signed), result === 'valid', name);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') };
    const nodeVerdict = verify(null, text, createPublicKey({ key: jwk, format: 'jwk' }), signed);
    assert.equal(nodeVerdict, result === 'valid', name);
  }
  assert.deepEqual(
    cases.map(({ name }) => name),
    ['plain', 'torsion in R', 'torsion in the key'],
  );
});
