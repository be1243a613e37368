/**
 * The connectivity box: its machines in one explicit order, after each input and each timeout.
 *
 *     mailroom -> keys, leases -> orders -> openings -> relock -> alarm -> immobiliser -> tracking -> power -> session
 *
 * What somebody asks for becomes an order, `Orders` takes it to its one result, and `BoxCrew` says what it means.
 */

import type { Crypto } from '../protocol/crypto.ts';
import { Alarm } from './box-alarm.ts';
import { BoxCrew } from './box-crew.ts';
import type { BoxDevice, BoxEffect, BoxHal, BoxIdentity, BoxInput, CarBody, PanelInput } from './box-hal.ts';
import { Immobiliser } from './box-immobiliser.ts';
import { Kernel } from './box-kernel.ts';
import { Keys } from './box-keys.ts';
import { Leases } from './box-leases.ts';
import { Ledger } from './box-ledger.ts';
import { BOX_PRODUCTION, type BoxLimits } from './box-limits.ts';
import { Mailroom } from './box-mailroom.ts';
import { Nonces } from './box-nonces.ts';
import { Openings } from './box-openings.ts';
import { Orders } from './box-orders.ts';
import { Ownership } from './box-ownership.ts';
import { Pairing } from './box-pairing.ts';
import { Power } from './box-power.ts';
import { Relock } from './box-relock.ts';
import { Reports } from './box-reports.ts';
import { isArmedFromAfar } from './box-rules.ts';
import { Session } from './box-session.ts';
import { Switchboard } from './box-switchboard.ts';
import { Tracking } from './box-tracking.ts';
import { Trust } from './box-trust.ts';
import { Valet } from './box-valet.ts';
import { KEYED, SINGLE, type VaultRecord } from './box-vault.ts';

export class Box implements BoxDevice {
  readonly mailroom: Mailroom;
  private readonly kernel: Kernel;
  private readonly trust: Trust;
  private readonly ledger: Ledger;
  private readonly reports: Reports;
  private readonly orders: Orders;
  private readonly openings: Openings;
  private readonly relock: Relock;
  private readonly alarm: Alarm;
  private readonly immobiliser: Immobiliser;
  private readonly tracking: Tracking;
  private readonly valet: Valet;
  private readonly pairing: Pairing;
  private readonly ownership: Ownership;
  private readonly power: Power;
  private readonly session: Session;
  private readonly switchboard: Switchboard;

  constructor(hal: BoxHal, identity: BoxIdentity, crypto: Crypto, limits: BoxLimits = BOX_PRODUCTION) {
    const kernel = new Kernel(hal, identity, crypto, limits);
    const nonces = new Nonces(kernel);
    this.kernel = kernel;
    this.trust = new Trust(kernel);
    this.ledger = new Ledger(kernel);
    this.reports = new Reports(kernel);
    this.power = new Power(kernel);
    this.session = new Session(kernel, this.power, this.trust);
    this.openings = new Openings(kernel, this.reports);
    this.relock = new Relock(kernel, this.reports);
    this.alarm = new Alarm(kernel, this.reports);
    this.immobiliser = new Immobiliser(kernel, this.reports);
    this.tracking = new Tracking(kernel, this.reports);
    this.valet = new Valet(kernel, this.reports);
    this.switchboard = new Switchboard(kernel, this.reports, this.session);
    const { reports, openings, relock, alarm, immobiliser, tracking, valet, session, switchboard } = this;
    const crew = { reports, openings, relock, alarm, immobiliser, tracking, valet, session, switchboard };
    this.orders = new Orders(kernel, this.ledger, new BoxCrew(kernel, crew));
    this.pairing = new Pairing(kernel, this.trust, nonces);
    this.ownership = new Ownership(kernel, this.trust, this.reports, this.ledger, this.orders);
    this.mailroom = new Mailroom(kernel, {
      nonces,
      trust: this.trust,
      ledger: this.ledger,
      leases: new Leases(kernel, this.trust, this.ledger, this.orders),
      keys: new Keys(kernel, this.trust, nonces, this.ledger, this.orders, this.valet),
      pairing: this.pairing,
      reports: this.reports,
      ownership: this.ownership,
      session: this.session,
    });
  }

  /** This start's identity, which leases name. */
  get bootId(): Uint8Array {
    return this.kernel.boot;
  }

  boot(now: number): readonly BoxEffect[] {
    const { vault, standing } = this.kernel;
    for (const record of vault.recover()) this.restore(record, now);
    this.noteLoss(now);
    this.trust.time.boot(standing.now.floorS * 1000);
    this.ownership.settle(now);
    this.orders.recover(now);
    for (const machine of [this.openings, this.relock, this.valet, this.power]) machine.boot(now);
    return this.settle(now);
  }

  handle(input: BoxInput, now: number): readonly BoxEffect[] {
    switch (input.kind) {
      case 'body':
        this.seen(input.body, now);
        break;
      case 'short-range':
        this.wake(now);
        this.mailroom.shortRange(input, now);
        break;
      case 'short-range-end':
        this.kernel.outbox.part(input.peer);
        break;
      case 'panel':
        this.wake(now);
        this.panel(input.action, now);
        break;
      case 'downlink':
        // An answer to a clock that was sent before it fell asleep is no reason to wake up and send another.
        if (input.channel === 'lease' || input.channel === 'inquiry') this.wake(now);
        this.mailroom.downlink(input, now);
        break;
      case 'link':
        this.session.link(input.up, now);
        break;
      case 'gnss':
        this.kernel.status.locate(input.fix, now);
        break;
      case 'supply':
        this.kernel.status.batteryMv = input.mV.at(-1);
        break;
      case 'undervoltage':
        // Nothing waits for this: what counts is in flash before it is done.
        break;
    }
    return this.settle(now);
  }

  nextTimeout(): number {
    const { orders, openings, relock, alarm, immobiliser, tracking, power, session, ledger } = this;
    const machines = [orders, openings, relock, alarm, immobiliser, tracking, power, session, ledger];
    return machines.reduce(
      (soonestMs, machine) => Math.min(soonestMs, machine.nextTimeout()),
      Number.POSITIVE_INFINITY,
    );
  }

  onTimeout(now: number): readonly BoxEffect[] {
    return this.settle(now);
  }

  private restore({ type, payload }: VaultRecord, now: number): void {
    if (type === SINGLE.standing) this.kernel.standing.restore(payload);
    else if (type === KEYED.burn) this.ledger.restore(payload);
    else if (type === KEYED.report) this.reports.restore(payload, now);
    else this.trust.restore(type, payload);
  }

  private settle(now: number): readonly BoxEffect[] {
    for (const machine of [this.orders, this.openings, this.relock, this.alarm, this.immobiliser, this.tracking]) {
      machine.onTimeout(now);
    }
    this.noteLoss(now);
    this.ledger.forgetEnded(now);
    if (this.power.settle(this.isBusy, now)) this.session.askForClock();
    this.session.settle(now);
    return this.kernel.wires.take();
  }

  private seen(body: CarBody, now: number): void {
    const { status } = this.kernel;
    const before = status.body;
    status.body = body;
    status.batteryMv = body.batteryMv;
    if (before === null || stirs(before, body)) this.wake(now);
    this.orders.seen(body, now);
    this.openings.seen(body, now);
    if (this.relock.seen(body, now)) this.alarm.arm(false);
    // After `secured` a lid that springs is no lawful one.
    const { active } = this.openings;
    this.alarm.seen(body, active !== undefined && !active.again, now);
    this.immobiliser.seen(body, now);
  }

  private panel(action: PanelInput['action'], now: number): void {
    const { wires } = this.kernel;
    if (action.what === 'valet') this.valet.enter(action.password, now);
    else if (this.valet.on) wires.show({ what: 'switch-locked' });
    else if (action.what === 'pair') this.pairing.begin(now);
    else if (!action.on && isArmedFromAfar(this.kernel)) wires.show({ what: 'switch-locked' });
    else this.switchboard.set(action.name, action.on, now);
  }

  private wake(now: number): void {
    if (this.power.touch(now)) this.session.askForClock();
  }

  /** A lid that stays open for long does not keep it awake: whatever happens to it wakes it. */
  private get isBusy(): boolean {
    const { orders, openings, relock, tracking, alarm } = this;
    const { status } = this.kernel;
    const soon = Math.min(openings.nextTimeout(), relock.nextTimeout()) < Number.POSITIVE_INFINITY;
    return soon || orders.active !== null || status.engineOn || status.moving || tracking.on || alarm.sounds;
  }

  /** What the vault could not read is said in every clock until the gateway has heard it. */
  private noteLoss(now: number): void {
    if (this.kernel.vault.whole) return;
    this.mailroom.lost(now);
    this.kernel.vault.whole = true;
  }
}

/** Somebody is at the car. What only drifts does not wake the box. */
function stirs(before: CarBody, after: CarBody): boolean {
  return (
    before.doorsOpen !== after.doorsOpen ||
    before.doorsLocked !== after.doorsLocked ||
    before.lidOpen !== after.lidOpen ||
    before.lidLatched !== after.lidLatched ||
    before.trunkLocked !== after.trunkLocked ||
    before.engineOn !== after.engineOn ||
    before.startPressed !== after.startPressed ||
    before.mechanicalKey !== after.mechanicalKey ||
    before.speedDmS !== after.speedDmS
  );
}
