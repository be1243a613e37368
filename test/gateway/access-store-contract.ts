/** One suite for every access store. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessStore, AccessWrites, DocumentWrite } from '../../gateway/core/access/access-store.ts';
import type { AuditSetup, AuditStore } from '../../gateway/core/audit/audit-store.ts';
import { type AuditDraft, commitmentOf, entryHash, NO_HASH, SALT_BYTES } from '../../gateway/core/audit/entry.ts';
import { AuditAct, lapseDraft } from '../../gateway/core/audit/payload.ts';
import type { BackendEvent } from '../../gateway/core/backend.ts';
import { NO_WRITES, type Store } from '../../gateway/core/store.ts';
import { encodeMessage } from '../../protocol/envelope.ts';
import { crypto, filled } from './frame-maker.ts';

export interface OpenedStores {
  readonly store: Store;
  readonly access: AccessStore & { readonly audit: AuditStore; close(): Promise<void> };
}

export const LOG = 'log-of-a-gateway';
export const SETUP: AuditSetup = { crypto, log: LOG };
export const NOTHING: AccessWrites = { documents: [], audit: [], events: [], counts: new Map() };

export function write(key: string, expected: number, json: string | null, dueMs: number | null = null): DocumentWrite {
  return { key, expected, json, dueMs };
}

export function draft(chain: string, n: number): AuditDraft {
  const payload = encodeMessage(AuditAct, { kind: 'act', who: 'hotline', what: `act ${n}` });
  return { chain, atMs: 1_780_000_000_000 + n, payload, salt: filled(SALT_BYTES, n) };
}

function event(n: number): BackendEvent {
  return {
    tenant: 'a',
    topic: 'bb/1/out/a/operation/device.state',
    id: `e${n}`,
    type: 'device.state',
    subject: 's',
    atMs: 0,
    data: {},
  };
}

export function accessStoreContract(name: string, open: () => Promise<OpenedStores>): void {
  const on = (title: string, work: (opened: OpenedStores) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const opened = await open();
      try {
        await work(opened);
      } finally {
        await opened.access.close();
        await opened.store.close();
      }
    });
  };
  const versionOf = async (access: AccessStore, key: string): Promise<number> =>
    (await access.load([key])).get(key)?.version ?? -1;

  on(
    'a record is there as it was written last, and absent before the first and after its removal',
    async ({ access }) => {
      assert.deepEqual(
        [...(await access.load(['a', 'b'])).values()],
        [
          { key: 'a', version: 0, json: undefined },
          { key: 'b', version: 0, json: undefined },
        ],
      );
      assert.equal(await access.commit({ ...NOTHING, documents: [write('a', 0, '1'), write('b', 0, '2')] }), true);
      const first = await access.load(['b', 'a']);
      assert.deepEqual([first.get('a')?.json, first.get('b')?.json], ['1', '2']);
      const version = first.get('a')?.version ?? 0;
      assert.ok(version > 0);
      assert.equal(await access.commit({ ...NOTHING, documents: [write('a', version, '3')] }), true);
      const second = (await access.load(['a'])).get('a');
      assert.equal(second?.json, '3');
      assert.ok((second?.version ?? 0) > version);
      assert.equal(await access.commit({ ...NOTHING, documents: [write('a', second?.version ?? 0, null)] }), true);
      assert.deepEqual((await access.load(['a'])).get('a'), { key: 'a', version: 0, json: undefined });
    },
  );

  on('a commit over one record that has changed writes nothing at all', async ({ store, access }) => {
    await access.commit({ ...NOTHING, documents: [write('a', 0, '1')] });
    const stale = {
      documents: [write('new', 0, '1'), write('a', 0, '2')],
      audit: [draft('box', 1)],
      events: [event(1)],
      counts: new Map([['x', 1]]),
    };
    assert.equal(await access.commit(stale), false);
    assert.deepEqual([(await access.load(['a'])).get('a')?.json, await versionOf(access, 'new')], ['1', 0]);
    assert.deepEqual(await access.audit.chains(), []);
    assert.deepEqual([(await store.stats()).outbox, (await store.stats()).counts.get('x')], [0, undefined]);
  });

  on('a mistake in one entry leaves nothing of its commit behind', async ({ access }) => {
    const wrong = { ...draft('box', 2), salt: filled(3, 1) };
    const writes = { ...NOTHING, documents: [write('a', 0, '1')], audit: [draft('box', 1), wrong] };
    await assert.rejects(access.commit(writes), RangeError);
    assert.deepEqual([await versionOf(access, 'a'), await access.audit.chains()], [0, []]);
  });

  on('a record that was removed and made again does not pass for the one that was read', async ({ access }) => {
    await access.commit({ ...NOTHING, documents: [write('a', 0, '1')] });
    const read = await versionOf(access, 'a');
    await access.commit({ ...NOTHING, documents: [write('a', read, null)] });
    await access.commit({ ...NOTHING, documents: [write('a', 0, '1')] });
    assert.equal(await access.commit({ ...NOTHING, documents: [write('a', read, '2')] }), false);
  });

  on('records are due when their time has come, the longest overdue first', async ({ access }) => {
    const documents = [write('c', 0, '', 30), write('a', 0, '', 10), write('n', 0, ''), write('b', 0, '', 20)];
    await access.commit({ ...NOTHING, documents });
    assert.deepEqual(await access.due(9, 9), []);
    assert.deepEqual(await access.due(29, 9), ['a', 'b']);
    assert.deepEqual(await access.due(99, 2), ['a', 'b']);
    await access.commit({ ...NOTHING, documents: [write('a', await versionOf(access, 'a'), '', 25)] });
    await access.commit({ ...NOTHING, documents: [write('b', await versionOf(access, 'b'), '')] });
    assert.deepEqual(await access.due(99, 9), ['a', 'c']);
  });

  on(
    'events share the outbox and the numbers of their tenant with those of the recordings',
    async ({ store, access }) => {
      await store.commit({ ...NO_WRITES, events: [event(1)] });
      await access.commit({ ...NOTHING, events: [event(2)], counts: new Map([['refused/scope', 2]]) });
      await store.commit({ ...NO_WRITES, events: [event(3)] });
      const rows = (await store.outbox(9)).map(({ json }) => JSON.parse(json));
      assert.deepEqual(
        rows.map(({ id, sequence }) => [id, Number(sequence)]),
        [
          ['e1', 1],
          ['e2', 2],
          ['e3', 3],
        ],
      );
      assert.equal((await store.stats()).counts.get('refused/scope'), 2);
    },
  );

  on('A16: entries are chained per box and numbered in the log of the gateway', async ({ access }) => {
    const { audit } = access;
    await access.commit({ ...NOTHING, audit: [draft('x', 1), draft('y', 2), draft('x', 3)] });
    await access.commit({ ...NOTHING, audit: [draft('y', 4)] });
    const [x, y] = [await audit.entries('x', 1, 9), await audit.entries('y', 1, 9)];
    const places = (entries: typeof x) => entries.map(({ seq, position }) => [seq, position]);
    assert.deepEqual(places(x), [
      [1, 0],
      [2, 2],
    ]);
    assert.deepEqual(places(y), [
      [1, 1],
      [2, 3],
    ]);
    assert.deepEqual(x[0].previous, NO_HASH);
    assert.deepEqual(x[1].previous, x[0].hash);
    for (const entry of [...x, ...y]) {
      const { secret } = entry;
      assert.ok(secret !== null && !secret.blocked);
      assert.deepEqual(entry.commitment, commitmentOf(secret.salt, secret.payload, crypto));
      assert.deepEqual(entry.hash, entryHash(entry, crypto));
      assert.deepEqual(await audit.entryAt(LOG, entry.position), entry);
    }
    assert.deepEqual(x[1].secret?.payload, draft('x', 3).payload);
    assert.deepEqual(await audit.leaves(LOG, 1, 2), [y[0].hash, x[1].hash]);
    assert.deepEqual(await audit.entries('x', 2, 9), [x[1]]);
    assert.equal(await audit.entryAt(LOG, 4), undefined);
    assert.deepEqual(await audit.chains(), [
      { chain: 'x', entries: 2, lastMs: x[1].atMs },
      { chain: 'y', entries: 2, lastMs: y[1].atMs },
    ]);
  });

  on('B12, B37: payloads are blocked or erased with their salt; the chain stays', async ({ access }) => {
    const { audit } = access;
    const lapse = (n: number, how: 'blocked' | 'erased', throughSeq?: number) =>
      lapseDraft({ ...draft('x', n) }, { how, why: 'unpaired', throughSeq });
    await access.commit({ ...NOTHING, audit: [draft('x', 1), draft('x', 2), draft('y', 1)] });
    const before = await audit.entries('x', 1, 9);
    await access.commit({ ...NOTHING, audit: [lapse(3, 'blocked'), draft('x', 4)] });
    const shape = async () =>
      (await audit.entries('x', 1, 9))
        .map(({ secret }) => (secret === null ? '-' : secret.blocked ? 'b' : 'p'))
        .join('');
    assert.equal(await shape(), 'bbpp');
    await access.commit({ ...NOTHING, audit: [lapse(5, 'erased', 1)] });
    assert.equal(await shape(), '-bppp');
    await access.commit({ ...NOTHING, audit: [lapse(6, 'erased', 99)] });
    assert.equal(await shape(), '-----p');
    const after = await audit.entries('x', 1, 9);
    assert.deepEqual(
      after.map(({ hash }) => hash).slice(0, 2),
      before.map(({ hash }) => hash),
    );
    assert.notEqual((await audit.entries('y', 1, 9))[0].secret, null);
  });

  on('a checkpoint number is taken once, and its events go out with it', async ({ store, access }) => {
    const { audit } = access;
    assert.equal(await audit.lastCheckpoint(LOG), undefined);
    const checkpoint = (number: number) => ({ log: LOG, number, signed: filled(9, number) });
    assert.equal(await audit.keepCheckpoint(checkpoint(1), [event(1)]), true);
    assert.equal(await audit.keepCheckpoint({ ...checkpoint(1), signed: filled(9, 7) }, [event(2)]), false);
    assert.equal(await audit.keepCheckpoint(checkpoint(2), []), true);
    assert.deepEqual(await audit.lastCheckpoint(LOG), checkpoint(2));
    assert.deepEqual(await audit.checkpoints(LOG, 1, 9), [checkpoint(1), checkpoint(2)]);
    assert.deepEqual(await audit.checkpoints('another', 1, 9), []);
    assert.equal((await store.stats()).outbox, 1);
  });
}
