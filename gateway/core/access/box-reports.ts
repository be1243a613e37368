/** What happened at the car. Each report counts once, however often it comes. */

import type { HappeningKind } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import type { ServiceName } from '../../../protocol/services.ts';
import { AuditReport } from '../audit/payload.ts';
import { isHarmless } from './box-body.ts';
import { hearWord } from './box-talk.ts';
import { DELIVERY } from './delivery-record.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './hex.ts';
import { LEASE } from './lease-record.ts';
import type { ReportWord } from './message.ts';
import { leftOpen, secured, sprungOpen } from './opening.ts';
import { SEEN } from './seen-record.ts';
import { alarmed, tracked } from './theft.ts';

const SERVICE_OF: Partial<Readonly<Record<HappeningKind, ServiceName>>> = {
  alarm: 'anti-theft',
  immobilised: 'anti-theft',
  released: 'anti-theft',
  'start-refused': 'anti-theft',
  'mechanical-key': 'anti-theft',
  tracked: 'tracking',
  'valet-on': 'valet',
  'valet-off': 'valet',
};

export function decideReport(draft: Draft, word: ReportWord): void {
  const { box, report, via } = word;
  const id = toHex(report.id);
  hearWord(draft, box, toHex(report.boot), report.atMs, via);
  draft.settle(box, id);
  const seen = `${box}/${id}`;
  if (draft.get(SEEN, seen) !== undefined) return;
  draft.put(SEEN, seen, { atMs: draft.context.nowMs });
  enter(draft, word);
  if (report.what === 'alarm') alarmed(draft, box, seen, report.body);
  else if (report.what === 'tracked') tracked(draft, box, seen, report.body);
  else if (report.opening !== undefined) openingChanged(draft, word, toHex(report.opening));
}

function openingChanged(draft: Draft, { box, report }: ReportWord, opening: string): void {
  const lease = draft.get(LEASE, opening);
  if (lease?.box !== box) return;
  const { what } = report;
  if (what === 'secured') secured(draft, opening, lease);
  else if (what === 'trunk-opened') sprungOpen(draft, opening, lease);
  else if (what === 'left-open' && lease.delivery !== null) {
    const delivery = draft.get(DELIVERY, lease.delivery);
    // The box may notice before the gateway's own 5 minutes are over.
    if (delivery?.opening === opening && delivery.openMs !== null && delivery.alert === 0) {
      leftOpen(draft, lease.delivery, delivery, 1);
    }
  }
}

/** Positions of a stolen car are for the call centre and not for the log (A24). */
function enter(draft: Draft, { box, boxKey, bytes, report }: ReportWord): void {
  const { what, opening, body } = report;
  if (what === 'tracked') return;
  const delivery = opening === undefined ? null : (draft.get(LEASE, toHex(opening))?.delivery ?? null);
  const service = delivery === null ? (SERVICE_OF[what] ?? 'locking') : 'delivery';
  if (body !== undefined && !isHarmless(service, body)) {
    draft.count('access/evidence-withheld');
    return;
  }
  draft.record(box, AuditReport, {
    kind: 'report',
    box,
    what,
    key: boxKey,
    report: bytes,
    ...(opening === undefined ? {} : { opening }),
    ...(delivery === null ? {} : { delivery: bytesOf(delivery) }),
  });
}
