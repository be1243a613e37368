/**
 * Valet mode (B98, B99): on with a password that is typed in the car, off with the same one. What is kept is a salted
 * scrypt hash; the password leaves neither this function nor the car.
 */

import { sameBytes } from '../protocol/bytes.ts';
import type { Kernel } from './box-kernel.ts';
import { SALT_BYTES, type Valet as ValetRecord } from './box-records.ts';
import type { Reports } from './box-reports.ts';

const LENGTH_MIN = 4;
const LENGTH_MAX = 64;

export class Valet {
  private readonly kernel: Kernel;
  private readonly reports: Reports;
  /** No attempt counts before this. */
  private waitUntilMs = 0;

  constructor(kernel: Kernel, reports: Reports) {
    this.kernel = kernel;
    this.reports = reports;
  }

  get on(): boolean {
    return this.kernel.standing.now.valet !== undefined;
  }

  /** Whoever pulls the fuse waits again. */
  boot(now: number): void {
    const { valet } = this.kernel.standing.now;
    if (valet !== undefined && valet.wrong >= this.kernel.limits.valetTries) this.pause(now);
  }

  enter(password: string, now: number): void {
    const { valet } = this.kernel.standing.now;
    const sound = password.length >= LENGTH_MIN && password.length <= LENGTH_MAX;
    if (now < this.waitUntilMs) this.kernel.wires.show({ what: 'wrong-password', waitMs: this.waitUntilMs - now });
    else if (valet !== undefined) this.leave(valet, password.slice(0, LENGTH_MAX), now);
    else if (sound) this.begin(password, now);
    else this.kernel.wires.show({ what: 'wrong-password', waitMs: 0 });
  }

  /** Also by the owner from afar. False when flash does not take it. */
  end(now: number): boolean {
    if (!this.on) return true;
    if (!this.kernel.standing.change({ valet: undefined })) return false;
    this.kernel.wires.show({ what: 'valet', on: false });
    this.reports.say({ what: 'valet-off' }, now);
    return true;
  }

  private begin(password: string, now: number): void {
    const salt = this.kernel.draw(SALT_BYTES);
    const hash = this.kernel.hal.passwordHash(password, salt);
    if (!this.kernel.standing.change({ valet: { salt, hash, wrong: 0 } })) return;
    this.kernel.wires.show({ what: 'valet', on: true });
    this.reports.say({ what: 'valet-on' }, now);
  }

  private leave(valet: ValetRecord, password: string, now: number): void {
    const { standing, limits, hal, wires } = this.kernel;
    // Counted before it is looked at: a fuse that is pulled in between does not give the attempt back.
    const wrong = valet.wrong >= limits.valetTries ? 1 : valet.wrong + 1;
    if (!standing.change({ valet: { ...valet, wrong } })) return;
    if (sameBytes(hal.passwordHash(password, valet.salt), valet.hash)) {
      this.end(now);
      return;
    }
    if (wrong >= limits.valetTries) this.pause(now);
    wires.show({ what: 'wrong-password', waitMs: Math.max(0, this.waitUntilMs - now) });
  }

  private pause(now: number): void {
    this.waitUntilMs = now + this.kernel.limits.valetWaitMs;
  }
}
