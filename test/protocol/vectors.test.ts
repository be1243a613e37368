import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { SCHEMA_VERSION, type Scope } from '../../protocol/cose.ts';
import { decodeMessage, encodeMessage, seal, unseal } from '../../protocol/envelope.ts';
import { Frame, MANIFEST_LIMITS, type PackedSamples } from '../../protocol/messages.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { packSamples, unpackSamples } from '../../protocol/samples.ts';
import { vectorsText } from '../../scripts/vectors.ts';
import { KINDS, type Signer } from './golden.ts';
import { fromReadable, type ReadableSamples, samplesFromReadable, samplesToReadable, toReadable } from './readable.ts';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly signer: Signer;
  readonly scope: Scope;
  readonly value: unknown;
  readonly payload: string;
  readonly sealed: string;
  readonly samples?: ReadableSamples;
}

interface VectorFile {
  readonly keys: Record<Signer, { seed: string; publicKey: string }>;
  readonly vectors: readonly Vector[];
}

const folder = new URL('../vectors/', import.meta.url);
const file = new URL(`schema-${SCHEMA_VERSION}.json`, folder);
const text = readFileSync(file, 'utf8');
const { keys, vectors } = JSON.parse(text) as VectorFile;

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert.ok(bytes, 'hexadecimal');
  return bytes;
}

test('the golden file is what its generator makes', () => assert.ok(vectorsText() === text));

for (const { name, kind, signer, scope, value, payload, sealed, samples } of vectors) {
  test(`golden bytes: ${name}`, () => {
    const { codec } = KINDS[kind];
    assert.equal(toHex(encodeMessage(codec, fromReadable(value))), payload);
    const decoded = decodeMessage(codec, bytesOf(payload));
    assert.ok(decoded.ok);
    assert.deepEqual(toReadable(decoded.value), value);

    const { seed, publicKey } = keys[signer];
    assert.equal(toHex(seal(codec, fromReadable(value), scope, bytesOf(seed), nobleCrypto)), sealed);
    const opened = unseal(codec, bytesOf(sealed), scope, bytesOf(publicKey), nobleCrypto, MANIFEST_LIMITS);
    assert.ok(opened.ok);
    assert.deepEqual(toReadable(opened.value), value);

    if (samples === undefined) return;
    const packed = (decoded.value as { samples: PackedSamples }).samples;
    const unpacked = unpackSamples(packed);
    assert.ok(unpacked.ok);
    assert.deepEqual(samplesToReadable(unpacked.value), samples);
    if (packed.acceleration === undefined) return;
    const again = packSamples(samplesFromReadable(samples), 0, samples.count);
    assert.deepEqual(toReadable(again), toReadable(packed));
  });
}

test('a second implementation in Python agrees with the golden bytes, and with no changed ones', (t) => {
  const python = '/usr/bin/python3';
  if (!existsSync(python)) return t.skip(`${python} is not here`);
  const check = (path: string, input?: string): ReturnType<typeof spawnSync> =>
    spawnSync(python, [fileURLToPath(new URL('check.py', folder)), path], { encoding: 'utf8', input });
  const good = check(fileURLToPath(file));
  if (good.status === 3) return t.skip(String(good.stderr).trim());
  assert.equal(good.status, 0, String(good.stderr));
  assert.match(String(good.stdout), new RegExp(`^${vectors.length} of ${vectors.length} `));

  // It can fail: another sample, another value, another signer.
  const changed = JSON.parse(text) as { vectors: Record<string, unknown>[] };
  for (const vector of changed.vectors) {
    if (vector.samples !== undefined) (vector.samples as ReadableSamples).accelerationCg[8][0]++;
    else if (vector.kind === 'receipt') vector.signer = 'device';
    else vector.value = { ...(vector.value as object), extra: 1 };
  }
  const bad = check('-', JSON.stringify(changed));
  assert.equal(bad.status, 1, String(bad.stderr));
  assert.match(String(bad.stdout), /^0 of /);
});

test('every message has golden bytes', () => {
  for (const kind of Object.keys(KINDS))
    assert.ok(
      vectors.some((vector) => vector.kind === kind),
      kind,
    );
  const frames = vectors.filter(({ kind }) => kind === 'frame').map(({ value }) => fromReadable(value) as Frame);
  for (const name of Object.keys(Frame.fields)) {
    assert.ok(
      frames.some((frame) => frame[name as keyof Frame] !== undefined),
      `no frame has ${name}`,
    );
  }
});
