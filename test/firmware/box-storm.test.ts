import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BOX_PRODUCTION, BOX_TINY } from '../../firmware/box-limits.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import type { Action } from '../../protocol/access-messages.ts';
import { encodeMessage } from '../../protocol/envelope.ts';
import { ShortRange } from '../../protocol/near-messages.ts';
import type { DownlinkChannel } from '../../protocol/topics.ts';
import { CUT_GEOMETRY } from '../../scripts/races/box-cuts.ts';
import { type BoxRig, boxRig } from '../../scripts/races/box-rig.ts';
import { CALM_RADIO } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import { CALM_SHORT_RANGE } from '../../simulator/short-range.ts';
import { NearPhone } from './box-phone.ts';

const crypto = nodeCrypto();
const STORM_STEPS = 40;
const ACTIONS: readonly Action[] = [
  'unlock',
  'lock',
  'trunk',
  'lights',
  'status',
  'immobilise',
  'release',
  'start',
  'locate',
];
const DAMAGES = ['clean', 'torn', 'rotten'] as const;
const YEAR_S = 31_536_000;

const FIX = {
  latE7: 525_200_000,
  lonE7: 134_050_000,
  speedCmS: 0,
  headingCdeg: 0,
  altitudeM: 34,
  accuracyCm: 250,
  utcMs: 1_772_433_000_000,
};

interface Heard {
  readonly channel: DownlinkChannel;
  readonly bytes: Uint8Array;
}

interface People {
  readonly owner: NearPhone;
  readonly friend: NearPhone;
  /** Grants that are good for nothing: ended, not yet begun, revoked, of somebody else, for something else. */
  readonly bad: readonly Uint8Array[];
  /** What was said over the short-range link. */
  readonly said: Uint8Array[];
  gnssErrorMs: number;
}

/** A radio that can be made calm. */
function badRadio(rng: Rng) {
  return {
    latencyMsMin: 20,
    latencyMsMax: 1_000 + rng.int(120_000),
    loss: rng.uniform() * 0.5,
    duplication: rng.uniform() * 0.5,
    connectMsMin: 800,
    connectMsMax: 5_000,
    keepAliveMs: 45_000,
    outages: [] as { fromMs: number; toMs: number }[],
  };
}

/** A box that is somebody's, with a friend whose keys are all bad. */
function peopleOf(rig: BoxRig): People {
  const owner = new NearPhone(rig, crypto, 'owner');
  const friend = new NearPhone(rig, crypto, 'friend');
  const revoked = rig.office.newId();
  const binding = rig.office.bind(owner.publicKey, [revoked]);
  rig.station.input({ kind: 'downlink', channel: 'binding', bytes: binding });
  const nowS = Math.floor(rig.office.utcMs / 1000);
  const [past, future] = [nowS - 3 * YEAR_S, nowS + 3 * YEAR_S];
  const bad = [
    owner.grant(friend.publicKey, ['unlock'], past, nowS - 2 * YEAR_S),
    owner.grant(friend.publicKey, ['unlock'], nowS + 2 * YEAR_S, future),
    owner.grant(friend.publicKey, ['unlock'], past, future, revoked),
    owner.grant(owner.publicKey, ['unlock'], past, future),
    friend.grant(friend.publicKey, ['unlock'], past, future),
    owner.grant(friend.publicKey, ['lock'], past, future),
  ];
  return { owner, friend, bad, said: [], gnssErrorMs: 0 };
}

/** Somebody beside the car uses a key; the owner's is good. */
function useKey(rig: BoxRig, rng: Rng, { owner, friend, bad, said }: People): void {
  const before = owner.clocks.length + friend.clocks.length;
  const phone = rng.chance(0.5) ? owner : friend;
  phone.say('hello');
  const clock = phone.clocks.at(-1);
  if (owner.clocks.length + friend.clocks.length === before || clock === undefined) return;
  const { nonce, boot, atMs } = clock;
  const grant = phone === owner ? undefined : bad[rng.int(bad.length)];
  if (grant === undefined) {
    rig.checker.issued({ id: nonce, action: 'unlock', boot, endMs: atMs + 130_000, mayVanish: true });
  }
  const use = phone.keyUse('unlock', nonce, grant);
  said.push(encodeMessage(ShortRange, { kind: 'key-use', body: use }));
  phone.say('key-use', use);
}

/** One of the things that can happen to a box in a minute. */
function mischief(rig: BoxRig, rng: Rng, recorded: readonly Heard[], people: People): void {
  const { station, office, body, flash } = rig;
  const dice = rng.int(15);
  if (dice < 4) office.wish({ action: ACTIONS[rng.int(ACTIONS.length)], delivery: undefined });
  else if (dice === 4) station.cutPower(rng.int(20_000));
  else if (dice === 5) flash.cutAt = { operation: flash.operations + rng.int(12), damage: DAMAGES[rng.int(3)] };
  else if (dice === 6) station.cutAtEffect = station.effects + rng.int(8);
  else if (dice === 7) office.utcErrorMs = [0, -2.5 * YEAR_S * 1000, YEAR_S * 1000][rng.int(3)];
  else if (dice === 8) station.radio.lose();
  else if (dice === 9) body.closeLid();
  else if (dice === 10) body.faults.jammed.add((['doors lock', 'doors unlock', 'trunk unlatch'] as const)[rng.int(3)]);
  else if (dice === 11) people.gnssErrorMs = [0, -2.5 * YEAR_S * 1000, 2.5 * YEAR_S * 1000][rng.int(3)];
  else if (dice < 14) useKey(rig, rng, people);
  else replay(rig, rng, recorded, people);
}

/** Everything that the box was ever told, once more, over either way. */
function replay(rig: BoxRig, rng: Rng, recorded: readonly Heard[], { said }: People): void {
  for (const bytes of said) rig.station.input({ kind: 'short-range', peer: 'mallory', bytes });
  for (let i = 0; i < 10 && recorded.length > 0; i++) {
    const { channel, bytes } = recorded[rng.int(recorded.length)];
    if (channel === 'receipt' || channel === 'config' || channel === 'reply') continue;
    if (rng.chance(0.5)) rig.station.input({ kind: 'downlink', channel, bytes });
    else {
      const message = encodeMessage(ShortRange, { kind: channel, body: bytes });
      rig.station.input({ kind: 'short-range', peer: 'mallory', bytes: message });
    }
  }
}

function storm(seed: number): BoxRig {
  const rng = Rng.seeded(seed);
  const bad = badRadio(rng.fork('radio'));
  const radio = { ...CALM_RADIO };
  const tiny = rng.chance(0.5);
  let clockMs = (): number => FIX.utcMs;
  const rig = boxRig({
    crypto,
    seed,
    radio,
    limits: tiny ? BOX_TINY : BOX_PRODUCTION,
    geometry: tiny ? CUT_GEOMETRY : undefined,
    air: { ...CALM_SHORT_RANGE, loss: 0.1, duplication: 0.3 },
    gnss: () => ({ ...FIX, utcMs: clockMs() }),
  });
  const people = peopleOf(rig);
  clockMs = () => rig.office.utcMs - rig.office.utcErrorMs + people.gnssErrorMs;
  const recorded: Heard[] = [];
  const { downlink } = rig.station.radio;
  rig.station.radio.downlink = (channel, bytes) => {
    recorded.push({ channel, bytes });
    downlink.call(rig.station.radio, channel, bytes);
  };
  // It has been told the time once: what comes later must not take that back.
  rig.run(40_000);
  Object.assign(radio, bad);
  for (let step = 0; step < STORM_STEPS; step++) {
    mischief(rig, rng, recorded, people);
    rig.run(rng.int(40_000));
  }
  // Then calm: everything must come to an end.
  Object.assign(radio, { latencyMsMax: 100, loss: 0, duplication: 0 });
  rig.flash.cutAt = null;
  rig.station.cutAtEffect = null;
  rig.body.faults.jammed.clear();
  rig.office.utcErrorMs = 0;
  rig.run(130_000);
  rig.station.cutPower();
  rig.run(700_000);
  if (rig.body.state.lidOpen) rig.body.closeLid();
  rig.run(60_000);
  rig.office.ask([]);
  rig.run(60_000);
  rig.checker.settle();
  rig.checker.unlatched(rig.body.unlatches);
  return rig;
}

test('A7, A14: in any storm no lease acts late, twice, or after a refusal, and each comes to one end', () => {
  let acted = 0;
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const rig = storm(seed);
      assert.deepEqual(rig.checker.violations, [], `seed ${seed}`);
      assert.equal(rig.office.open, 0, `seed ${seed}: a lease without an end`);
      assert.deepEqual(rig.body.violations, []);
      acted += rig.station.actuations.filter(({ order }) => order !== undefined).length;
    }),
    { numRuns: 60, seed: 20_260 },
  );
  assert.ok(acted > 60, `only ${acted} motions: the storm is no test`);
});
