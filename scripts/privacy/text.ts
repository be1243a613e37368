/** What the privacy command says to people. */

import { isoUtc } from '../../gateway/core/iso-utc.ts';
import { dueOf, isStopped, type PrivacyRecord } from '../../gateway/core/privacy/privacy-record.ts';
import { type Facts, VIEWS, type ViewName } from '../../gateway/core/privacy/view.ts';
import type { Erased } from '../../gateway/edge/privacy-desk.ts';

export function viewText(name: ViewName, rows: readonly Facts[]): string {
  const { recipient, purpose, basis, requirement } = VIEWS[name];
  const head = `${name}: for ${recipient}; ${purpose}; ${basis} (${requirement})\n`;
  return `${head}${rows.map((row) => `  ${JSON.stringify(row)}\n`).join('')}`;
}

export function erasedText(subject: string, { removed, records, chains, named, scoured }: Erased): string {
  const rows = Object.entries(removed).map(([table, count]) => `${count} ${table}`);
  const lines = [`${subject} is erased: ${rows.join(', ')}, ${records} records of access`];
  if (chains.length > 0) lines.push(`the log of ${chains.join(', ')} has lost what it says; the chain stays`);
  if (named > 0)
    lines.push(`${named} entries in the log of other owners' boxes name the person until their period ends`);
  lines.push('the telematics option cannot go on; the premium without it applies (C60)');
  if (!scoured) lines.push('others hold the file: old bytes may lie in it until bordbox privacy retention has run');
  return `${lines.join('\n')}\n`;
}

export function recordText(subject: string, record: PrivacyRecord): string {
  const { consents, restricted, blocked, contractEndMs } = record;
  const due = dueOf(record);
  const lines = [`${subject}: ${isStopped(record) ? 'trips are neither scored nor reported' : 'no hindrance'}`];
  for (const { purpose, statement, given, atMs } of consents) {
    lines.push(`  ${isoUtc(atMs)}  ${given ? 'consent to' : 'withdrawal of'} ${purpose}, statement ${statement}`);
  }
  if (restricted !== null) lines.push(`  restricted since ${isoUtc(restricted.sinceMs)}: ${restricted.ground}`);
  if (blocked !== null) lines.push(`  blocked until ${isoUtc(blocked.untilMs)}: ${blocked.why}`);
  if (contractEndMs !== null) lines.push(`  the contract ended on ${isoUtc(contractEndMs)}`);
  if (due !== null) lines.push(`  ${due.what} at ${isoUtc(due.atMs)}`);
  return `${lines.join('\n')}\n`;
}
