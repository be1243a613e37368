/** What happened at the car, for those whom a service that is on tells of it. Kept until the gateway has it. */

import { ID_BYTES } from '../protocol/access-fields.ts';
import { BoxReport, type HappeningKind } from '../protocol/access-messages.ts';
import { concat, sameBytes, utf8 } from '../protocol/bytes.ts';
import { decodeMessage, encodeMessage } from '../protocol/envelope.ts';
import type { ServiceName } from '../protocol/services.ts';
import type { Kernel } from './box-kernel.ts';
import { withId } from './box-ledger.ts';
import { KeptReport } from './box-records.ts';
import { bodyFor, serviceOfReport } from './box-services.ts';
import { KEYED } from './box-vault.ts';

/** Of an opening each of these happens once, whatever a cut makes of it: its id follows from the lease. */
const ONCE: readonly HappeningKind[] = ['trunk-opened', 'left-open', 'secured'];

export interface Happening {
  readonly what: HappeningKind;
  /** The lease of the opening, and whether it is for a delivery. */
  readonly opening?: Uint8Array;
  readonly delivery?: boolean;
  /** It goes on after `secured`: what happens now is no repetition. */
  readonly again?: boolean;
}

interface Kept {
  readonly id: Uint8Array;
  readonly opening: boolean;
}

export class Reports {
  alarmSounds = false;
  private readonly kernel: Kernel;
  /** In flash, oldest first. */
  private kept: Kept[] = [];
  /** Positions of a stolen car, oldest first; in RAM only, since a newer one is worth more. */
  private positions: { readonly id: Uint8Array; readonly bytes: Uint8Array }[] = [];

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    kernel.outbox.readReport = (id) => this.read(id);
  }

  restore(payload: Uint8Array, now: number): void {
    const kept = decodeMessage(KeptReport, payload.subarray(ID_BYTES));
    if (!kept.ok) return;
    const { service, report } = kept.value;
    const id = Uint8Array.from(kept.value.id);
    this.kept.push({ id, opening: report.opening !== undefined });
    this.kernel.outbox.report(id, service, now);
  }

  /** True when it is kept, or when nobody is to hear of it. */
  say({ what, opening, delivery, again }: Happening, now: number): boolean {
    const { kernel } = this;
    const service = serviceOfReport(what, delivery ?? false);
    if (!kernel.isOn(service)) return true;
    const once = opening !== undefined && ONCE.includes(what);
    const id = once ? this.idOf(opening, again ? `${what} again` : what) : kernel.draw(ID_BYTES);
    const report = { id, boot: kernel.boot, atMs: now, what, opening, body: this.body(service) };
    this.makeRoom();
    const payload = withId(id, encodeMessage(KeptReport, { id, service, report }));
    if (!kernel.vault.put(KEYED.report, payload)) return false;
    this.kept = [...this.kept.filter((known) => !sameBytes(known.id, id)), { id, opening: opening !== undefined }];
    kernel.outbox.report(id, service, now);
    return true;
  }

  /** Where the stolen car is now (B94). */
  position(now: number): void {
    const { kernel } = this;
    const id = kernel.draw(ID_BYTES);
    const report: BoxReport = { id, boot: kernel.boot, atMs: now, what: 'tracked', body: this.body('tracking') };
    const bytes = encodeMessage(BoxReport, report);
    if (this.positions.length >= kernel.limits.positions) kernel.outbox.settled(this.positions[0].id);
    this.positions = [...this.positions.slice(1 - kernel.limits.positions), { id, bytes }];
    kernel.outbox.report(id, 'tracking', now);
  }

  settled(id: Uint8Array): void {
    this.kernel.outbox.settled(id);
    this.positions = this.positions.filter((known) => !sameBytes(known.id, id));
    if (!this.kept.some((known) => sameBytes(known.id, id))) return;
    this.kept = this.kept.filter((known) => !sameBytes(known.id, id));
    this.kernel.vault.drop(KEYED.report, id);
  }

  /** B37. */
  forgetAll(): void {
    for (const { id } of [...this.kept]) this.settled(id);
    for (const { id } of [...this.positions]) this.settled(id);
  }

  body(service: ServiceName, located = false): BoxReport['body'] {
    const { standing, status } = this.kernel;
    return bodyFor(service, status.whole(standing.now, this.alarmSounds), standing.now, located);
  }

  private read(id: Uint8Array): BoxReport | null {
    const payload = this.kernel.vault.get(KEYED.report, id);
    if (payload !== null) return valueOrNull(decodeMessage(KeptReport, payload.subarray(ID_BYTES)))?.report ?? null;
    const position = this.positions.find((known) => sameBytes(known.id, id));
    return position === undefined ? null : valueOrNull(decodeMessage(BoxReport, position.bytes));
  }

  /** The oldest goes first; what belongs to an opening goes last. */
  private makeRoom(): void {
    if (this.kept.length < this.kernel.limits.reports) return;
    const oldest = this.kept.find(({ opening }) => !opening) ?? this.kept[0];
    this.settled(oldest.id);
  }

  private idOf(opening: Uint8Array, what: string): Uint8Array {
    return this.kernel.crypto.sha256(concat(opening, utf8(what))).slice(0, ID_BYTES);
  }
}

function valueOrNull<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T | null {
  return result.ok ? result.value : null;
}
