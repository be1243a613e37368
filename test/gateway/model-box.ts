/** A box as the rules have it (decisions.md, Access), as short as they are: the reference that the gateway is run against. */

import { Inquiry, Lease, NetworkTime, type Outcome, type Refusal, Settled } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import { Car, type Said } from './access-parties.ts';
import { type AccessRig, opened, type Sent } from './access-rig.ts';

/** What the next lease meets. */
export type Luck = 'good' | 'jammed' | 'moving' | 'cut-before' | 'cut-after';

export interface Motion {
  readonly lease: string;
  readonly delivery: string | null;
  readonly late: boolean;
}

interface Burnt {
  readonly lease: Pick<Lease, 'cti' | 'holder' | 'action'>;
  /** Null from the burning to the result. */
  outcome: Outcome | null;
  reason?: Refusal;
  endMs: number;
  boot: string;
}

export class ModelBox {
  readonly car: Car;
  readonly motions: Motion[] = [];
  /** What it says, not yet on its way. */
  readonly said: Said[] = [];
  luck: Luck = 'good';
  private flash = new Map<string, Burnt>();

  constructor(n: number, rig: AccessRig) {
    this.car = new Car(n, rig);
  }

  hear({ channel, bytes }: Sent): void {
    const { id } = this.car;
    if (channel === 'lease') this.onLease(opened(Lease, bytes, 'bb-lease', id));
    else if (channel === 'settled') this.onSettled(opened(Settled, bytes, 'bb-settled', id));
    else if (channel === 'inquiry') this.onInquiry(opened(Inquiry, bytes, 'bb-inquiry', id));
    else if (channel === 'time') this.onTime(opened(NetworkTime, bytes, 'bb-time', id));
  }

  clock(): void {
    this.said.push(this.car.clock());
  }

  /** Everything in RAM is gone; what was begun is interrupted. */
  cut(): void {
    this.car.reboot(this.car.intact);
    for (const burnt of this.flash.values()) burnt.outcome ??= 'interrupted';
    for (const id of this.flash.keys()) this.answer(id);
    this.clock();
  }

  loseFlash(): void {
    this.flash = new Map();
    this.car.reboot(false);
    this.clock();
  }

  /** Says again what is not settled. */
  sayAgain(): void {
    for (const id of this.flash.keys()) this.answer(id);
    this.clock();
  }

  private onLease(lease: Lease): void {
    const id = toHex(lease.cti);
    if (this.flash.has(id)) this.answer(id);
    else this.onNewLease(id, lease);
  }

  private onNewLease(id: string, lease: Lease): void {
    const known = { lease, endMs: lease.endMs, boot: toHex(lease.boot) };
    if (known.boot !== toHex(this.car.boot)) {
      // Without its flash it cannot know whether it has acted.
      if (!this.car.intact) this.burn(id, { ...known, outcome: 'interrupted' });
      else this.burn(id, { ...known, outcome: 'refused', reason: 'other-boot' });
    } else if (this.car.atMs >= lease.endMs) this.burn(id, { ...known, outcome: 'expired' });
    else if (this.luck === 'moving') this.burn(id, { ...known, outcome: 'refused', reason: 'moving' });
    else this.act(id, lease, { ...known, outcome: null });
  }

  private act(id: string, lease: Lease, burnt: Burnt): void {
    this.flash.set(id, burnt);
    const { luck } = this;
    this.luck = 'good';
    if (luck !== 'jammed' && luck !== 'cut-before') {
      const delivery = lease.delivery === undefined ? null : toHex(lease.delivery);
      this.motions.push({ lease: id, delivery, late: this.car.atMs >= lease.endMs });
    }
    if (luck === 'cut-before' || luck === 'cut-after') this.cut();
    else this.finish(id, lease, burnt, luck);
  }

  private finish(id: string, lease: Lease, burnt: Burnt, luck: Luck): void {
    burnt.outcome = luck === 'jammed' ? 'no-motion' : 'executed';
    this.answer(id);
    if (lease.action === 'trunk') this.said.push(this.car.report('secured', { opening: lease.cti }));
    this.clock();
  }

  private burn(id: string, burnt: Burnt): void {
    this.flash.set(id, burnt);
    this.answer(id);
  }

  private answer(id: string): void {
    const burnt = this.flash.get(id);
    if (burnt === undefined || burnt.outcome === null) return;
    const { lease, outcome, reason } = burnt;
    this.said.push(this.car.result(lease, outcome, reason === undefined ? {} : { reason }));
  }

  private onInquiry({ ids }: Inquiry): void {
    for (const cti of ids) {
      const id = toHex(cti);
      if (!this.flash.has(id)) {
        const lease = { cti, holder: '', action: 'status' } as const;
        const unknown = { lease, endMs: Number.POSITIVE_INFINITY, boot: '' };
        if (this.car.intact) this.flash.set(id, { ...unknown, outcome: 'refused', reason: 'burnt' });
        else this.flash.set(id, { ...unknown, outcome: 'interrupted' });
      }
      this.answer(id);
    }
    this.clock();
  }

  private onSettled({ ids }: Settled): void {
    for (const cti of ids) {
      const burnt = this.flash.get(toHex(cti));
      const isOver = burnt !== undefined && (burnt.boot !== toHex(this.car.boot) || this.car.atMs >= burnt.endMs);
      if (isOver && burnt.boot !== '') this.flash.delete(toHex(cti));
    }
  }

  /** The gateway knows that flash was lost. */
  private onTime({ boot }: NetworkTime): void {
    if (toHex(boot) === toHex(this.car.boot)) this.car.intact = true;
  }
}
