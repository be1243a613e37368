/** A store with an audit log in it: three boxes, phones that sign, lapses, checkpoints, and a tail that none covers. */

import type { AccessStore } from '../../gateway/core/access/access-store.ts';
import type { AuditStore } from '../../gateway/core/audit/audit-store.ts';
import { type AuditDraft, GATEWAY_CHAIN, SALT_BYTES } from '../../gateway/core/audit/entry.ts';
import { AuditAct, AuditAttempt, AuditOutcome, AuditReport, lapseDraft } from '../../gateway/core/audit/payload.ts';
import { CheckpointMaker } from '../../gateway/edge/audit-checkpoints.ts';
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { BoxReport, BoxResult, Request } from '../../protocol/access-messages.ts';
import { encodeMessage, seal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { crypto, filled, type MadeDevice, makeDevice, UTC_MS } from './frame-maker.ts';

export const GATEWAY_SECRET = filled(32, 9);
export const GATEWAY_PUBLIC = crypto.publicKey(GATEWAY_SECRET);
export const GATEWAY_LOG = deviceIdOf(GATEWAY_PUBLIC, crypto);
export const BOXES = [101, 102, 103].map(makeDevice);
export const PHONE = makeDevice(201);

const BOOT = filled(16, 5);
let drawn = 0;

function place(chain: string, payload: Uint8Array): AuditDraft {
  drawn++;
  return { chain, atMs: UTC_MS + drawn, payload, salt: filled(SALT_BYTES, drawn % 256) };
}

export function requestOf(box: string, n: number, secretKey: Uint8Array = PHONE.secretKey): Uint8Array {
  const iat = Math.floor(UTC_MS / 1000);
  const request: Request = { iss: PHONE.id, aud: box, exp: iat + 60, iat, cti: filled(16, n), kind: 'unlock' };
  const scope = { type: 'bb-request', direction: 'up', device: PHONE.id } as const;
  return seal(Request, request, scope, secretKey, crypto);
}

export function attempt(box: string, n: number, chain: string = box): AuditDraft {
  const signed = {
    kind: 'attempt',
    who: PHONE.id,
    key: PHONE.publicKey,
    box,
    verdict: 'pending',
    what: 'unlock',
    cti: filled(16, n),
    lease: filled(16, n),
    request: requestOf(box, n),
  } as const;
  return place(chain, encodeMessage(AuditAttempt, signed));
}

/** That it executed `unlock` for lease 1, unless something else is given. */
export function boxResult(box: MadeDevice, said: Partial<BoxResult>): Uint8Array {
  const scope = { type: 'bb-result', direction: 'up', device: box.id } as const;
  const unlocked = {
    cause: 'lease',
    holder: PHONE.id,
    action: 'unlock',
    boot: BOOT,
    atMs: 1,
    outcome: 'executed',
  } as const;
  return seal(BoxResult, { id: filled(16, 1), ...unlocked, ...said }, scope, box.secretKey, crypto);
}

export function outcome(box: MadeDevice, n: number): AuditDraft {
  const result = boxResult(box, { id: filled(16, n) });
  const payload: AuditOutcome = {
    kind: 'outcome',
    box: box.id,
    outcome: 'executed',
    what: 'unlock',
    cti: filled(16, n),
    lease: filled(16, n),
    key: box.publicKey,
    result,
  };
  return place(box.id, encodeMessage(AuditOutcome, payload));
}

export function report(box: MadeDevice, n: number): AuditDraft {
  const scope = { type: 'bb-report', direction: 'up', device: box.id } as const;
  const said: BoxReport = { id: filled(16, n), boot: BOOT, atMs: n, what: 'secured', opening: filled(16, n) };
  const signed = seal(BoxReport, said, scope, box.secretKey, crypto);
  const payload: AuditReport = {
    kind: 'report',
    box: box.id,
    what: 'secured',
    key: box.publicKey,
    report: signed,
    opening: filled(16, n),
  };
  return place(box.id, encodeMessage(AuditReport, payload));
}

export function act(chain: string, n: number): AuditDraft {
  return place(chain, encodeMessage(AuditAct, { kind: 'act', who: 'hotline', what: `unconfirmed ${n}` }));
}

export function lapse(chain: string, how: 'blocked' | 'erased', throughSeq?: number): AuditDraft {
  return lapseDraft(place(chain, new Uint8Array()), { how, why: 'unpaired', throughSeq });
}

export async function append(access: AccessStore, ...audit: AuditDraft[]): Promise<void> {
  await access.commit({ documents: [], audit, events: [], counts: new Map() });
}

export function checkpointsOf(audit: AuditStore, logged: string[] = []): CheckpointMaker {
  return new CheckpointMaker({
    audit,
    crypto,
    secretKey: GATEWAY_SECRET,
    tenants: [{ name: 'insurer', pseudonymKey: filled(32, 3) }],
    now: () => UTC_MS,
    onEvents: () => undefined,
    log: (line) => logged.push(line),
  });
}

export function openLog(file: string): SqliteAccessStore {
  return new SqliteAccessStore(file, { crypto, log: GATEWAY_LOG });
}

const [a, b, c] = BOXES;

const STAGES: readonly (() => AuditDraft[])[] = [
  () => [
    ...[attempt(a.id, 1), outcome(a, 1), report(a, 1), attempt(b.id, 2), outcome(b, 2)],
    ...[attempt('nobody knows it', 3, GATEWAY_CHAIN), attempt(c.id, 4), act(c.id, 1), attempt(b.id, 5)],
  ],
  () => [
    ...[outcome(b, 5), lapse(b.id, 'blocked'), attempt(b.id, 6), outcome(b, 6), act(a.id, 2)],
    ...[attempt(a.id, 7), outcome(a, 7), act(GATEWAY_CHAIN, 3), lapse(b.id, 'erased', 2)],
  ],
  () => [attempt(c.id, 8), outcome(c, 8), report(c, 8), attempt(a.id, 9), outcome(a, 9), report(b, 6)],
  () => [attempt(a.id, 10), attempt(c.id, 11), outcome(a, 10)],
];

/** 27 entries, three checkpoints at 9, 18 and 24 entries; the second box has blocked and erased payloads. */
export async function makeLog(file: string, stages = 4): Promise<void> {
  drawn = 0;
  const access = openLog(file);
  const checkpoints = checkpointsOf(access.audit);
  for (const stage of STAGES.slice(0, stages)) {
    await append(access, ...stage());
    if (stage !== STAGES[3]) await checkpoints.make();
  }
  await access.close();
}
