import assert from 'node:assert/strict';
import test from 'node:test';
import { Sign1 } from '@auth0/cose';
import { fromHex, toHex, utf8 } from '../../protocol/bytes.ts';
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { open1, SCHEMA_VERSION, type Scope, sign1, signedBytesMax } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { KINDS, seedOf, testDevice } from './golden.ts';
import { outsideVectors, withoutOutsideVectors } from './outside-vectors.ts';

interface CoseExample {
  readonly input: { readonly plaintext?: string; readonly sign0: { readonly key: { readonly x_hex: string } } };
  readonly intermediates: { readonly ToBeSign_hex: string };
  readonly output: { readonly cbor: string };
}

const skip = withoutOutsideVectors;
const ABSENT: CoseExample = {
  input: { sign0: { key: { x_hex: '' } } },
  intermediates: { ToBeSign_hex: '' },
  output: { cbor: '' },
};
const eddsa = outsideVectors<CoseExample>('cose-eddsa-sig-01.json') ?? ABSENT;
const es256 = outsideVectors<CoseExample>('cose-cwt-A_3.json') ?? ABSENT;
const scope: Scope = { type: 'bb-frame', direction: 'up', device: testDevice.id };
const payload = utf8('This is the content.');

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert.ok(bytes, 'hexadecimal');
  return bytes;
}

/** What our code hands to Ed25519. */
function signedBytesOf(message: Uint8Array, of: Scope): Uint8Array {
  let seen: Uint8Array | undefined;
  const spy: Crypto = {
    ...nobleCrypto,
    sign(_key, bytes) {
      seen = bytes;
      return new Uint8Array(64);
    },
  };
  sign1(message, of, seedOf('device'), spy);
  assert.ok(seen);
  return seen;
}

test('A4: Sig_structure has the shape of the COSE working group, with our header and external_aad', { skip }, () => {
  const theirs = decodeCbor(bytesOf(eddsa.intermediates.ToBeSign_hex));
  const ours = decodeCbor(signedBytesOf(payload, scope));
  assert.ok(theirs.ok && ours.ok && Array.isArray(theirs.value) && Array.isArray(ours.value));
  const [context, , aad, content] = theirs.value;
  assert.deepEqual([ours.value[0], ours.value[3]], [context, content]);
  assert.deepEqual(aad, new Uint8Array(0));
  assert.deepEqual(
    ours.value[1],
    encodeCbor(
      new Map<number, number | string>([
        [1, -8],
        [16, 'bb-frame'],
      ]),
    ),
  );
  assert.deepEqual(ours.value[2], encodeCbor(['up', testDevice.id, SCHEMA_VERSION]));
  // With their header and no external_aad, our encoder gives their bytes.
  const rebuilt = encodeCbor(['Signature1', bytesOf('a201270300'), new Uint8Array(0), payload]);
  assert.equal(toHex(rebuilt), eddsa.intermediates.ToBeSign_hex.toLowerCase());
});

test('A4: the working group signature over its Sig_structure verifies with our Crypto', { skip }, () => {
  const message = decodeCbor(bytesOf(eddsa.output.cbor).subarray(1));
  assert.ok(message.ok && Array.isArray(message.value));
  const signature = message.value[3] as Uint8Array;
  const key = bytesOf(eddsa.input.sign0.key.x_hex);
  assert.ok(nobleCrypto.verify(key, bytesOf(eddsa.intermediates.ToBeSign_hex), signature));
});

test('A4: a COSE message of another profile is refused with a reason', { skip }, () => {
  const key = bytesOf(eddsa.input.sign0.key.x_hex);
  const open = (bytes: Uint8Array) => open1(bytes, scope, key, nobleCrypto);
  const tagged = bytesOf(eddsa.output.cbor);
  assert.deepEqual(open(tagged), { ok: false, reason: 'framing' });
  // Untagged it has an unprotected key id, without which its header has no typ.
  assert.deepEqual(open(tagged.subarray(1)), { ok: false, reason: 'framing' });
  const parts = decodeCbor(tagged.subarray(1));
  assert.ok(parts.ok && Array.isArray(parts.value));
  parts.value[1] = new Map();
  assert.deepEqual(open(encodeCbor(parts.value)), { ok: false, reason: 'type' });
  assert.deepEqual(open(bytesOf(es256.output.cbor)), { ok: false, reason: 'framing' });
  assert.deepEqual(open(bytesOf(es256.output.cbor).subarray(1)), { ok: false, reason: 'algorithm' });
});

test('A23: an independent implementation verifies what we sign, and refuses another external_aad', async () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(testDevice.publicKey).toString('base64url') };
  const key = await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify']);
  for (const { signer, scope: of } of Object.values(KINDS)) {
    if (signer !== 'device') continue;
    const message = Sign1.decode(sign1(payload, of, seedOf('device'), nobleCrypto));
    const externalAAD = encodeCbor([of.direction, of.device, SCHEMA_VERSION]);
    await message.verify(key, { externalAAD });
    await assert.rejects(message.verify(key, { externalAAD: encodeCbor(['dn', of.device, SCHEMA_VERSION]) }));
    await assert.rejects(message.verify(key));
  }
});

test('A23: a signature for one type, direction, device or schema is none for another', () => {
  const scopes: Scope[] = Object.values(KINDS).map((kind) => kind.scope);
  for (const direction of ['up', 'dn', 'enrol'] as const) scopes.push({ ...scope, direction });
  for (const device of ['0'.repeat(26), 'manifest', '']) scopes.push({ ...scope, device });
  const unique = [...new Map(scopes.map((one) => [JSON.stringify(one), one])).values()];
  for (const made of unique) {
    const bytes = sign1(payload, made, seedOf('device'), nobleCrypto);
    for (const asked of unique) {
      const opened = open1(bytes, asked, testDevice.publicKey, nobleCrypto);
      if (made === asked) assert.ok(opened.ok);
      else assert.equal(opened.ok ? 'opened' : opened.reason, made.type === asked.type ? 'signature' : 'type');
    }
  }
  assert.equal(unique.length, 12);
});

test('A23: a signature for another schema version does not verify', () => {
  const header = encodeCbor(
    new Map<number, number | string>([
      [1, -8],
      [16, scope.type],
    ]),
  );
  const sealedFor = (schema: number): Uint8Array => {
    const aad = encodeCbor([scope.direction, scope.device, schema]);
    const signature = nobleCrypto.sign(seedOf('device'), encodeCbor(['Signature1', header, aad, payload]));
    return encodeCbor([header, new Map(), payload, signature]);
  };
  assert.ok(open1(sealedFor(SCHEMA_VERSION), scope, testDevice.publicKey, nobleCrypto).ok);
  const other = open1(sealedFor(SCHEMA_VERSION + 1), scope, testDevice.publicKey, nobleCrypto);
  assert.deepEqual(other, { ok: false, reason: 'signature' });
});

test('signedBytesMax is an upper bound for every type', () => {
  for (const length of [0, 23, 24, 255, 256, 3900]) {
    for (const kind of Object.values(KINDS)) {
      const { length: sealed } = sign1(new Uint8Array(length), kind.scope, seedOf('device'), nobleCrypto);
      assert.ok(sealed <= signedBytesMax(length), `${kind.scope.type} ${length}`);
    }
  }
});
