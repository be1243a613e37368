import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enrolmentAdvice, MANIFEST_SCOPE, readManifest, signManifest } from '../../gateway/core/enrolment.ts';
import { sign1 } from '../../protocol/cose.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import type { EnrolledDevice } from '../../protocol/messages.ts';
import { crypto, filled, makeDevice } from './frame-maker.ts';

const maker = filled(32, 2);
const makerKey = crypto.publicKey(maker);
const pinned = [{ publicKey: makerKey, lastNumber: 3 }];

function entry(n: number): EnrolledDevice {
  return { publicKey: makeDevice(n).publicKey, kind: 'sensor', serial: `S${n}` };
}

function reasonOf(bytes: Uint8Array, trusted = pinned): string {
  const result = readManifest(bytes, trusted, crypto);
  if (!result.ok) assert.ok(enrolmentAdvice(result.reason).length > 10);
  return result.ok ? 'accepted' : result.reason;
}

const good = signManifest({ number: 4, devices: [entry(1), entry(2)] }, maker, crypto);

test('Trust: a manifest of a pinned manufacturer registers its devices under the hash of their keys', () => {
  const result = readManifest(good, pinned, crypto);
  assert.ok(result.ok);
  assert.deepEqual(result.value.devices, [makeDevice(1).record, makeDevice(2).record]);
  assert.equal(result.value.devices[0].device, deviceIdOf(makeDevice(1).publicKey, crypto));
  assert.equal(result.value.number, 4);
});

test('Trust: anything else registers nothing, and says why', () => {
  assert.equal(reasonOf(good, []), 'no-manufacturer');
  assert.equal(reasonOf(good, [{ publicKey: makeDevice(9).publicKey, lastNumber: -1 }]), 'signature');
  assert.equal(reasonOf(Uint8Array.from(good, (byte, at) => (at === good.length - 1 ? byte ^ 1 : byte))), 'signature');
  assert.equal(reasonOf(good.subarray(0, 50)), 'framing');
  assert.equal(reasonOf(new Uint8Array(3_000_000)), 'too-large');
  assert.equal(reasonOf(sign1(filled(3, 0), MANIFEST_SCOPE, maker, crypto)), 'schema');
  const sealed = (number: number, devices: EnrolledDevice[]): Uint8Array =>
    signManifest({ number, devices }, maker, crypto);
  assert.equal(reasonOf(sealed(3, [entry(1)])), 'number-not-higher');
  assert.equal(reasonOf(sealed(4, [entry(1), entry(1)])), 'duplicate-key');
  assert.equal(reasonOf(sealed(4, [{ ...entry(1), publicKey: new Uint8Array(32) }])), 'key-low-order');
  assert.equal(reasonOf(sealed(4, [{ ...entry(1), publicKey: filled(32, 0xff) }])), 'key-not-canonical');
});
