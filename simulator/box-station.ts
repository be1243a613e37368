/** A box in the world: its car, its supply, its flash, its modem, its short-range link and its display. */

import type { BoxDevice, BoxEffect, BoxHal, BoxInput, Command, PanelInput, Show } from '../firmware/box-hal.ts';
import { BOX_PRODUCTION } from '../firmware/box-limits.ts';
import type { Flash, GnssFix, Reset } from '../firmware/hal.ts';
import type { PowerState } from '../protocol/access-messages.ts';
import type { Body } from './body.ts';
import { PowerCut } from './flash.ts';
import { CALM_RADIO, type Network, Radio, type RadioProfile } from './radio.ts';
import type { Rng } from './rng.ts';
import type { ShortRangeAir } from './short-range.ts';
import type { World } from './world.ts';

export interface BoxStationOptions {
  /** The broker knows the box under this name: its device id. */
  readonly name: string;
  readonly world: World;
  /** The station's own stream. */
  readonly rng: Rng;
  readonly flash: Flash;
  readonly network: Network;
  readonly body: Body;
  readonly makeBox: (hal: BoxHal) => BoxDevice;
  readonly passwordHash: BoxHal['passwordHash'];
  readonly air?: ShortRangeAir;
  readonly radio?: RadioProfile;
  /** What the receiver says, once a second while the box is awake; absent: no antenna. */
  readonly gnss?: () => GnssFix | null;
  /** How long a power cut lasts when nobody says. */
  readonly cutOffMs?: number;
}

/** What the box told an actuator, at world time. */
export interface Actuation {
  readonly atMs: number;
  readonly command: Command;
  /** The lease or key use that it names. */
  readonly order: Uint8Array | undefined;
}

const CUT_OFF_MS = 200;
const GNSS_MS = 1000;
const LOG_MAX = 2000;
const UA_MS_PER_MAH = 3_600_000_000;

export class BoxStation {
  readonly name: string;
  readonly body: Body;
  readonly radio: Radio;
  boots = 0;
  /** Effects so far. */
  effects = 0;
  /** The power fails before this effect, once; counted like `effects`. */
  cutAtEffect: number | null = null;
  power: PowerState = 'awake';
  /** What the display showed, oldest first. */
  readonly shown: Show[] = [];
  readonly actuations: Actuation[] = [];
  onActuate: (actuation: Actuation) => void = () => {};
  private readonly options: BoxStationOptions;
  private readonly world: World;
  private readonly chips: Rng;
  private box: BoxDevice | null = null;
  /** World time at which this boot's clock was zero. */
  private bootMs = 0;
  private offSinceMs: number | undefined;
  private wakeMs = Number.POSITIVE_INFINITY;
  private poweredSinceMs = 0;
  private usedUaMs = 0;
  private session = 0;

  constructor(options: BoxStationOptions) {
    const { world, rng, name, network, body, air } = options;
    this.options = options;
    this.name = name;
    this.world = world;
    this.body = body;
    this.chips = rng.fork('hal random');
    const profile = options.radio ?? CALM_RADIO;
    this.radio = new Radio(world, rng.fork('radio'), profile, name, network, (input) => this.fromModem(input));
    body.onChange = (state) => this.input({ kind: 'body', body: state });
    if (air !== undefined) air.toBox = (input) => this.input(input);
  }

  get running(): boolean {
    return this.box !== null;
  }

  /** The clock of this boot. */
  get boxNowMs(): number {
    return this.world.nowMs - this.bootMs;
  }

  /** What the box has taken from the battery since the station began. */
  get consumedMah(): number {
    return (this.usedUaMs + this.currentUa * (this.world.nowMs - this.poweredSinceMs)) / UA_MS_PER_MAH;
  }

  powerOn(): void {
    if (this.box === null) this.boot('power-on');
  }

  powerOff(): void {
    this.drop();
  }

  /** The power fails now, without a warning, for `offMs`. */
  cutPower(offMs: number = this.options.cutOffMs ?? CUT_OFF_MS): void {
    if (this.box === null) return;
    this.drop();
    const { boots } = this;
    this.world.schedule(this.world.nowMs + offMs, () => {
      if (this.box === null && this.boots === boots) this.boot('brown-out');
    });
  }

  /** Hands any input to the box; nothing happens while it is off. */
  input(input: BoxInput): void {
    const { box } = this;
    if (box !== null) this.call(() => box.handle(input, this.boxNowMs));
  }

  panel(action: PanelInput['action']): void {
    this.input({ kind: 'panel', action });
  }

  private boot(reason: Reset['reason']): void {
    const { options, world } = this;
    this.account();
    this.boots++;
    this.bootMs = world.nowMs;
    this.power = 'awake';
    this.wakeMs = Number.POSITIVE_INFINITY;
    const offMs = this.offSinceMs === undefined ? undefined : world.nowMs - this.offSinceMs;
    const box = options.makeBox({
      flash: options.flash,
      reset: { reason, offMs },
      random: (into) => this.chips.fillBytes(into),
      passwordHash: options.passwordHash,
    });
    this.box = box;
    this.call(() => box.boot(0));
    this.input({ kind: 'body', body: this.body.state });
    if (options.gnss !== undefined) this.tick(this.boots, options.gnss);
  }

  private tick(boots: number, gnss: () => GnssFix | null): void {
    if (this.boots !== boots || this.box === null) return;
    if (this.power === 'awake') this.input({ kind: 'gnss', fix: gnss() });
    this.world.schedule(this.world.nowMs + GNSS_MS, () => this.tick(boots, gnss));
  }

  /** A reset drops the object and keeps the flash. */
  private drop(): void {
    if (this.box === null) return;
    this.account();
    this.box = null;
    this.session++;
    this.offSinceMs = this.world.nowMs;
    this.wakeMs = Number.POSITIVE_INFINITY;
    this.radio.powerOff();
  }

  private call(work: () => readonly BoxEffect[]): void {
    try {
      for (const effect of work()) {
        if (this.effects++ === this.cutAtEffect) {
          this.cutPower();
          return;
        }
        this.apply(effect);
      }
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.cutPower();
    }
    this.arm(this.world.nowMs);
  }

  private apply(effect: BoxEffect): void {
    switch (effect.kind) {
      case 'connect':
        this.session++;
        this.radio.connect(effect);
        break;
      case 'publish':
        this.radio.publish(effect);
        break;
      case 'disconnect':
        this.disconnect();
        break;
      case 'actuate':
        this.actuate(effect.command, effect.order);
        break;
      case 'short-range':
        this.options.air?.toPhone(effect.peer, effect.bytes);
        break;
      case 'display':
        this.shown.push(effect.show);
        break;
      case 'power':
        this.account();
        this.power = effect.state;
        break;
    }
  }

  private actuate(command: Command, order: Uint8Array | undefined): void {
    const actuation = { atMs: this.world.nowMs, command, order };
    this.actuations.push(actuation);
    if (this.actuations.length > LOG_MAX) this.actuations.shift();
    this.onActuate(actuation);
    this.body.actuate(command);
  }

  /** A goodbye goes out behind what was published. */
  private disconnect(): void {
    const { session } = this;
    const flushMs = (this.options.radio ?? CALM_RADIO).latencyMsMax + 1;
    this.world.schedule(this.world.nowMs + flushMs, () => {
      if (this.session === session) this.radio.powerOff();
    });
  }

  /** In eDRX the modem hears at the next paging occasion only. */
  private fromModem(input: BoxInput): void {
    const pagingMs = BOX_PRODUCTION.power.edrx.wakeMs;
    if (input.kind !== 'downlink' || this.power !== 'edrx') {
      this.input(input);
      return;
    }
    const { boots } = this;
    const occasionMs = this.bootMs + Math.ceil(this.boxNowMs / pagingMs) * pagingMs;
    this.world.schedule(occasionMs, () => {
      if (this.boots === boots) this.input(input);
    });
  }

  private get currentUa(): number {
    return this.box === null ? 0 : BOX_PRODUCTION.power[this.power].currentUa;
  }

  private account(): void {
    this.usedUaMs += this.currentUa * (this.world.nowMs - this.poweredSinceMs);
    this.poweredSinceMs = this.world.nowMs;
  }

  private arm(earliestMs: number): void {
    if (this.box === null) return;
    const atMs = Math.max(earliestMs, Math.ceil(this.bootMs + this.box.nextTimeout()));
    if (atMs >= this.wakeMs || atMs === Number.POSITIVE_INFINITY) return;
    this.wakeMs = atMs;
    this.world.schedule(atMs, this.wake);
  }

  private readonly wake = (): void => {
    const { box, world } = this;
    if (box === null || world.nowMs !== this.wakeMs) return;
    // Until the call is over nothing may be armed for this instant again, or a box that stays due would spin.
    this.call(() => box.onTimeout(this.boxNowMs));
    if (this.wakeMs <= world.nowMs) {
      this.wakeMs = Number.POSITIVE_INFINITY;
      this.arm(world.nowMs + 1);
    }
  };
}
