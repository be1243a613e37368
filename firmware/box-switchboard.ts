/** The two switches (B51, B64, B87). Online services are off until somebody in the car switches them on. */

import type { SwitchName } from '../protocol/services.ts';
import type { Kernel } from './box-kernel.ts';
import type { Reports } from './box-reports.ts';
import type { Session } from './box-session.ts';

export class Switchboard {
  private readonly kernel: Kernel;
  private readonly reports: Reports;
  private readonly session: Session;

  constructor(kernel: Kernel, reports: Reports, session: Session) {
    this.kernel = kernel;
    this.reports = reports;
    this.session = session;
  }

  /** False when flash does not take it. */
  set(name: SwitchName, on: boolean, now: number): boolean {
    const { standing, wires } = this.kernel;
    if (!standing.change({ [name]: on })) return false;
    const { online, profile } = standing.now;
    wires.show({ what: 'switches', online, profile });
    this.reports.say({ what: 'switches-changed' }, now);
    this.session.askForClock();
    return true;
  }
}
