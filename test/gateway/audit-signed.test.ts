import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditDraft } from '../../gateway/core/audit/entry.ts';
import type { AuditAttempt, AuditOutcome, AuditPayload, AuditReport } from '../../gateway/core/audit/payload.ts';
import { decodePayload } from '../../gateway/core/audit/payload.ts';
import { contradictionIn } from '../../gateway/core/audit/signed-inside.ts';
import { Request } from '../../protocol/access-messages.ts';
import { sign1 } from '../../protocol/cose.ts';
import { seal } from '../../protocol/envelope.ts';
import { attempt, BOXES, boxResult, outcome, PHONE, report, requestOf } from './audit-rig.ts';
import { crypto, filled } from './frame-maker.ts';

const [a, b] = BOXES;
/** Says that it is the first box, and has the key of the second. */
const impostor = { ...b, id: a.id };

function payloadOf<T extends AuditPayload>({ payload }: AuditDraft): T {
  const decoded = decodePayload(payload);
  assert.ok(decoded.ok);
  return decoded.value as T;
}

/** What is said of the payload with each of these changes; the unchanged one is good. */
function verdicts<T extends AuditPayload>(good: T, chain: string, changes: Readonly<Record<string, Partial<T>>>): void {
  assert.equal(contradictionIn(good, chain, crypto), null);
  for (const [name, change] of Object.entries(changes)) {
    assert.notEqual(contradictionIn({ ...good, ...change }, chain, crypto), null, name);
  }
}

test('A17: an attempt says what its phone has signed, and nothing else', () => {
  const other = requestOf(a.id, 2);
  verdicts(payloadOf<AuditAttempt>(attempt(a.id, 1)), a.id, {
    'another box': { box: b.id },
    'another person': { who: b.id },
    'another key': { key: b.publicKey },
    'another person with his own key': { who: b.id, key: b.publicKey },
    'another kind': { what: 'trunk' },
    'another id': { cti: filled(16, 9) },
    'no id': { cti: undefined },
    'another request': { request: other },
    'no request at all': { request: filled(40, 1) },
    'a request to another box': { request: requestOf(b.id, 1) },
    'a request that somebody else signed in his name': {
      key: b.publicKey,
      request: requestOf(a.id, 1, b.secretKey),
    },
  });
});

test('an attempt that names no box we know stands in the chain of the gateway', () => {
  const good = payloadOf<AuditAttempt>(attempt('somewhere', 1));
  assert.equal(contradictionIn(good, 'gateway', crypto), null);
  assert.notEqual(contradictionIn(good, a.id, crypto), null);
});

test('what a phone signed and nobody can read is an attempt; what it did not sign is none', () => {
  const scope = { type: 'bb-request', direction: 'up', device: PHONE.id } as const;
  const request = sign1(filled(9, 0xa0), scope, PHONE.secretKey, crypto);
  const { who, key } = payloadOf<AuditAttempt>(attempt(a.id, 1));
  const unread: AuditAttempt = { kind: 'attempt', who, key, box: '', verdict: 'refused', reason: 'schema', request };
  assert.equal(contradictionIn(unread, 'gateway', crypto), null);
  assert.notEqual(contradictionIn({ ...unread, what: 'unlock' }, 'gateway', crypto), null);
  const unsigned = Uint8Array.from(request);
  unsigned[unsigned.length - 1] ^= 1;
  assert.notEqual(contradictionIn({ ...unread, request: unsigned }, 'gateway', crypto), null);
  assert.equal(contradictionIn({ ...unread, request: undefined, digest: filled(32, 1) }, 'gateway', crypto), null);
});

test('A17: the redemption in an outcome is the one that its phone has signed, and nothing else', () => {
  const iat = 1_780_000_000;
  const signed = { iss: PHONE.id, aud: a.id, iat, exp: iat + 60, cti: filled(16, 1), delivery: filled(16, 7) };
  const sealed = (claims: Partial<Request>, secretKey = PHONE.secretKey): Uint8Array => {
    const scope = { type: 'bb-request', direction: 'up', device: PHONE.id } as const;
    return seal(Request, { ...signed, kind: 'redeem', ...claims }, scope, secretKey, crypto);
  };
  const request = sealed({});
  const opened = { who: PHONE.id, delivery: signed.delivery, request, phone: PHONE.publicKey };
  verdicts<AuditOutcome>({ ...payloadOf<AuditOutcome>(outcome(a, 1)), ...opened }, a.id, {
    'no request at all': { request: filled(40, 1) },
    'without the key': { phone: undefined },
    'another key': { phone: b.publicKey },
    'another person': { who: b.id },
    'a request of another kind': { request: sealed({ kind: 'locate-once' }) },
    'a request to another box': { request: sealed({ aud: b.id }) },
    'another request': { request: sealed({ cti: filled(16, 2) }) },
    'another delivery': { request: sealed({ delivery: filled(16, 8) }) },
    'signed by somebody else': { request: sealed({}, b.secretKey) },
  });
});

test('A16: an outcome says what its box has signed, and nothing else', () => {
  const good = payloadOf<AuditOutcome>(outcome(a, 1));
  verdicts(good, a.id, {
    'another box': { box: b.id },
    'another key': { key: b.publicKey },
    'no key': { key: undefined },
    'another outcome': { outcome: 'refused' },
    'a reason': { reason: 'burnt' },
    'another action': { what: 'trunk' },
    'another lease': { lease: filled(16, 9) },
    'the result of another lease': { result: boxResult(a, { id: filled(16, 2) }) },
    'the result of another box': { result: boxResult(b, {}) },
    'a result that another box signed in its name': { key: b.publicKey, result: boxResult(impostor, {}) },
  });
  assert.notEqual(contradictionIn(good, b.id, crypto), null);
  const byGateway: AuditOutcome = { kind: 'outcome', box: a.id, outcome: 'expired' };
  assert.equal(contradictionIn(byGateway, a.id, crypto), null);
});

test('a box that does not know a lease cannot say what it was for', () => {
  const burnt = { outcome: 'refused', reason: 'burnt' } as const;
  const result = boxResult(a, { ...burnt, action: 'status' });
  const good: AuditOutcome = { ...payloadOf<AuditOutcome>(outcome(a, 1)), ...burnt, result };
  assert.equal(contradictionIn(good, a.id, crypto), null);
  const executed = boxResult(a, { action: 'status' });
  assert.notEqual(
    contradictionIn({ ...good, outcome: 'executed', reason: undefined, result: executed }, a.id, crypto),
    null,
  );
});

test('A18: a report says what its box has signed, and nothing else', () => {
  verdicts(payloadOf<AuditReport>(report(a, 1)), a.id, {
    'another box': { box: b.id },
    'another key': { key: b.publicKey },
    'another happening': { what: 'left-open' },
    'another opening': { opening: filled(16, 9) },
    'no opening': { opening: undefined },
    'no report at all': { report: filled(40, 1) },
    'a report that another box signed in its name': payloadOf<AuditReport>(report(impostor, 1)),
  });
});

test('an act of a person is about the box of its chain, if about any', () => {
  const said = { kind: 'act', who: 'hotline', what: 'unconfirmed' } as const;
  assert.equal(contradictionIn(said, 'gateway', crypto), null);
  assert.equal(contradictionIn({ ...said, box: a.id }, a.id, crypto), null);
  assert.notEqual(contradictionIn({ ...said, box: a.id }, b.id, crypto), null);
});
