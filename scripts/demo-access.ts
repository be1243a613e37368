/**
 * The second act of the demonstration, on the parked car: pairing, a delivery with a TAN, the same TAN again, an
 * unlock. Box, phones and gateway are in lockstep: virtual time stands still until all have heard each other.
 */

import { passwordHash } from '../firmware/board/password-hash.ts';
import { Box } from '../firmware/box.ts';
import type { CarBody } from '../firmware/box-hal.ts';
import type { GnssFix } from '../firmware/hal.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { Body } from '../simulator/body.ts';
import { BoxStation } from '../simulator/box-station.ts';
import { NorFlash } from '../simulator/flash.ts';
import { LiveLink } from '../simulator/live.ts';
import { Courier } from '../simulator/peers/courier.ts';
import { Owner } from '../simulator/peers/owner.ts';
import type { Party } from '../simulator/peers/party.ts';
import type { RadioProfile } from '../simulator/radio.ts';
import type { Rng } from '../simulator/rng.ts';
import { ShortRangeAir } from '../simulator/short-range.ts';
import type { World } from '../simulator/world.ts';
import type { DemoCast } from './demo-cast.ts';
import { DemoPhone } from './demo-phone.ts';
import { type Stage, story } from './demo-story.ts';

/** Real time for a phone to connect. */
const CONNECT_MS = 10_000;
/** A reply that takes longer, in the world's time, was lost on the way ... */
const PATIENCE_MS = 60_000;
/** ... and from then on each step of the world takes real time too. */
const WAIT_STEP_MS = 5_000;
const WAIT_MS = 50;

export interface AccessResult {
  /** How often the doors were unlocked, and the lid unlatched, by the car's own count. */
  readonly unlocked: number;
  readonly trunkOpened: number;
  /** Replies that refused the TAN when it came again. */
  readonly tanRefused: number;
}

export interface SecondActOptions {
  readonly world: World;
  readonly rng: Rng;
  readonly crypto: Crypto;
  readonly cast: DemoCast;
  readonly url: string;
  readonly reachable: () => boolean;
  readonly radio: RadioProfile;
  readonly gnss: () => GnssFix | null;
  /** Whether it begins now. */
  readonly parked: () => boolean;
  readonly log: (line: string) => void;
}

export class SecondAct {
  /** What has happened so far, for people. */
  readonly lines: string[] = [];
  over = false;
  private readonly link: LiveLink;
  private readonly station: BoxStation;
  private readonly owner: DemoPhone<Owner>;
  private readonly courier: DemoPhone<Courier>;
  private readonly plot: Generator<() => boolean, void>;
  private readonly stage: Stage;
  private holds: () => boolean;
  /** World time since which a phone waits for a reply, or of the last wait for it. */
  private askedMs = 0;

  constructor(options: SecondActOptions) {
    const { world, rng, crypto, cast, url, reachable, radio, gnss, parked, log } = options;
    const { id } = cast.box;
    this.link = new LiveLink({ url, reachable, device: id, log });
    const air = new ShortRangeAir(world, rng.fork('air'));
    const body = new Body(world);
    this.station = new BoxStation({
      ...{ name: id, world, rng: rng.fork('box'), flash: new NorFlash(), network: this.link, body, air, radio, gnss },
      ...{ makeBox: (hal) => new Box(hal, cast.box, crypto), passwordHash },
    });
    this.link.attach(this.station.radio);
    const person = (party: Party, name: string) => {
      const chips = rng.fork(name);
      return { party, crypto, issuers: [cast.issuer], random: (into: Uint8Array) => chips.fillBytes(into) };
    };
    this.owner = new DemoPhone({ person: new Owner(person(cast.owner, 'owner')), air, url, crypto });
    this.courier = new DemoPhone({ person: new Courier(person(cast.courier, 'courier')), air, url, crypto });
    this.stage = {
      ...{ world, station: this.station, box: id, owner: this.owner, courier: this.courier, tanRefused: 0 },
      tell: (line) => this.lines.push(line),
    };
    this.holds = parked;
    this.plot = story(this.stage);
  }

  /** The car as it stands; null before the act has begun. */
  get car(): CarBody | null {
    return this.lines.length === 0 ? null : this.station.body.state;
  }

  /** Resolves when both phones have a session, or after `CONNECT_MS` without. */
  async connected(): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    const tired = new Promise((resolve) => {
      limit = setTimeout(resolve, CONNECT_MS);
    });
    await Promise.race([tired, Promise.all([this.owner.ready(), this.courier.ready()])]);
    clearTimeout(limit);
  }

  /** After each event of the world: everybody hears what was said, then the story goes on if it can. */
  async settle(): Promise<void> {
    await this.talk();
    await this.wait();
    // A phone whose gateway was restarted comes back in real time, for which no story waits.
    if (!this.over && this.lines.length === 0 && this.holds()) await this.connected();
    while (!this.over && this.holds()) {
      const { value, done } = this.plot.next();
      if (done === true) this.over = true;
      else this.holds = value;
      await this.talk();
    }
  }

  /** The gateway asks a silent box again in real time, so the world must not run away from it. */
  private async wait(): Promise<void> {
    const { world } = this.stage;
    const idle = [this.owner, this.courier].every(({ person }) => person.phone.waiting.length === 0);
    if (idle) this.askedMs = world.nowMs;
    if (world.nowMs < this.askedMs + PATIENCE_MS) return;
    this.askedMs += WAIT_STEP_MS;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }

  result(): AccessResult {
    const { body } = this.station;
    const unlocked = body.motions.filter(
      ({ command, moved }) => moved && command.actuator === 'doors' && command.what === 'unlock',
    );
    return { unlocked: unlocked.length, trunkOpened: body.unlatches, tanRefused: this.stage.tanRefused };
  }

  async close(): Promise<void> {
    await Promise.all([this.link.close(), this.owner.close(), this.courier.close()]);
  }

  private async talk(): Promise<void> {
    const phones = [this.owner, this.courier];
    for (let said = true; said; ) {
      said = await this.link.settle();
      for (const phone of phones) said = (await phone.settle()) || said;
      if (!said) return;
      // What the gateway said to others because of it.
      await Promise.all([this.link.roundTrip(), ...phones.map((phone) => phone.roundTrip())]);
    }
  }
}
