/** What happens in the second act, told as it happens. Each `yield` waits until something has come about. */

import type { Reply } from '../protocol/access-messages.ts';
import { toHex } from '../protocol/bytes.ts';
import type { BoxStation } from '../simulator/box-station.ts';
import type { Courier } from '../simulator/peers/courier.ts';
import type { Owner } from '../simulator/peers/owner.ts';
import type { Ask } from '../simulator/peers/phone.ts';
import type { World } from '../simulator/world.ts';
import { DEMO_CARRIER } from './demo-cast.ts';
import type { DemoPhone } from './demo-phone.ts';

export interface Stage {
  readonly world: World;
  readonly station: BoxStation;
  /** Device id of the box. */
  readonly box: string;
  readonly owner: DemoPhone<Owner>;
  readonly courier: DemoPhone<Courier>;
  readonly tell: (line: string) => void;
  tanRefused: number;
}

type Wait = () => boolean;
type Scene<T> = Generator<Wait, T>;

const SECOND_MS = 1000;
/** A lossy radio can lose a lease until it has expired; a person then asks again. */
const TRIES_MAX = 20;
/** Phones run on real time, which may be slow beside the world's. */
const LIFE_S = 600;

export function* story(stage: Stage): Scene<void> {
  yield* pairing(stage);
  const { delivery, tan } = yield* ordering(stage);
  yield* delivering(stage, delivery, tan);
  yield* secondTry(stage, delivery, tan);
  yield* unlocking(stage);
}

/** B34, B87. */
function* pairing(stage: Stage): Scene<void> {
  const { world, station, owner, box, tell } = stage;
  station.powerOn();
  station.panel({ what: 'switch', name: 'online', on: true });
  yield () => station.radio.linkUp;
  station.panel({ what: 'pair' });
  const code = station.shown.at(-1);
  if (code?.what !== 'pairing-code') throw new Error('the display shows no code');
  owner.beside(box);
  owner.do(owner.person.pair(code.bytes, Date.now()) ?? []);
  yield () => owner.finals.size > 0;
  const [reply] = [...owner.finals.values()];
  tell(`the owner switches online services on in the car and scans the code on its display: ${verdictOf(reply)}`);
  owner.beside(null);
  yield* pause(world, 5);
}

function* ordering(stage: Stage): Scene<{ readonly delivery: Uint8Array; readonly tan: string }> {
  const { owner, tell } = stage;
  const nowS = Math.floor(Date.now() / 1000);
  const reply = yield* asked(stage, owner, { kind: 'order', carrier: DEMO_CARRIER, fromS: nowS, toS: nowS + 14_400 });
  if (reply.delivery === undefined) throw new Error(`no delivery: ${verdictOf(reply)}`);
  const tan = owner.person.tans.get(toHex(reply.delivery));
  if (tan === undefined) throw new Error('no TAN came with the delivery');
  tell(`the owner orders a delivery by ${DEMO_CARRIER} into the trunk: a TAN of ${tan.length} characters, shown once`);
  return { delivery: reply.delivery, tan };
}

/** A12-A18. */
function* delivering(stage: Stage, delivery: Uint8Array, tan: string): Scene<void> {
  const { world, station, courier, box, tell } = stage;
  const { person } = courier;
  const state = (): string | undefined => person.stateOf(delivery)?.state;
  courier.do(person.load([{ delivery, box, tan }], Date.now()));
  yield () => state() === 'bound';
  for (let tries = 0; tries < TRIES_MAX && !person.stateOf(delivery)?.place; tries++) {
    courier.do(person.locate(delivery, Date.now()));
    yield () => state() === 'bound';
  }
  const place = person.stateOf(delivery)?.place;
  const where = place ? `${(place.latE6 / 1e6).toFixed(4)}, ${(place.lonE6 / 1e6).toFixed(4)}` : 'nowhere';
  tell(`the courier takes it on the tour and locates the car, which works once: ${where}`);
  yield* pause(world, 15);
  courier.beside(box);
  for (let tries = 0; tries < TRIES_MAX && station.body.unlatches === 0; tries++) {
    courier.do(person.redeem(delivery, Date.now()));
    yield () => state() !== 'redeeming';
  }
  tell(
    `the courier redeems the TAN: the trunk opens, and nothing else (${person.stateOf(delivery)?.refusal ?? 'executed'})`,
  );
  yield* pause(world, 20);
  station.body.closeLid();
  yield () => station.body.state.trunkLocked;
  tell('the parcel is in, the lid comes down, the box locks it');
  yield* confirmed(stage, delivery);
  courier.beside(null);
}

/** A18: only then is the courier free. The phone asks in real time, which lockstep has no patience for. */
function* confirmed(stage: Stage, delivery: Uint8Array): Scene<void> {
  const { world, courier, tell } = stage;
  for (let tries = 0; tries < TRIES_MAX * 10; tries++) {
    const reply = yield* asked(stage, courier, { kind: 'delivery', delivery });
    if (reply.state === 'done') {
      tell('closed and locked, says the box: the delivery is done, and the courier free for the next one');
      return;
    }
    yield* pause(world, 5);
  }
}

/** A14. */
function* secondTry(stage: Stage, delivery: Uint8Array, tan: string): Scene<void> {
  const reply = yield* asked(stage, stage.courier, { kind: 'redeem', delivery, tan });
  if (reply.verdict === 'refused') stage.tanRefused++;
  stage.tell(`somebody tries the same TAN again: ${verdictOf(reply)}`);
}

function* unlocking(stage: Stage): Scene<void> {
  const { world, owner, station, tell } = stage;
  const unlocked = yield* asked(stage, owner, { kind: 'unlock' });
  station.body.openDoors(1);
  tell(`the owner comes back and unlocks the doors: ${verdictOf(unlocked)}`);
  yield* pause(world, 5);
  station.body.closeDoors();
  const locked = yield* asked(stage, owner, { kind: 'lock' });
  tell(`and locks them again: ${verdictOf(locked)}`);
  // The last reports leave.
  yield* pause(world, 15);
}

/** Asks until something came of it that is not for want of a network: a lease that was lost has expired, or is burnt. */
function* asked(stage: Stage, phone: DemoPhone<Owner | Courier>, ask: Omit<Ask, 'box'>): Scene<Reply> {
  for (let tries = 1; ; tries++) {
    const request = phone.ask(phone.person.phone.ask({ ...ask, box: stage.box, lifeS: LIFE_S }, Date.now()));
    yield () => phone.finals.has(request);
    const reply = phone.finals.get(request) as Reply;
    if ((reply.verdict !== 'expired' && reply.reason !== 'burnt') || tries === TRIES_MAX) return reply;
  }
}

function* pause(world: World, seconds: number): Scene<void> {
  const untilMs = world.nowMs + seconds * SECOND_MS;
  world.schedule(untilMs, () => {});
  yield () => world.nowMs >= untilMs;
}

function verdictOf({ verdict, reason }: Reply): string {
  return reason === undefined ? verdict : `${verdict} (${reason})`;
}
