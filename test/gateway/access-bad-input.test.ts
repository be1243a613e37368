import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lease, Request } from '../../protocol/access-messages.ts';
import { encodeCbor } from '../../protocol/cbor.ts';
import { sign1 } from '../../protocol/cose.ts';
import { seal } from '../../protocol/envelope.ts';
import type { Car, Phone, Said } from './access-parties.ts';
import { AccessRig } from './access-rig.ts';
import { crypto, filled } from './frame-maker.ts';

async function paired(): Promise<{ rig: AccessRig; owner: Phone; car: Car }> {
  const rig = new AccessRig();
  const owner = await rig.phone(1);
  return { rig, owner, car: await rig.carOf(owner) };
}

/** A request with claims that no honest phone would sign. */
function signedClaims(phone: Phone, request: Request, changes: Readonly<Record<number, unknown>>): Said {
  const claims = Request.toCbor(request) as Map<number, never>;
  for (const [key, value] of Object.entries(changes)) claims.set(Number(key), value as never);
  const scope = { type: 'bb-request', direction: 'up', device: phone.id } as const;
  return { device: phone.id, channel: 'request', bytes: sign1(encodeCbor(claims), scope, phone.secretKey, crypto) };
}

/** Refused, told to the phone, in the log once, and nothing moved. */
async function isRefused(rig: AccessRig, car: Car, chain: string, reason: string, does: () => Promise<void>) {
  const before = await rig.audit(chain);
  const leases = rig.leases(car).length;
  await does();
  const [entry, ...more] = (await rig.audit(chain)).slice(before.length);
  assert.deepEqual(more, []);
  assert.ok(entry.kind === 'attempt');
  assert.deepEqual([entry.verdict, entry.reason], ['refused', reason]);
  assert.equal(rig.leases(car).length, leases);
}

test('A4: a valid signature by a revoked key is refused and audited', async () => {
  const { rig, owner, car } = await paired();
  assert.equal(await rig.operate({ kind: 'revoke-party', party: owner.id }), 'done');
  await isRefused(rig, car, car.id, 'key-revoked', async () => {
    assert.equal((await owner.ask(car, { kind: 'unlock' })).reason, 'key-revoked');
  });
  await rig.say(owner.ferry(car, car.clock()));
  assert.equal(rig.suspects.at(-1)?.reason, 'revoked');
  const told = rig.times(car).length;
  rig.nowMs += 1000;
  await owner.ask(car, { kind: 'unlock', clock: car.clock().bytes });
  assert.equal(rig.times(car).length, told);
  assert.equal(await rig.operate({ kind: 'restore-party', party: owner.id }), 'done');
  assert.equal((await owner.ask(car, { kind: 'unlock' })).verdict, 'pending');
});

test('claims of the wrong type, unknown claims, and an expiry in the year 9999 are refused, told and audited', async () => {
  const { rig, owner, car } = await paired();
  const year9999S = 253_370_764_800;
  const flaws: Readonly<Record<number, unknown>>[] = [
    { 4: 'tomorrow' },
    { 4: year9999S },
    { 6: -1 },
    { '-65537': 999 },
    { '-65539': 'T'.repeat(65) },
    { 99: 1 },
    { 1: filled(26, 65) },
  ];
  for (const changes of flaws) {
    const request = owner.claims(car, { kind: 'unlock' });
    await isRefused(rig, car, 'gateway', 'schema', () => rig.say(signedClaims(owner, request, changes)));
    assert.deepEqual(owner.replyTo(request.cti), { cti: request.cti, verdict: 'refused', reason: 'schema' });
  }
});

test('A15: a TAN of 10,000 characters is refused before it is looked at, and audited', async () => {
  const { rig, owner, car } = await paired();
  const request = owner.claims(car, { kind: 'redeem', delivery: filled(16, 1) });
  const said = signedClaims(owner, request, { '-65539': 'A'.repeat(10_000) });
  await isRefused(rig, car, 'gateway', 'oversize', () => rig.say(said));
});

test('a request outside its window is refused: past, from the future, or valid for longer than 10 minutes', async () => {
  const { rig, owner, car } = await paired();
  const nowS = Math.floor(rig.nowMs / 1000);
  const windows = [
    { iat: nowS - 200, exp: nowS },
    { iat: nowS + 61, exp: nowS + 100 },
    { iat: nowS, exp: nowS + 601 },
    { iat: nowS + 30, exp: nowS + 30 },
  ];
  for (const window of windows) {
    await isRefused(rig, car, car.id, 'request-window', async () => {
      assert.equal((await owner.ask(car, { kind: 'unlock', ...window })).reason, 'request-window');
    });
  }
  // What was refused stays refused, also when its time has come.
  const early = await owner.askAll(car, { kind: 'unlock', iat: nowS + 61, exp: nowS + 100 });
  rig.nowMs += 30_000;
  await rig.say(early.said);
  assert.equal(owner.replyTo(early.cti).reason, 'request-window');
});

test('the same request id with other bytes is refused; the first request keeps its verdict', async () => {
  const { rig, owner, car } = await paired();
  const { cti, said } = await owner.askAll(car, { kind: 'lock' });
  await isRefused(rig, car, car.id, 'id-reused', async () => {
    assert.equal((await owner.ask(car, { kind: 'unlock', cti })).reason, 'id-reused');
  });
  await rig.say(car.result(rig.leases(car)[0], 'executed'), said);
  assert.equal(owner.replyTo(cti).verdict, 'executed');
});

test('A16: a known phone with a bad signature or no COSE is audited with the digest only', async () => {
  const { rig, owner, car } = await paired();
  const { bytes } = owner.request(owner.claims(car, { kind: 'unlock' }));
  const bent = Uint8Array.from(bytes);
  bent[bytes.length - 1] ^= 1;
  const flawed: [string, Uint8Array][] = [
    ['signature', bent],
    ['framing', bytes.subarray(0, -1)],
    ['framing', new Uint8Array()],
  ];
  for (const [reason, what] of flawed) {
    const said = { device: owner.id, channel: 'request', bytes: what } as const;
    await isRefused(rig, car, 'gateway', reason, () => rig.say(said));
    const entry = (await rig.audit()).at(-1);
    assert.ok(entry?.kind === 'attempt' && entry.request === undefined);
    assert.deepEqual(entry.digest, crypto.sha256(what));
  }
});

test('a request that names another phone, an unknown box, or a phone instead of a box is refused and audited', async () => {
  const { rig, owner, car } = await paired();
  const other = await rig.phone(2);
  const request = owner.claims(car, { kind: 'unlock', iss: other.id });
  await isRefused(rig, car, car.id, 'schema', () => rig.say(owner.request(request)));
  for (const id of ['nobody', other.id, '']) {
    await isRefused(rig, car, 'gateway', 'box-unknown', async () => {
      assert.equal((await owner.ask({ id }, { kind: 'unlock' })).reason, 'box-unknown');
    });
  }
});

test('a flood of unknown senders is counted and nothing else: no entry, no record, no reply', async () => {
  const { rig, car } = await paired();
  const { Phone: AnyPhone } = await import('./access-parties.ts');
  const before = { log: (await rig.audit()).length, sent: rig.sent.length };
  const due = await rig.accessStore.due(Number.MAX_SAFE_INTEGER, 10_000);
  for (let n = 0; n < 300; n++) {
    const stranger = new AnyPhone(1000 + n, rig);
    const claims = stranger.claims(car, { kind: 'unlock' });
    rig.shell.receive(stranger.id, 'request', stranger.request(claims).bytes);
    rig.shell.receive(stranger.id, 'ferry', stranger.ferry(car, car.clock()).bytes);
    rig.shell.receive(stranger.id, 'clock', car.clock().bytes);
  }
  await rig.shell.flush();
  assert.equal(rig.suspects.length, 900);
  assert.deepEqual(new Set(rig.suspects.map(({ reason }) => reason)), new Set(['unknown-device']));
  assert.deepEqual({ log: (await rig.audit()).length, sent: rig.sent.length }, before);
  assert.deepEqual(await rig.accessStore.due(Number.MAX_SAFE_INTEGER, 10_000), due);
});

test('A16: each issuer has a quota: beyond it requests are refused, for an hour', async () => {
  const rig = new AccessRig({ limits: { quotaPerHour: 5 } });
  const owner = await rig.phone(1);
  const car = await rig.carOf(owner);
  for (let n = 0; n < 4; n++) assert.equal((await owner.ask(car, { kind: 'lights' })).verdict, 'pending');
  await isRefused(rig, car, car.id, 'quota', async () => {
    assert.equal((await owner.ask(car, { kind: 'lights' })).reason, 'quota');
  });
  const other = await rig.phone(2);
  assert.equal((await other.ask(car, { kind: 'lights' })).reason, 'account');
  rig.nowMs += 3_600_000;
  await rig.say(car.clock());
  assert.equal((await owner.ask(car, { kind: 'lights' })).verdict, 'pending');
});

test('a sender beyond its rate is dropped and counted before its signature is looked at', async () => {
  const rig = new AccessRig({ limits: { rate: { perSecond: 1, burst: 3 } } });
  const owner = await rig.phone(1);
  const car = await rig.car(1);
  for (let n = 0; n < 5; n++) await rig.say(owner.request(owner.claims(car, { kind: 'unlock' })));
  assert.deepEqual(
    rig.suspects.map(({ reason }) => reason),
    ['rate', 'rate'],
  );
});

test("a lease for another box, or signed by a device, settles nothing: only the lease's own box ends it", async () => {
  const { rig, owner, car } = await paired();
  const other = await rig.car(2);
  const { cti } = await owner.askAll(car, { kind: 'unlock' });
  const [lease] = rig.leases(car);
  await rig.say(other.clock(), other.result(lease, 'executed'));
  assert.equal(owner.replyTo(cti).verdict, 'pending');
  // It is evidence that somebody else signs leases, and lies in the log of the box that said so.
  assert.equal((await rig.audit(other.id)).length, 1);
  const forged = seal(Lease, lease, { type: 'bb-lease', direction: 'dn', device: car.id }, other.secretKey, crypto);
  await rig.say({ device: other.id, channel: 'result', bytes: forged });
  assert.equal(rig.suspects.at(-1)?.reason, 'type');
});

test('what a box signs as another box, and what is signed for another purpose, is dropped', async () => {
  const { rig, owner, car } = await paired();
  const other = await rig.car(2);
  await rig.say({ ...other.clock(), device: car.id });
  await rig.say({ ...car.clock(), channel: 'report' });
  await rig.say(owner.ferry(other, car.clock()));
  assert.deepEqual(
    rig.suspects.map(({ reason }) => reason),
    ['signature', 'type', 'signature'],
  );
  await rig.store.revoke(car.id);
  await rig.say(car.clock(), owner.ferry(car, car.clock()));
  assert.deepEqual(
    rig.suspects.slice(3).map(({ reason }) => reason),
    ['revoked', 'revoked'],
  );
  assert.equal((await owner.ask(car, { kind: 'unlock' })).reason, 'box-unknown');
});

test('A23: keys of low order, not canonical or with a torsion part are not registered; roles are what they were', async () => {
  const rig = new AccessRig();
  const register = (publicKey: Uint8Array) => rig.operate({ kind: 'register', publicKey, role: 'user' });
  assert.equal(await register(Uint8Array.of(1, ...filled(31, 0))), 'key-low-order');
  assert.equal(await register(filled(32, 255)), 'key-not-canonical');
  assert.equal(await register(filled(31, 1)), 'key-length');
  const phone = await rig.phone(1);
  assert.equal(await register(phone.publicKey), 'done');
  const { publicKey } = phone;
  assert.equal(
    await rig.operate({ kind: 'register', publicKey, role: 'courier', carrier: 'DHL' }),
    'registered-otherwise',
  );
  assert.equal(await rig.operate({ kind: 'register', publicKey, role: 'courier' }), 'carrier-missing');
  assert.equal(await rig.operate({ kind: 'revoke-party', party: 'nobody' }), 'party-unknown');
});
