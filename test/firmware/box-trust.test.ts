import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BOX_PRODUCTION, BOX_TINY, boxRamBytes, liveBytesMax } from '../../firmware/box-limits.ts';
import { TrustedTime } from '../../firmware/box-time.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { Lease } from '../../protocol/access-messages.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { boxRig } from '../../scripts/races/box-rig.ts';
import { testKey } from '../../scripts/test-keys.ts';
import { DEFAULT_GEOMETRY } from '../../simulator/flash.ts';

const crypto = nodeCrypto();

test('decisions.md, Trust: issuer keys rotate under the root, and an older set is refused', () => {
  const rig = boxRig({ crypto });
  rig.run(10_000);
  const { office } = rig;
  const nextKey = testKey('issuer 2', crypto);
  const next = crypto.publicKey(nextKey);
  const lease = (key: Uint8Array): Uint8Array => {
    const value = office.lease({ action: 'lights' }, { iss: deviceIdOf(crypto.publicKey(key), crypto) });
    return office.seal(Lease, 'bb-lease', value, key);
  };
  const moved = (bytes: Uint8Array): boolean => {
    const before = rig.station.actuations.length;
    rig.downlink('lease', bytes);
    rig.run(4_000);
    return rig.station.actuations.length > before;
  };
  assert.equal(moved(lease(nextKey)), false, 'not yet an issuer');
  const [first] = rig.identity.issuers.keys;
  rig.downlink('issuers', office.sealIssuers({ number: 2, keys: [first, next] }));
  rig.run(1_000);
  assert.equal(moved(lease(nextKey)), true);
  assert.equal(moved(lease(testKey('issuer', crypto))), true, 'both while they overlap');
  rig.downlink('issuers', office.sealIssuers({ number: 3, keys: [next] }));
  rig.run(1_000);
  rig.downlink('issuers', office.sealIssuers({ number: 2, keys: [first, next] }));
  rig.downlink('issuers', office.sealIssuers({ number: 4, keys: [] }));
  rig.downlink('issuers', office.seal({ ...Lease } as never, 'bb-issuers', office.lease({ action: 'lock' }) as never));
  rig.run(1_000);
  assert.equal(moved(lease(testKey('issuer', crypto))), false, 'a revoked key');
  rig.station.cutPower();
  rig.run(5_000);
  assert.equal(moved(lease(testKey('issuer', crypto))), false, 'also after a reset');
  assert.equal(moved(lease(nextKey)), true);
});

test('decisions.md, Trust: a set of issuers that the root did not sign is refused', () => {
  const rig = boxRig({ crypto });
  rig.run(5_000);
  const stranger = crypto.publicKey(testKey('stranger', crypto));
  const forged = rig.office.sealIssuers({ number: 9, keys: [stranger] });
  forged[forged.length - 1] ^= 1;
  rig.downlink('issuers', forged);
  rig.run(1_000);
  assert.equal(rig.box().mailroom.refused.get('signature'), 1);
  rig.station.cutPower();
  rig.run(5_000);
  assert.equal(rig.office.clock?.issuers, 1);
});

const answer = fc.record({
  /** How long the clock and the answer were under way, and how far the gateway's clock is off. */
  upMs: fc.integer({ min: 0, max: 40_000 }),
  downMs: fc.integer({ min: 0, max: 40_000 }),
  pauseMs: fc.integer({ min: 0, max: 3_600_000 }),
});

test('decisions.md, Trust: whatever is delayed, the true time lies between the bounds', () => {
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 20 }), fc.integer({ min: -100, max: 100 }), (answers, driftPpm) => {
      const time = new TrustedTime(BOX_PRODUCTION);
      const startMs = 1_772_433_000_000;
      time.boot(Math.floor(startMs / 1000) * 1000);
      let trueMs = startMs;
      const boxMs = (): number => Math.round((trueMs - startMs) * (1 + driftPpm / 1e6));
      for (const { upMs, downMs, pauseMs } of answers) {
        trueMs += pauseMs;
        const atMs = boxMs();
        trueMs += upMs;
        const utcMs = trueMs;
        trueMs += downMs;
        const reason = time.answer(atMs, utcMs, boxMs());
        if (reason !== null) assert.equal(reason, 'time-stale');
        const bounds = time.bounds(boxMs());
        if (bounds === null) continue;
        // What drifted between clock and answer is not known to the box: 60 s at 100 ppm.
        assert.ok(
          bounds.earliestMs <= trueMs + 10 && bounds.latestMs >= trueMs - 10,
          JSON.stringify({ bounds, trueMs }),
        );
      }
    }),
  );
});

test('decisions.md, Trust: time never goes below its floor', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -400 * 86_400_000, max: 5_000 }), { maxLength: 10 }), (errors) => {
      const time = new TrustedTime(BOX_PRODUCTION);
      const floorMs = 1_772_433_000_000;
      time.boot(floorMs);
      let passedMs = floorMs;
      for (const [i, errorMs] of errors.entries()) {
        const now = i * 1000;
        time.answer(now, floorMs + now + errorMs, now);
        assert.ok(time.passedMs(now) >= passedMs);
        passedMs = time.passedMs(now);
      }
    }),
  );
});

test('numbers.md 13: the box keeps its budgets, with all its tables full', () => {
  assert.ok(boxRamBytes(BOX_PRODUCTION) <= 128 * 1024);
  assert.ok(boxRamBytes(BOX_TINY) < boxRamBytes(BOX_PRODUCTION));
  const { sectorBytes, sectors } = DEFAULT_GEOMETRY;
  assert.ok(4 * liveBytesMax(BOX_PRODUCTION) < sectorBytes * sectors);
});
