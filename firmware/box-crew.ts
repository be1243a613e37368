/** What an order means for each machine: before the actuator moves, instead of one, and when all is over. */

import type { BodyState, Outcome, Refusal } from '../protocol/access-messages.ts';
import { serviceOf } from '../protocol/services.ts';
import type { Alarm } from './box-alarm.ts';
import type { Immobiliser } from './box-immobiliser.ts';
import type { Kernel } from './box-kernel.ts';
import type { Openings } from './box-openings.ts';
import type { Crew, Ending, Order } from './box-orders.ts';
import type { Relock } from './box-relock.ts';
import type { Reports } from './box-reports.ts';
import { refusalOf } from './box-rules.ts';
import type { Session } from './box-session.ts';
import type { Switchboard } from './box-switchboard.ts';
import type { Tracking } from './box-tracking.ts';
import type { Valet } from './box-valet.ts';

export interface Machines {
  readonly openings: Openings;
  readonly relock: Relock;
  readonly alarm: Alarm;
  readonly immobiliser: Immobiliser;
  readonly tracking: Tracking;
  readonly valet: Valet;
  readonly reports: Reports;
  readonly session: Session;
  readonly switchboard: Switchboard;
}

const EXECUTED: Ending = { outcome: 'executed' };
/** Flash took nothing more. */
const FULL: Ending = { outcome: 'refused', reason: 'table-full' };

export class BoxCrew implements Crew {
  private readonly kernel: Kernel;
  private readonly machines: Machines;

  constructor(kernel: Kernel, machines: Machines) {
    this.kernel = kernel;
    this.machines = machines;
  }

  refusal(order: Order): Refusal | null {
    return refusalOf(order, this.kernel);
  }

  prepare({ action, id, delivery }: Order, now: number): boolean {
    const { openings, relock, alarm } = this.machines;
    if (action === 'trunk') return openings.begin(id, delivery, now);
    return action !== 'unlock' || (alarm.disarm() && relock.begin(now));
  }

  carryOut(order: Order, now: number): Ending {
    // Nobody knows where the car is, and the question was no answer.
    if (order.action === 'locate') return this.kernel.status.fix === null ? { outcome: 'no-motion' } : EXECUTED;
    return this.set(order, now) ? EXECUTED : FULL;
  }

  ended({ action, kept }: Order, outcome: Outcome, now: number): void {
    const { openings, relock, alarm, session } = this.machines;
    if (action === 'trunk' && outcome !== 'refused') openings.unlatched(now);
    if (action === 'lock' && outcome === 'executed') {
      relock.cancel();
      alarm.arm(false);
    }
    if (kept) session.askForClock();
  }

  body({ cause, action, delivery }: Order): BodyState | undefined {
    const service = cause === 'key' ? 'digital-key' : serviceOf(action, delivery !== undefined);
    return this.machines.reports.body(service, action === 'locate');
  }

  /** False when flash does not take it. */
  private set({ action, cause }: Order, now: number): boolean {
    const { alarm, immobiliser, tracking, valet, switchboard } = this.machines;
    switch (action) {
      case 'immobilise':
        return immobiliser.arm(now);
      case 'release':
        return immobiliser.release(now);
      case 'start':
        immobiliser.permit(now);
        return true;
      case 'arm':
        return alarm.arm(cause === 'lease');
      case 'disarm':
        return alarm.disarm();
      case 'track-on':
      case 'track-off':
        return tracking.switchTo(action === 'track-on', now);
      case 'valet-off':
        return valet.end(now);
      case 'profile-on':
      case 'profile-off':
        return switchboard.set('profile', action === 'profile-on', now);
      case 'online-off':
        return switchboard.set('online', false, now);
      default:
        return true;
    }
  }
}
