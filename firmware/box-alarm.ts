/**
 * The alarm (B89, B91). While it is armed, a door or lid that is opened without a right, or an engine that runs, sets
 * it off; what stood open before does not. An opening that a lease allowed is no reason.
 */

import type { CarBody } from './box-hal.ts';
import type { Kernel } from './box-kernel.ts';
import type { Reports } from './box-reports.ts';

const NEVER = Number.POSITIVE_INFINITY;
const LID = 16;
const ENGINE = 32;

export class Alarm {
  private readonly kernel: Kernel;
  private readonly reports: Reports;
  /** What is open and known to be. */
  private known = 0;
  private suspiciousMs = NEVER;
  private silentMs = NEVER;
  private sirenOn = false;

  constructor(kernel: Kernel, reports: Reports) {
    this.kernel = kernel;
    this.reports = reports;
  }

  get sounds(): boolean {
    return this.silentMs !== NEVER;
  }

  /** False when flash does not take it. */
  arm(fromAfar: boolean): boolean {
    const { standing } = this.kernel;
    const alarmFromAfar = fromAfar || standing.now.alarmFromAfar;
    if (!standing.change({ alarmArmed: true, alarmFromAfar })) return false;
    const { body } = this.kernel.status;
    this.known = body === null ? 0 : openings(body);
    return true;
  }

  disarm(): boolean {
    if (!this.kernel.standing.change({ alarmArmed: false, alarmFromAfar: false })) return false;
    this.suspiciousMs = NEVER;
    this.silence();
    return true;
  }

  /** `lawful`: the lid is open for a lease. */
  seen(body: CarBody, lawful: boolean, now: number): void {
    // It went on before a reset, which forgot when it has to end.
    if (body.sirenOn && !this.sirenOn && !this.sounds) this.sound(now);
    this.sirenOn = body.sirenOn;
    const open = openings(body) & ~(lawful ? LID : 0);
    this.known &= openings(body);
    if (body.mechanicalKey && this.kernel.standing.now.alarmArmed) this.disarm();
    const unlawful = this.kernel.standing.now.alarmArmed && (open & ~this.known) !== 0;
    if (!unlawful) this.suspiciousMs = NEVER;
    else if (this.suspiciousMs === NEVER) this.suspiciousMs = now + this.kernel.limits.alarmDebounceMs;
    this.onTimeout(now);
  }

  onTimeout(now: number): void {
    if (now >= this.silentMs) this.silence();
    if (now < this.suspiciousMs) return;
    this.suspiciousMs = NEVER;
    this.sound(now);
    const { body } = this.kernel.status;
    this.known = body === null ? 0 : openings(body);
    this.kernel.wires.actuate({ actuator: 'siren', what: 'on' });
    this.reports.say({ what: 'alarm' }, now);
  }

  nextTimeout(): number {
    return Math.min(this.suspiciousMs, this.silentMs);
  }

  private sound(now: number): void {
    this.silentMs = now + this.kernel.limits.sirenMs;
    this.reports.alarmSounds = true;
  }

  private silence(): void {
    this.reports.alarmSounds = false;
    if (!this.sounds) return;
    this.silentMs = NEVER;
    this.kernel.wires.actuate({ actuator: 'siren', what: 'off' });
  }
}

function openings(body: CarBody): number {
  const lid = body.lidOpen || !body.lidLatched;
  return (body.doorsOpen & 15) | (lid ? LID : 0) | (body.engineOn ? ENGINE : 0);
}
