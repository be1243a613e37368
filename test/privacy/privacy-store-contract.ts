/** One suite for every privacy store. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEW_RECORD, type PrivacyRecord } from '../../gateway/core/privacy/privacy-record.ts';
import { pseudonymsOf } from '../../gateway/core/privacy/silence.ts';
import type { StatisticsRow } from '../../gateway/core/privacy/statistics.ts';
import { crypto } from '../gateway/frame-maker.ts';
import { ADA, BEN, PrivacyRig, type Stores, TENANT } from './privacy-rig.ts';

const STATISTICS: StatisticsRow = {
  hour: '2026-05-28T20',
  km: 7,
  accelerations: 0,
  brakings: 2,
  cornerings: 0,
  score: 5,
  trips: 1,
};
const MARKS = { subject: ADA.id, pseudonyms: pseudonymsOf(ADA.id, [TENANT], crypto) };

export function privacyStoreContract(name: string, open: () => Stores): void {
  const on = (title: string, work: (rig: PrivacyRig) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const rig = new PrivacyRig(open());
      try {
        await rig.fill();
        await work(rig);
      } finally {
        await rig.close();
      }
    });
  };
  const restricted: PrivacyRecord = { ...NEW_RECORD, restricted: { ground: 'accuracy', sinceMs: 1 } };
  const blocked = (untilMs: number): PrivacyRecord => ({ ...NEW_RECORD, blocked: { why: 'w', sinceMs: 1, untilMs } });

  on('a record is there as it was written last, and a stale one changes nothing', async ({ stores: { privacy } }) => {
    assert.deepEqual(await privacy.load('x'), { record: NEW_RECORD, version: 0 });
    assert.equal(await privacy.save('x', restricted, 0), true);
    assert.deepEqual(await privacy.load('x'), { record: restricted, version: 1 });
    assert.equal(await privacy.save('x', NEW_RECORD, 0), false);
    assert.deepEqual([...(await privacy.stopped())], ['x']);
    assert.equal(await privacy.save('x', NEW_RECORD, 1), true);
    assert.deepEqual([...(await privacy.stopped())], []);
  });

  on('subjects are due when their time has come, the longest overdue first', async ({ stores: { privacy } }) => {
    await privacy.save('b', blocked(20), 0);
    await privacy.save('a', blocked(30), 0);
    await privacy.save('n', NEW_RECORD, 0);
    assert.deepEqual(await privacy.due(19, 9), []);
    assert.deepEqual(await privacy.due(20, 9), ['b']);
    assert.deepEqual(await privacy.due(30, 9), ['b', 'a']);
    assert.deepEqual(await privacy.due(30, 1), ['b']);
  });

  on('holdings are those of the subject and of nobody else', async ({ stores: { privacy } }) => {
    const { trips, boots, state, configuration, outbox, quarantine } = await privacy.holdings(MARKS);
    assert.deepEqual(
      [trips.length, boots.length, state?.device, configuration?.blocker, quarantine.length],
      [2, 1, ADA.id, false, 1],
    );
    assert.ok([...trips, ...boots].every(({ device }) => device === ADA.id));
    assert.ok(outbox.length > 0 && outbox.every(({ json }) => MARKS.pseudonyms.includes(JSON.parse(json).subject)));
    const frames = await privacy.frames(ADA.id);
    assert.ok(frames.length >= 6 && frames.every(({ device }) => device === ADA.id));
  });

  on('what waits for a broker is taken aside and put back', async ({ stores: { privacy, store } }) => {
    const before = await store.outbox(99);
    const own = (await privacy.holdings(MARKS)).outbox.length;
    assert.equal(await privacy.hold(MARKS), own);
    assert.equal((await store.outbox(99)).length, before.length - own);
    assert.equal(await privacy.release(ADA.id), own);
    const after = (await store.outbox(99)).map(({ json }) => json);
    assert.deepEqual(after.sort(), before.map(({ json }) => json).sort());
    assert.equal(await privacy.release(ADA.id), 0);
  });

  on('a removal takes what is held as well, and leaves others alone', async ({ stores: { privacy, store } }) => {
    await privacy.save(ADA.id, restricted, 0);
    const held = await privacy.hold(MARKS);
    const removed = await privacy.remove(MARKS, [STATISTICS, STATISTICS]);
    assert.equal(removed.events, held);
    assert.deepEqual(await privacy.load(ADA.id), { record: NEW_RECORD, version: 0 });
    const { trips, boots, state, configuration, outbox, quarantine } = await privacy.holdings(MARKS);
    assert.deepEqual(
      [trips, boots, state, configuration, outbox, quarantine, await privacy.frames(ADA.id)],
      [[], [], null, null, [], [], []],
    );
    assert.equal((await store.devices([ADA.id])).size, 0);
    assert.equal((await privacy.holdings({ subject: BEN.id, pseudonyms: [] })).trips.length, 2);
    assert.deepEqual(await privacy.statistics(), [{ ...STATISTICS, trips: 2 }]);
    assert.equal(await privacy.scour(), true);
    assert.equal(await privacy.needsScour(), false);
  });

  on('what was not believed is forgotten by its age', async (rig) => {
    const { privacy, store } = rig.stores;
    assert.equal(await privacy.forgetQuarantine(rig.nowMs), 0);
    assert.equal(await privacy.forgetQuarantine(rig.nowMs + 1), 1);
    assert.deepEqual(await store.quarantine(9), []);
  });

  on(
    'the next revision of a configuration is higher than any that ever was',
    async ({ stores: { privacy, store } }) => {
      const [last] = await store.configurations(0, 9);
      await privacy.remove(MARKS, []);
      assert.deepEqual(await store.configurations(0, 9), []);
      const next = await store.configure(BEN.id, { blocker: true }, 1);
      if (name !== 'memory') assert.ok((next?.revision ?? 0) > last.revision);
    },
  );
}
