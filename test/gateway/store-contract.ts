/** One suite for every store (architecture.md: one store contract, one suite). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackendEvent } from '../../gateway/core/backend.ts';
import { QUARANTINE_HEAD_BYTES, type QuarantineRow } from '../../gateway/core/drop-reason.ts';
import { markReceived, newBootRow } from '../../gateway/core/received.ts';
import {
  bootId,
  frameId,
  NO_WRITES,
  QUARANTINE_ROWS_MAX,
  type Store,
  type StoredFrame,
} from '../../gateway/core/store.ts';
import { newTripRow, type TripRow } from '../../gateway/core/trips.ts';
import { filled, makeDevice } from './frame-maker.ts';
import { enrolIn } from './shell-rig.ts';

const device = makeDevice(1);
const other = makeDevice(2);
const BOOT = '0f'.repeat(16);
const TRIP = `${device.id}/${BOOT}/0`;

function frame(seq: number, trip: string | null = TRIP): StoredFrame {
  return { device: device.id, boot: BOOT, seq, hash: filled(32, seq), trip, receivedMs: 5, bytes: filled(40, seq) };
}

function event(n: number, tenant = 'a'): BackendEvent {
  return {
    tenant,
    topic: `bb/1/out/${tenant}/tariff/trip.closed`,
    id: `e${n}`,
    type: 'trip.closed',
    subject: 's',
    atMs: 0,
    data: {},
  };
}

function suspect(n: number): QuarantineRow {
  return { reason: 'framing', device: 'x', topic: 't', sizeBytes: n, head: filled(QUARANTINE_HEAD_BYTES, 1), atMs: n };
}

const boots = [[0, 1, 2].reduce((row, seq) => markReceived(row, seq), newBootRow(device.id, BOOT))];
const trips: TripRow[] = [{ ...newTripRow(TRIP, device.id, 5), state: 'open' }];

/** The same row after it was written. */
function kept<T extends { readonly version: number }>(row: T): T {
  return { ...row, version: row.version + 1 };
}

export function storeContract(name: string, open: () => Promise<Store>): void {
  const on = (title: string, work: (store: Store) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const store = await open();
      try {
        await enrolIn(store, [device]);
        await work(store);
      } finally {
        await store.close();
      }
    });
  };

  on('gives back what was committed, and nothing else', async (store) => {
    const state = { device: device.id, boot: BOOT, atMs: 3, hash: filled(32, 4), version: 0 };
    await store.commit({ ...NO_WRITES, frames: [frame(0), frame(1, null)], boots, trips, states: [state] });
    const facts = await store.facts({
      frames: [frame(0), frame(1), frame(2)],
      boots: [
        { device: device.id, boot: BOOT },
        { device: device.id, boot: '00'.repeat(16) },
      ],
      trips: [TRIP, 'none'],
      states: [device.id],
    });
    assert.deepEqual(
      [...facts.hashes],
      [0, 1].map((seq) => [frameId(frame(seq)), filled(32, seq)]),
    );
    assert.deepEqual([...facts.boots], [[bootId(device.id, BOOT), kept(boots[0])]]);
    assert.deepEqual([...facts.trips], [[TRIP, kept(trips[0])]]);
    assert.deepEqual([...facts.states], [[device.id, kept(state)]]);
    assert.deepEqual(await store.framesOfTrip(TRIP), [frame(0)]);
  });

  on('inserts or ignores frames, and replaces rows', async (store) => {
    await store.commit({ ...NO_WRITES, frames: [frame(0)], boots, trips });
    const changed = { ...frame(0), hash: filled(32, 9), bytes: filled(3, 9) };
    const ended: TripRow = { ...kept(trips[0]), state: 'ended' };
    await store.commit({ ...NO_WRITES, frames: [changed, frame(1)], boots: boots.map(kept), trips: [ended] });
    assert.deepEqual(await store.framesOfTrip(TRIP), [frame(0), frame(1)]);
    assert.equal((await store.tripsIn('ended', 5, 9)).length, 1);
    assert.deepEqual(await store.tripsIn('open', 9, 9), []);
  });

  on('a commit over a row that another gateway has changed writes nothing at all', async (store) => {
    const state = { device: device.id, boot: BOOT, atMs: 3, hash: filled(32, 4), version: 0 };
    assert.equal(await store.commit({ ...NO_WRITES, frames: [frame(0)], boots, trips, states: [state] }), true);
    const [trip] = await store.tripsIn('open', 9, 9);
    assert.equal(trip.version, 1);
    const rest = { frames: [frame(1)], counts: new Map([['stored', 1]]), events: [event(1)], quarantine: [suspect(1)] };
    const fresh = { boots: boots.map(kept), trips: trips.map(kept), states: [kept(state)] };
    for (const stale of [{ boots }, { trips }, { states: [state] }, { trips: [{ ...trip, version: 2 }] }]) {
      assert.equal(await store.commit({ ...NO_WRITES, ...fresh, ...rest, ...stale }), false);
    }
    const stats = await store.stats();
    assert.deepEqual([stats.outbox, stats.quarantineRows, stats.counts.get('stored')], [0, 0, undefined]);
    assert.equal((await store.framesOfTrip(TRIP)).length, 1);
    assert.equal(await store.commit({ ...NO_WRITES, ...fresh, ...rest }), true);
    assert.equal((await store.framesOfTrip(TRIP)).length, 2);
    assert.equal((await store.tripsIn('open', 9, 9))[0].version, 2);
  });

  on('finds trips by state and silence, oldest first', async (store) => {
    const rows = [30, 10, 20].map((ms): TripRow => ({ ...newTripRow(`t${ms}`, device.id, ms), state: 'open' }));
    await store.commit({ ...NO_WRITES, trips: rows });
    const keys = async (until: number, limit: number) =>
      (await store.tripsIn('open', until, limit)).map(({ key }) => key);
    assert.deepEqual(await keys(29, 9), ['t10', 't20']);
    assert.deepEqual(await keys(99, 1), ['t10']);
  });

  on('numbers events by tenant without gaps, across commits and deletions', async (store) => {
    await store.commit({ ...NO_WRITES, events: [event(1), event(2, 'b'), event(3)] });
    const rows = await store.outbox(10);
    await store.published(rows.map(({ id }) => id));
    await store.commit({ ...NO_WRITES, events: [event(4), event(5, 'b')] });
    const all = [...rows, ...(await store.outbox(10))].map(({ json }) => JSON.parse(json));
    assert.deepEqual(
      all.map(({ id, sequence }) => [id, Number(sequence)]),
      [
        ['e1', 1],
        ['e2', 1],
        ['e3', 2],
        ['e4', 3],
        ['e5', 2],
      ],
    );
    assert.equal((await store.outbox(1)).length, 1);
    assert.equal((await store.stats()).outbox, 2);
  });

  on('bounds the quarantine and counts what it lets go', async (store) => {
    const rows = Array.from({ length: QUARANTINE_ROWS_MAX + 5 }, (_, n) => suspect(n));
    await store.commit({ ...NO_WRITES, quarantine: rows.slice(0, 7), counts: new Map([['quarantine/framing', 7]]) });
    await store.commit({ ...NO_WRITES, quarantine: rows.slice(7) });
    const stats = await store.stats();
    assert.equal(stats.quarantineRows, QUARANTINE_ROWS_MAX);
    assert.equal(stats.counts.get('quarantine-rows-dropped'), 5);
    assert.equal(stats.counts.get('quarantine/framing'), 7);
    assert.deepEqual(await store.quarantine(1), [rows.at(-1)]);
  });

  on('enrols once, keeps revocations, and remembers the last manifest number', async (store) => {
    assert.equal(await store.revoke(device.id), true);
    assert.equal(await store.revoke(other.id), false);
    const manufacturer = filled(32, 6);
    await store.pin(manufacturer);
    await store.pin(manufacturer);
    assert.equal(await store.enrol({ manufacturer, number: 4, devices: [device.record, other.record] }), 1);
    const found = await store.devices([device.id, other.id, 'stranger']);
    assert.deepEqual([...found.values()], [{ ...device.record, revoked: true }, other.record]);
    const pinned = (await store.manufacturers()).find(({ publicKey }) => publicKey[0] === 6);
    assert.deepEqual(pinned, { publicKey: manufacturer, lastNumber: 4 });
  });

  on('E34, C41: keeps what a device is to be, with numbers that only grow, and tells what is new', async (store) => {
    await enrolIn(store, [other]);
    const nowMs = 1_780_000_500_900;
    assert.equal(await store.configure('stranger', { blocker: true }, nowMs), null);
    assert.deepEqual(await store.configurations(0, 9), []);
    const first = await store.configure(device.id, { blocker: true }, nowMs);
    const wanted = { number: 1_780_000_500, vehicle: 0, blocker: true };
    assert.deepEqual(first, { device: device.id, ...wanted, revision: 1 });
    const second = await store.configure(other.id, { newVehicle: true }, nowMs);
    assert.deepEqual(second, { device: other.id, number: 1_780_000_500, vehicle: 1, blocker: false, revision: 2 });
    // The clock went back: the number does not.
    const third = await store.configure(device.id, { newVehicle: true }, nowMs - 99_000);
    assert.deepEqual(third, { device: device.id, number: 1_780_000_501, vehicle: 1, blocker: true, revision: 3 });
    assert.deepEqual(await store.configurations(0, 9), [second, third]);
    assert.deepEqual(await store.configurations(0, 1), [second]);
    assert.deepEqual(await store.configurations(2, 9), [third]);
    assert.deepEqual(await store.configurations(3, 9), []);
    const facts = await store.facts({ frames: [], boots: [], trips: [], states: [device.id] });
    assert.deepEqual([...facts.configurations], [[device.id, third]]);
    const fourth = await store.configure(device.id, { blocker: false }, nowMs + 5000);
    assert.deepEqual(fourth, { device: device.id, number: 1_780_000_505, vehicle: 1, blocker: false, revision: 4 });
  });

  on('counts trips by state', async (store) => {
    await store.commit({ ...NO_WRITES, trips: [...trips, { ...newTripRow('t2', device.id, 1), state: 'scored' }] });
    assert.deepEqual((await store.stats()).trips, { announced: 0, open: 1, ended: 0, closed: 0, scored: 1 });
  });
}
