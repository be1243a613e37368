import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import type { RecordCodec } from '../../protocol/codec.ts';
import { SCHEMA_VERSION, type Scope } from '../../protocol/cose.ts';
import { decodeMessage, encodeMessage, seal, unseal } from '../../protocol/envelope.ts';
import { Frame, MANIFEST_LIMITS, type PackedSamples } from '../../protocol/messages.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { packTrace, unpackTrace } from '../../protocol/raw-trace.ts';
import { packSamples, unpackSamples } from '../../protocol/samples.ts';
import { accessVectorsText, extendsVectors, vectorsText } from '../../scripts/vectors.ts';
import { KINDS, type Signer } from './golden.ts';
import { ACCESS_KINDS, type AccessSigner, SHORT_RANGE_KIND, shortRangeCodec } from './golden-access.ts';
import {
  fromReadable,
  type ReadableSamples,
  type ReadableTrace,
  samplesFromReadable,
  samplesToReadable,
  toReadable,
  traceToReadable,
} from './readable.ts';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly signer: Signer;
  readonly scope: Scope;
  readonly value: unknown;
  readonly payload: string;
  readonly sealed: string;
  readonly samples?: ReadableSamples;
  readonly traces?: readonly ReadableTrace[];
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

test('golden bytes are never changed: only what stands behind them is new', () => {
  const shorter = text.replace(/,\n {2}\{\n {3}"name": "frame-raw-traces"[\s\S]*?\n {2}\}/, '');
  assert.ok(shorter.length < text.length);
  assert.ok(extendsVectors(text, text));
  assert.equal(extendsVectors(text, shorter), false, 'nothing goes');
  const last = text.lastIndexOf(',\n  {\n   "name"');
  const before = `${text.slice(0, last)}\n ]\n}\n`;
  assert.ok(extendsVectors(before, text), 'one more at the end');
  assert.equal(extendsVectors(before.replace('"seq": 0', '"seq": 1'), text), false, 'other bytes before it');
});

test('raw traces of the golden file come back from their columns, and make them', () => {
  const [{ value, traces = [] }] = vectors.filter((vector) => vector.traces !== undefined);
  const packed = (fromReadable(value) as Frame).occurrences.flatMap(({ trace }) => trace ?? []);
  assert.equal(packed.length, traces.length);
  for (const [i, trace] of packed.entries()) {
    const unpacked = unpackTrace(trace);
    assert.ok(unpacked.ok);
    assert.deepEqual(traceToReadable(unpacked.value), traces[i]);
    assert.deepEqual(toReadable(packTrace(unpacked.value)), toReadable(trace));
  }
});

for (const { name, kind, signer, scope, value, payload, sealed, samples } of vectors) {
  test(`golden bytes: ${name}`, () => {
    const { codec } = KINDS[kind];
    assert.equal(toHex(encodeMessage(codec, fromReadable(value))), payload);
    const decoded = decodeMessage(codec, bytesOf(payload));
    assert.ok(decoded.ok);
    assert.deepEqual(toReadable(decoded.value), value);

    const { seed, publicKey } = keys[signer];
    assert.equal(toHex(seal(codec, fromReadable(value), scope, bytesOf(seed), nobleCrypto)), sealed);
    const limits = kind === 'manifest' ? MANIFEST_LIMITS : undefined;
    const opened = unseal(codec, bytesOf(sealed), scope, bytesOf(publicKey), nobleCrypto, limits);
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

interface AccessVector {
  readonly name: string;
  readonly kind: string;
  readonly signer?: AccessSigner;
  readonly scope?: Scope;
  readonly value: unknown;
  readonly payload: string;
  readonly sealed?: string;
}

const accessFile = new URL(`access-${SCHEMA_VERSION}.json`, folder);
const accessText = readFileSync(accessFile, 'utf8');
const access = JSON.parse(accessText) as {
  readonly keys: Record<AccessSigner, { seed: string; publicKey: string }>;
  readonly vectors: readonly AccessVector[];
};

test('the golden file of phones and boxes is what its generator makes', () =>
  assert.ok(accessVectorsText() === accessText));

for (const { name, kind, signer, scope, value, payload, sealed } of access.vectors) {
  test(`golden bytes: ${name}`, () => {
    const codec = ACCESS_KINDS[kind]?.codec ?? shortRangeCodec;
    assert.equal(toHex(encodeMessage(codec, fromReadable(value))), payload);
    const decoded = decodeMessage(codec, bytesOf(payload));
    assert.ok(decoded.ok);
    assert.deepEqual(toReadable(decoded.value), value);
    assert.equal(kind === SHORT_RANGE_KIND, sealed === undefined);
    if (signer === undefined || scope === undefined || sealed === undefined) return;
    const { seed, publicKey } = access.keys[signer];
    assert.equal(toHex(seal(codec, fromReadable(value), scope, bytesOf(seed), nobleCrypto)), sealed);
    const opened = unseal(codec, bytesOf(sealed), scope, bytesOf(publicKey), nobleCrypto);
    assert.ok(opened.ok);
    assert.deepEqual(toReadable(opened.value), value);
  });
}

test('every message of phones and boxes has golden bytes, and every field of theirs', () => {
  for (const kind of [...Object.keys(ACCESS_KINDS), SHORT_RANGE_KIND]) {
    const values = access.vectors.filter((vector) => vector.kind === kind).map(({ value }) => value as object);
    const codec = (ACCESS_KINDS[kind]?.codec ?? shortRangeCodec) as RecordCodec<unknown>;
    for (const name of Object.keys(codec.fields)) {
      assert.ok(
        values.some((value) => name in value),
        `no ${kind} has ${name}`,
      );
    }
  }
});

const PYTHON = '/usr/bin/python3';

function checkInPython(path: string, input?: string): ReturnType<typeof spawnSync> {
  return spawnSync(PYTHON, [fileURLToPath(new URL('check.py', folder)), path], { encoding: 'utf8', input });
}

test('a second implementation in Python agrees with the golden bytes, and with no changed ones', (t) => {
  if (!existsSync(PYTHON)) return t.skip(`${PYTHON} is not here`);
  const good = checkInPython(fileURLToPath(file));
  if (good.status === 3) return t.skip(String(good.stderr).trim());
  assert.equal(good.status, 0, String(good.stderr));
  assert.match(String(good.stdout), new RegExp(`^${vectors.length} of ${vectors.length} `));

  // It can fail: another sample, another value, another signer.
  const changed = JSON.parse(text) as { vectors: Record<string, unknown>[] };
  for (const vector of changed.vectors) {
    if (vector.samples !== undefined) (vector.samples as ReadableSamples).accelerationCg[8][0]++;
    else if (vector.traces !== undefined) (vector.traces as ReadableTrace[])[1].axesCg[2][3]++;
    else if (vector.kind === 'receipt') vector.signer = 'device';
    else vector.value = { ...(vector.value as object), extra: 1 };
  }
  const bad = checkInPython('-', JSON.stringify(changed));
  assert.equal(bad.status, 1, String(bad.stderr));
  assert.match(String(bad.stdout), /^0 of /);
});

test('the second implementation agrees about phones and boxes too, and with no changed bytes', (t) => {
  if (!existsSync(PYTHON)) return t.skip(`${PYTHON} is not here`);
  const good = checkInPython(fileURLToPath(accessFile));
  if (good.status === 3) return t.skip(String(good.stderr).trim());
  assert.equal(good.status, 0, String(good.stderr));
  assert.match(String(good.stdout), new RegExp(`^${access.vectors.length} of ${access.vectors.length} `));

  const changed = JSON.parse(accessText) as { vectors: Record<string, unknown>[] };
  for (const [i, vector] of changed.vectors.entries()) {
    if (vector.sealed === undefined || i % 2 === 0) vector.value = { ...(vector.value as object), extra: 1 };
    else vector.signer = vector.signer === 'root' ? 'box' : 'root';
  }
  const bad = checkInPython('-', JSON.stringify(changed));
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
