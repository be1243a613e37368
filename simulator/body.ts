/** The body of a car: doors, lid, locks, lights, horn, siren, climate, charger, immobiliser, and what goes wrong with them. */

import type { CarBody, Command } from '../firmware/box-hal.ts';
import type { World } from './world.ts';

export interface BodyOptions {
  /** From a command to its motion. */
  readonly actuatorMs?: number;
  readonly from?: Partial<CarBody>;
}

/** A command that an actuator does not follow, such as `trunk lock`. */
export type Jam = `${Command['actuator']} ${Command['what']}`;

export interface BodyFaults {
  /** The lid comes down and does not catch. */
  lidDoesNotLatch: boolean;
  /** Doors of this mask stay ajar when they are closed. */
  doorsAjar: number;
  readonly jammed: Set<Jam>;
  /** Every motion takes so much longer. */
  slowMs: number;
}

/** What an actuator did. */
export interface BodyMotion {
  readonly atMs: number;
  readonly command: Command;
  /** False: it was jammed, or there was nothing to move. */
  readonly moved: boolean;
}

const SIGNAL_MS = 3000;
const CRANK_MS = 600;
const LOG_MAX = 2000;

/** A parked and locked car. */
const PARKED: CarBody = {
  doorsOpen: 0,
  doorsLocked: true,
  lidOpen: false,
  lidLatched: true,
  trunkLocked: true,
  windowsOpen: 0,
  engineOn: false,
  startPressed: false,
  mechanicalKey: false,
  immobilised: true,
  lightsOn: false,
  hornOn: false,
  sirenOn: false,
  climateOn: false,
  charging: false,
  speedDmS: 0,
  odometerKm: 12_345,
  batteryMv: 12_500,
  chargePercent: 60,
  remainingMin: 0,
  cabinC: 15,
  tyresKpa: [240, 240, 230, 230],
  consumptionDl: 64,
};

export class Body {
  readonly faults: BodyFaults = { lidDoesNotLatch: false, doorsAjar: 0, jammed: new Set(), slowMs: 0 };
  /** The last motions, oldest first. */
  readonly motions: BodyMotion[] = [];
  /** How often the lid was unlatched by its motor. */
  unlatches = 0;
  /** What must never be done to a car. */
  readonly violations: string[] = [];
  pluggedIn = false;
  /** Called after each change. */
  onChange: (body: CarBody) => void = () => {};
  private readonly world: World;
  private readonly actuatorMs: number;
  private body: CarBody;

  constructor(world: World, { actuatorMs = 200, from = {} }: BodyOptions = {}) {
    this.world = world;
    this.actuatorMs = actuatorMs;
    this.body = { ...PARKED, ...from };
  }

  get state(): CarBody {
    return this.body;
  }

  /** What the box tells an actuator. */
  actuate(command: Command): void {
    this.world.schedule(this.world.nowMs + this.actuatorMs + this.faults.slowMs, () => {
      const jammed = this.faults.jammed.has(`${command.actuator} ${command.what}` as Jam);
      const change = jammed ? {} : this.motionOf(command);
      const moved = Object.keys(change).length > 0;
      this.motions.push({ atMs: this.world.nowMs, command, moved });
      if (this.motions.length > LOG_MAX) this.motions.shift();
      this.change(change);
    });
  }

  /** People and the road: anything that the sensors see and no actuator did. */
  change(change: Partial<CarBody>): void {
    if (Object.keys(change).length === 0) return;
    this.body = { ...this.body, ...change };
    this.onChange(this.body);
  }

  /** False when they are locked. From inside they always open. */
  openDoors(mask: number, fromInside = false): boolean {
    if (this.body.doorsLocked && !fromInside) return false;
    this.change({ doorsOpen: this.body.doorsOpen | mask });
    return true;
  }

  closeDoors(mask = 15): void {
    this.change({ doorsOpen: this.body.doorsOpen & (~mask | this.faults.doorsAjar) & 15 });
  }

  /** By its handle. False when it is locked. */
  openLid(): boolean {
    if (this.body.trunkLocked && this.body.lidLatched) return false;
    this.change({ lidOpen: true, lidLatched: false });
    return true;
  }

  closeLid(): void {
    this.change({ lidOpen: false, lidLatched: !this.faults.lidDoesNotLatch });
  }

  turnKey(turned: boolean): void {
    this.change({ mechanicalKey: turned });
  }

  /** The engine runs a moment later, unless the immobiliser holds it. */
  pressStart(): void {
    this.change({ startPressed: true });
    this.world.schedule(this.world.nowMs + CRANK_MS, () => {
      this.change({ startPressed: false, engineOn: !this.body.immobilised });
    });
  }

  stopEngine(): void {
    this.change({ engineOn: false });
  }

  private motionOf(command: Command): Partial<CarBody> {
    const { body } = this;
    switch (command.actuator) {
      case 'doors':
        if (command.what === 'unlock') return { doorsLocked: false, trunkLocked: false };
        // A lock that meets an open door springs back.
        return body.doorsOpen === 0 ? { doorsLocked: true, trunkLocked: body.lidLatched } : {};
      case 'trunk':
        return command.what === 'lock' ? (body.lidLatched ? { trunkLocked: true } : {}) : this.unlatch();
      case 'lights':
        this.later({ lightsOn: false });
        return { lightsOn: true };
      case 'horn':
        this.later({ hornOn: false });
        return { hornOn: true };
      case 'siren':
        return { sirenOn: command.what === 'on' };
      case 'climate':
        return command.what === 'on'
          ? { climateOn: true, cabinC: command.celsius ?? body.cabinC }
          : { climateOn: false };
      case 'charger':
        if (command.what === 'stop') return { charging: false };
        return this.pluggedIn ? { charging: true, remainingMin: 3 * (100 - body.chargePercent) } : {};
      case 'immobiliser':
        return this.immobilise(command.what === 'engage');
    }
  }

  private unlatch(): Partial<CarBody> {
    this.unlatches++;
    return { lidOpen: true, lidLatched: false, trunkLocked: false };
  }

  private immobilise(engage: boolean): Partial<CarBody> {
    if (engage && (this.body.engineOn || this.body.speedDmS > 0)) {
      this.violations.push('the immobiliser was engaged in a car that runs');
    }
    return { immobilised: engage };
  }

  private later(change: Partial<CarBody>): void {
    this.world.schedule(this.world.nowMs + SIGNAL_MS, () => this.change(change));
  }
}
