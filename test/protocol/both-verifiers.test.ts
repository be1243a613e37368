/** What others published as vectors gets one verdict from the device's Crypto and from the gateway's. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { readManifest, signManifest } from '../../gateway/core/enrolment.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { open1, type Scope } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { outsideVectors, withoutOutsideVectors } from './outside-vectors.ts';

const SIDES: readonly (readonly [string, Crypto])[] = [
  ['the device (noble)', nobleCrypto],
  ['the gateway (node:crypto)', nodeCrypto()],
];
const skip = withoutOutsideVectors;

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert.ok(bytes, 'hexadecimal');
  return bytes;
}

/** Registers a key as a device is registered: by a manifest of a pinned manufacturer. The reason of a refusal, or null. */
function registrationFlaw(publicKey: Uint8Array, crypto: Crypto): string | null {
  const maker = Uint8Array.from({ length: 32 }, (_, i) => 0xc0 + i);
  const manifest = signManifest({ number: 1, devices: [{ publicKey, kind: 'phone', serial: '' }] }, maker, crypto);
  const read = readManifest(manifest, [{ publicKey: crypto.publicKey(maker), lastNumber: 0 }], crypto);
  return read.ok ? null : read.reason;
}

interface Wycheproof<G> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (G & { readonly tests: readonly Readonly<Record<string, string>>[] })[];
}

interface CoseExample {
  readonly input: { readonly sign0?: { readonly key: { readonly x_hex: string } } };
  readonly intermediates: { readonly ToBeSign_hex: string };
  readonly output: { readonly cbor: string };
}

interface SpecCheck {
  readonly message: string;
  readonly pub_key: string;
  readonly signature: string;
}

for (const [side, crypto] of SIDES) {
  test(`A23: Wycheproof Ed25519, the verdict in each case, on ${side}`, { skip }, () => {
    const file = outsideVectors<Wycheproof<{ publicKey: { pk: string } }>>('wycheproof-ed25519.json');
    let seen = 0;
    for (const { publicKey, tests } of file?.testGroups ?? []) {
      const key = bytesOf(publicKey.pk);
      const registered = registrationFlaw(key, crypto) === null;
      for (const { tcId, msg, sig, result } of tests) {
        const good = registered && crypto.verify(key, bytesOf(msg), bytesOf(sig));
        assert.equal(good, result === 'valid', `${tcId}`);
        seen++;
      }
    }
    assert.equal(seen, file?.numberOfTests);
  });

  test(`A23: Wycheproof HMAC-SHA-256, the verdict in each case, on ${side}`, { skip }, () => {
    const file = outsideVectors<Wycheproof<{ tagSize: number }>>('wycheproof-hmac-sha256.json');
    let seen = 0;
    for (const { tagSize, tests } of file?.testGroups ?? []) {
      for (const { tcId, key, msg, tag, result } of tests) {
        const ours = crypto.hmacSha256(bytesOf(key), bytesOf(msg)).subarray(0, tagSize / 8);
        assert.equal(toHex(ours) === tag, result === 'valid', `${tcId}`);
        seen++;
      }
    }
    assert.equal(seen, file?.numberOfTests);
  });

  test(`A23: all of speccheck is refused, at the registration or by the signature, on ${side}`, { skip }, () => {
    const cases = outsideVectors<SpecCheck[]>('ed25519-speccheck.json') ?? [];
    const verdicts = cases.map(({ pub_key, message, signature }) => {
      const flaw = registrationFlaw(bytesOf(pub_key), crypto);
      if (flaw !== null) return flaw;
      return crypto.verify(bytesOf(pub_key), bytesOf(message), bytesOf(signature)) ? 'accepted' : 'signature';
    });
    const mixed = 'key-mixed-order';
    const [low, foreign] = ['key-low-order', 'key-not-canonical'];
    const expected = [low, low, mixed, mixed, mixed, mixed, 'signature', 'signature', mixed, mixed, foreign, foreign];
    assert.deepEqual(verdicts, expected);
  });

  test(`A4: COSE of the working group verifies, and is none of our messages, on ${side}`, { skip }, () => {
    const example = outsideVectors<CoseExample>('cose-eddsa-sig-01.json');
    assert.ok(example);
    const key = bytesOf(example.input.sign0?.key.x_hex ?? '');
    const untagged = bytesOf(example.output.cbor).subarray(1);
    const parts = decodeCbor(untagged);
    assert.ok(parts.ok && Array.isArray(parts.value));
    const signature = parts.value[3] as Uint8Array;
    const signed = bytesOf(example.intermediates.ToBeSign_hex);
    assert.equal(crypto.verify(key, signed, signature), true);
    signed[signed.length - 1] ^= 1;
    assert.equal(crypto.verify(key, signed, signature), false);
    const scope: Scope = { type: 'bb-request', direction: 'up', device: '0'.repeat(26) };
    assert.deepEqual(open1(untagged, scope, key, crypto), { ok: false, reason: 'framing' });
    parts.value[1] = new Map();
    assert.deepEqual(open1(encodeCbor(parts.value), scope, key, crypto), { ok: false, reason: 'type' });
  });

  test(`A4: the CWT of RFC 8392 A.3 is refused as an algorithm that is not ours, on ${side}`, { skip }, () => {
    const example = outsideVectors<CoseExample>('cose-cwt-A_3.json');
    assert.ok(example);
    const untagged = bytesOf(example.output.cbor).subarray(1);
    for (const type of ['bb-request', 'bb-lease', 'bb-frame'] as const) {
      const scope: Scope = { type, direction: type === 'bb-lease' ? 'dn' : 'up', device: '0'.repeat(26) };
      assert.deepEqual(open1(untagged, scope, new Uint8Array(32), crypto), { ok: false, reason: 'algorithm' });
    }
  });

  test(`A23: keys that are low-order, not canonical or not torsion-free are not registered, on ${side}`, () => {
    const cases: [string, string | null][] = [
      ['00'.repeat(32), 'key-low-order'],
      [`01${'00'.repeat(31)}`, 'key-low-order'],
      [`ec${'ff'.repeat(30)}7f`, 'key-low-order'],
      ['c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'key-low-order'],
      [`ee${'ff'.repeat(30)}7f`, 'key-not-canonical'],
      [`01${'00'.repeat(30)}80`, 'key-not-canonical'],
      [toHex(crypto.publicKey(new Uint8Array(32))), null],
    ];
    for (const [key, reason] of cases) assert.equal(registrationFlaw(bytesOf(key), crypto), reason, key);
  });

  test(`A23: a torsion part in R or in the key is refused, on ${side}`, () => {
    const text = readFileSync(new URL('../vectors/ed25519-torsion.json', import.meta.url), 'utf8');
    const cases = JSON.parse(text) as Readonly<Record<'name' | 'message' | 'publicKey' | 'signature', string>>[];
    const verdicts = cases.map(({ name, message, publicKey, signature }) => {
      const key = bytesOf(publicKey);
      const flaw = registrationFlaw(key, crypto);
      return [name, flaw ?? crypto.verify(key, bytesOf(message), bytesOf(signature))];
    });
    assert.deepEqual(verdicts, [
      ['plain', true],
      ['torsion in R', false],
      ['torsion in the key', 'key-mixed-order'],
    ]);
  });
}
