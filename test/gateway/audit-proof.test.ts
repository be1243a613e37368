import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredEntry } from '../../gateway/core/audit/audit-store.ts';
import { checkProof, proofFromJson, proofToJson } from '../../gateway/core/audit/proof.ts';
import { MemoryAccessStore } from '../../gateway/edge/memory-access-store.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { proofOf } from '../../scripts/audit/prove.ts';
import { append, BOXES, checkpointsOf, GATEWAY_LOG, GATEWAY_PUBLIC, lapse, outcome } from './audit-rig.ts';
import { crypto } from './frame-maker.ts';

interface Document {
  readonly entry: Readonly<Record<string, unknown>>;
  readonly payload: string | null;
  readonly salt: string | null;
  readonly checkpoint: string;
  readonly inclusion: readonly string[];
  readonly since: { readonly checkpoint: string; readonly path: readonly string[] };
}

const [a, b] = BOXES;

/** A log of 15 entries with checkpoints after each five; the second is what somebody has kept. */
async function logged() {
  const access = new MemoryAccessStore(new MemoryStore(), { crypto, log: GATEWAY_LOG });
  const checkpoints = checkpointsOf(access.audit);
  for (let n = 0; n < 15; n++) {
    await append(access, outcome(n % 2 === 0 ? a : b, n));
    if (n % 5 === 4) await checkpoints.make();
  }
  const kept = (await access.audit.checkpoints(GATEWAY_LOG, 1, 9)).map(({ signed }) => signed);
  const entries = await access.audit.entries(a.id, 1, 99);
  return { access, kept, entries };
}

async function documentOf(
  entry: StoredEntry,
  since: Uint8Array | undefined,
  { audit }: MemoryAccessStore,
): Promise<Document> {
  return JSON.parse(JSON.stringify(proofToJson(await proofOf(audit, entry, since, crypto))));
}

function replaced(path: readonly string[], at: number, step: string): readonly string[] {
  return path.map((one, index) => (index === at ? step : one));
}

function verdict(document: unknown, held: Uint8Array | null = null): string {
  const proof = proofFromJson(document, crypto);
  if (!proof.ok) return proof.reason;
  const checked = checkProof(proof.value, [b.publicKey, GATEWAY_PUBLIC], held, crypto);
  return checked.ok ? 'good' : checked.reason;
}

test('A16: every entry is proved under the last checkpoint, and from every checkpoint before it', async () => {
  const { access, kept, entries } = await logged();
  for (const entry of entries) {
    for (const since of [undefined, ...kept]) {
      const document = await documentOf(entry, since, access);
      assert.equal(verdict(document), 'good');
      if (since !== undefined) assert.equal(verdict(document, since), 'good');
    }
  }
});

test('a proof with anything changed in it does not hold', async () => {
  const { access, kept, entries } = await logged();
  const document = await documentOf(entries[1], kept[1], access);
  const other = await documentOf(entries[2], kept[0], access);
  const flip = (hex: string | null) =>
    hex?.[8] === '0' ? `${hex.slice(0, 8)}1${hex.slice(9)}` : `${hex?.slice(0, 8)}0${hex?.slice(9)}`;
  const { entry, inclusion, since } = document;
  const withEntry = (change: Readonly<Record<string, unknown>>) => ({ ...document, entry: { ...entry, ...change } });
  const changes: Readonly<Record<string, unknown>> = {
    chain: withEntry({ chain: b.id }),
    seq: withEntry({ seq: 3 }),
    previous: withEntry({ previous: flip(String(entry.previous)) }),
    atMs: withEntry({ atMs: 5 }),
    commitment: withEntry({ commitment: flip(String(entry.commitment)) }),
    position: withEntry({ position: 3 }),
    log: withEntry({ log: a.id }),
    entry: { ...document, entry: other.entry },
    payload: { ...document, payload: flip(document.payload) },
    'payload of another': { ...document, payload: other.payload, salt: other.salt },
    salt: { ...document, salt: flip(document.salt) },
    'no payload, but a salt': { ...document, payload: null },
    checkpoint: { ...document, checkpoint: flip(document.checkpoint) },
    'older checkpoint': { ...document, checkpoint: Buffer.from(kept[0]).toString('hex') },
    ...Object.fromEntries(
      inclusion.map((step, at) => [`path ${at}`, { ...document, inclusion: replaced(inclusion, at, flip(step)) }]),
    ),
    'path cut': { ...document, inclusion: inclusion.slice(1) },
    ...Object.fromEntries(
      since.path.map((step, at) => [
        `since ${at}`,
        { ...document, since: { ...since, path: replaced(since.path, at, flip(step)) } },
      ]),
    ),
    'since cut': { ...document, since: { ...since, path: since.path.slice(1) } },
    'since of another': { ...document, since: { ...since, checkpoint: other.since.checkpoint } },
    nothing: null,
    'a list': [],
    'no path': { ...document, inclusion: 'abc' },
  };
  assert.equal(verdict(document), 'good');
  for (const [name, change] of Object.entries(changes)) assert.notEqual(verdict(change), 'good', name);
});

test('whoever has kept a checkpoint is not led past it', async () => {
  const { access, kept, entries } = await logged();
  const alone = await documentOf(entries[0], undefined, access);
  assert.match(verdict(alone, kept[0]), /does not lead back to the checkpoint/);
  assert.equal(verdict(alone, kept[2]), 'good');
  const fromSecond = await documentOf(entries[0], kept[1], access);
  assert.match(verdict(fromSecond, kept[0]), /does not lead back to the checkpoint/);
});

test('an entry that says something else than its box has signed is in the log, and proves nothing', async () => {
  const { access } = await logged();
  await append(access, outcome({ ...a, secretKey: b.secretKey }, 20));
  await checkpointsOf(access.audit).make();
  const entry = (await access.audit.entries(a.id, 1, 99)).at(-1);
  assert.ok(entry !== undefined);
  assert.match(verdict(await documentOf(entry, undefined, access)), /the box did not sign this result/);
});

test('B37: an entry whose payload has lapsed is proved without it', async () => {
  const { access } = await logged();
  await append(access, lapse(a.id, 'erased', 2), lapse(a.id, 'blocked', 4));
  await checkpointsOf(access.audit).make();
  for (const entry of await access.audit.entries(a.id, 1, 4)) {
    const document = await documentOf(entry, undefined, access);
    assert.deepEqual([document.payload, document.salt, verdict(document)], [null, null, 'good']);
  }
});
