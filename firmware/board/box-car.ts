/** The simulated car around a live box, and what people do to it. Its clock is the box's. */

import { Body, type Jam } from '../../simulator/body.ts';
import { World } from '../../simulator/world.ts';
import type { CarBody, Command } from '../box-hal.ts';
import type { CarMachine } from './box-board.ts';

/** What somebody does at the car, in a word of the command line. */
export const CAR_ACTS = {
  'open-lid': (body: Body) => body.openLid(),
  'close-lid': (body: Body) => always(() => body.closeLid()),
  'open-doors': (body: Body) => body.openDoors(15),
  'close-doors': (body: Body) => always(() => body.closeDoors()),
  'turn-key': (body: Body) => always(() => body.turnKey(true)),
  'take-key': (body: Body) => always(() => body.turnKey(false)),
  'press-start': (body: Body) => always(() => body.pressStart()),
  'stop-engine': (body: Body) => always(() => body.stopEngine()),
  'plug-in': (body: Body) => always(() => plug(body, true)),
  'plug-out': (body: Body) => always(() => plug(body, false)),
  /** Faults, and their end. */
  'break-latch': (body: Body) => always(() => latch(body, true)),
  'mend-latch': (body: Body) => always(() => latch(body, false)),
  'jam-trunk': (body: Body) => always(() => body.faults.jammed.add(TRUNK_JAM)),
  'free-trunk': (body: Body) => always(() => body.faults.jammed.delete(TRUNK_JAM)),
} as const satisfies Readonly<Record<string, (body: Body) => boolean>>;
export type CarAct = keyof typeof CAR_ACTS;

const TRUNK_JAM: Jam = 'trunk unlatch';

export class BoxCar implements CarMachine {
  private readonly world = new World();
  private readonly car: Body;

  constructor(from: Partial<CarBody> = {}) {
    this.car = new Body(this.world, { from });
  }

  get body(): CarBody {
    return this.car.state;
  }

  command(command: Command, nowMs: number): void {
    this.world.runUntil(nowMs);
    this.car.actuate(command);
  }

  /** False when the car does not let it be done, as with a door that is locked. */
  act(act: CarAct, nowMs: number): boolean {
    this.world.runUntil(nowMs);
    return CAR_ACTS[act](this.car);
  }

  nextTimeout(): number {
    return this.world.nextEventMs();
  }

  onTimeout(nowMs: number): void {
    this.world.runUntil(nowMs);
  }
}

function always(act: () => unknown): boolean {
  act();
  return true;
}

function plug(body: Body, pluggedIn: boolean): void {
  body.pluggedIn = pluggedIn;
  if (!pluggedIn) body.change({ charging: false });
}

function latch(body: Body, broken: boolean): void {
  body.faults.lidDoesNotLatch = broken;
}
