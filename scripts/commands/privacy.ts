import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { isoUtc } from '../../gateway/core/iso-utc.ts';
import { hasConsent, type PrivacyRecord } from '../../gateway/core/privacy/privacy-record.ts';
import { type Change, GROUNDS, rightsAdvice } from '../../gateway/core/privacy/rights.ts';
import { VIEWS, type ViewName } from '../../gateway/core/privacy/view.ts';
import type { DeskReason, PrivacyDesk } from '../../gateway/edge/privacy-desk.ts';
import type { Result } from '../../protocol/result.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { withDesk } from '../privacy/open-desk.ts';
import { erasedText, recordText, viewText } from '../privacy/text.ts';

const EXAMPLES = `
A person is known here by the id of a sensor, a box or a phone, and by nothing else (C50). The gateway may run meanwhile.
Nothing is done before somebody has verified who asks: --verified says how, and the store keeps it (B113).

Examples:
  bordbox privacy trips as3nn9tmcd3mr0m5vxevyayapw --data ./data                     what the customer sees (C24)
  bordbox privacy trips as3nn9tmcd3mr0m5vxevyayapw --view insurer-appdrivex --json   what this insurer gets (E35)
  bordbox privacy export as3nn9tmcd3mr0m5vxevyayapw --verified "ID card, desk 3" --out mine.json
  bordbox privacy erase as3nn9tmcd3mr0m5vxevyayapw --verified "signed letter of 3 May"
  bordbox privacy restrict as3nn9tmcd3mr0m5vxevyayapw --ground accuracy --verified "phone call back"
  bordbox privacy unrestrict as3nn9tmcd3mr0m5vxevyayapw --verified "phone call back"
  bordbox privacy block as3nn9tmcd3mr0m5vxevyayapw --why "claim 4711" --until 2029-12-31 --verified "court order"
  bordbox privacy consent as3nn9tmcd3mr0m5vxevyayapw --purpose telematics --give 2026-01 --verified "application"
  bordbox privacy consent as3nn9tmcd3mr0m5vxevyayapw --purpose telematics --withdraw --verified "e-mail"
  bordbox privacy consent as3nn9tmcd3mr0m5vxevyayapw                                 the history, and what holds
  bordbox privacy retention as3nn9tmcd3mr0m5vxevyayapw --contract-end 2026-09-30 --verified "insurer's notice"
  bordbox privacy retention                                                          does what is due; run it daily

Exit codes: 0 done, 1 refused or not finished, 2 wrong words.`;

interface Words {
  readonly data: string;
  readonly json?: boolean;
  readonly verified?: string;
}

export function privacyCommand(): Command {
  const command = new Command('privacy')
    .description('who sees what, and the rights of persons: trips, export, erase, restrict, block, consent, retention')
    .addHelpText('after', EXAMPLES);
  const part = (words: string, description: string): Command =>
    command
      .command(words)
      .description(description)
      .option('--data <dir>', "the gateway's data folder", './bordbox-data')
      .option('--json', 'one JSON document as the last line');
  const verified = (made: Command): Command =>
    made.requiredOption('--verified <how>', 'how, and by whom, it was verified who asks (B113)');
  const id = 'id of a sensor, a box or a phone';
  part('trips', 'trips as one audience sees them')
    .argument('<device>', 'id of a sensor')
    .addOption(new Option('--view <name>', 'whose view').choices(Object.keys(VIEWS)).default('customer-trip'))
    .option('--tenant <name>', 'under whose pseudonyms', 'insurer')
    .option('--map <file>', 'roads and places, as the gateway has them')
    .action(trips);
  verified(part('export', 'everything about a person, with purposes and recipients (B105, B110)'))
    .argument('<id>', id)
    .option('--out <file>', 'where it goes; standard output without it')
    .option('--map <file>', 'roads, as the gateway has them, for the scores')
    .action(exportData);
  verified(part('erase', 'leave nothing of a person; the telematics option ends with it (C60)'))
    .argument('<id>', id)
    .action(erase);
  verified(part('restrict', 'keep the data and do nothing with them (B109)'))
    .argument('<id>', id)
    .addOption(new Option('--ground <ground>', 'of Art. 18 GDPR').choices(GROUNDS).makeOptionMandatory())
    .action((subject: string, { ground, ...words }: Words & { readonly ground: string }) =>
      change(subject, { right: 'restrict', ground }, words),
    );
  verified(part('unrestrict', 'go on with the data; trips that waited are scored'))
    .argument('<id>', id)
    .action((subject: string, words: Words) => change(subject, { right: 'unrestrict' }, words));
  verified(part('block', 'what the law makes us keep: for the legal purpose only, and deleted after it (B12)'))
    .argument('<id>', id)
    .requiredOption('--why <case>', 'the legal purpose')
    .requiredOption('--until <date>', 'the day on which it is deleted', utcDay)
    .action((subject: string, { why, until, ...words }: Words & { readonly why: string; readonly until: number }) =>
      change(subject, { right: 'block', why, untilMs: until }, words),
    );
  part('consent', 'give, withdraw with effect from now on, or show the history (B112)')
    .argument('<id>', id)
    .option('--purpose <name>', '"telematics" is what scoring rests on', 'telematics')
    .option('--give <statement>', 'version of the statement that was agreed to')
    .option('--withdraw', 'from now on; what was done before stays done')
    .option('--verified <how>', 'how, and by whom, it was verified who asks (B113)')
    .action(consent);
  part('retention', 'do what is due, or say when a contract has ended (C59)')
    .argument('[id]', id)
    .option('--contract-end <date>', 'first day without the contract', utcDay)
    .option('--verified <how>', 'whose word that is')
    .option('--map <file>', 'roads, as the gateway has them, for the scores')
    .action(retention);
  return command;
}

interface TripWords extends Words {
  readonly view: ViewName;
  readonly tenant: string;
  readonly map?: string;
}

async function trips(device: string, { data, json, view, tenant, map }: TripWords): Promise<void> {
  const rows = await withDesk(data, map, (desk) => desk.view(device, view, tenant));
  if (!rows.ok) throw new CommandError(EXIT.failed, `privacy: ${view} of ${device}: ${rows.reason}`);
  const { audience, recipient, purpose, basis, requirement } = VIEWS[view];
  if (json) printJson({ view, audience, recipient, purpose, basis, requirement, rows: rows.value });
  else process.stdout.write(viewText(view, rows.value));
}

async function exportData(
  subject: string,
  { data, json, verified = '', out, map }: Words & { readonly out?: string; readonly map?: string },
): Promise<void> {
  const document = await withDesk(data, map, (desk) => desk.exportData(subject, verified));
  const exported = granted(subject, document);
  if (out === undefined) return printJson(exported);
  writeFileSync(out, `${JSON.stringify(exported, null, 1)}\n`, { mode: 0o600 });
  if (json) printJson({ export: out, subject });
  else log(`privacy: ${out} holds everything about ${subject}, with purposes and recipients`);
}

async function erase(subject: string, { data, json, verified = '' }: Words): Promise<void> {
  const erased = granted(subject, await withDesk(data, undefined, (desk) => desk.erase(subject, verified)));
  if (json) printJson({ subject, ...erased });
  else process.stdout.write(erasedText(subject, erased));
  if (!erased.scoured) process.exitCode = EXIT.failed;
}

async function change(subject: string, asked: Change, { data, json, verified = '' }: Words): Promise<void> {
  const record = granted(subject, await withDesk(data, undefined, (desk) => desk.change(subject, asked, verified)));
  show(subject, record, json);
}

interface ConsentWords extends Words {
  readonly purpose: string;
  readonly give?: string;
  readonly withdraw?: boolean;
}

async function consent(subject: string, { purpose, give, withdraw, ...words }: ConsentWords): Promise<void> {
  if (give !== undefined && withdraw) throw new CommandError(EXIT.usage, 'privacy: either --give or --withdraw');
  if (give === undefined && !withdraw) {
    return show(subject, await withDesk(words.data, undefined, (desk) => desk.record(subject)), words.json);
  }
  const statement = give ?? (await statementOf(subject, purpose, words.data));
  await change(subject, { right: 'consent', purpose, statement, given: give !== undefined }, words);
}

/** A withdrawal is about the statement that was agreed to last. */
async function statementOf(subject: string, purpose: string, data: string): Promise<string> {
  const { consents } = await withDesk(data, undefined, (desk) => desk.record(subject));
  return consents.findLast((entry) => entry.purpose === purpose)?.statement ?? 'none';
}

interface RetentionWords extends Words {
  readonly contractEnd?: number;
  readonly map?: string;
}

async function retention(subject: string | undefined, { contractEnd, map, ...words }: RetentionWords): Promise<void> {
  if ((subject === undefined) !== (contractEnd === undefined)) {
    throw new CommandError(EXIT.usage, 'privacy: give an id together with --contract-end, or neither of them');
  }
  if (subject !== undefined && contractEnd !== undefined) {
    return change(subject, { right: 'contract-end', endMs: contractEnd }, words);
  }
  const done = await withDesk(words.data, map, (desk: PrivacyDesk) => desk.retention());
  if (words.json) printJson(done);
  else {
    log(
      `privacy: ${done.anonymised} made anonymous, ${done.deleted} deleted at the end of a block, ` +
        `${done.openings} payloads of the log and ${done.notBelieved} rows of the quarantine forgotten`,
    );
  }
  if (!done.scoured) throw new CommandError(EXIT.failed, NOT_SCOURED);
}

const NOT_SCOURED = 'privacy: others hold the file, so old bytes may lie in it; run bordbox privacy retention again';

function show(subject: string, record: PrivacyRecord, json: boolean | undefined): void {
  const due = record.contractEndMs === null ? null : isoUtc(record.contractEndMs);
  if (json) printJson({ subject, ...record, contractEnd: due, telematics: hasConsent(record, 'telematics') });
  else process.stdout.write(recordText(subject, record));
}

const ADVICE: Readonly<Record<Exclude<DeskReason, Parameters<typeof rightsAdvice>[0]>, string>> = {
  unknown: 'is no device or phone that this gateway knows',
  busy: 'is being changed all the time; try again',
  kept: 'is restricted or blocked, so the data are kept; lift the restriction, or wait for the end of the block',
};

function granted<T>(subject: string, result: Result<T, DeskReason>): T {
  if (result.ok) return result.value;
  const { reason } = result;
  const text = reason === 'unknown' || reason === 'busy' || reason === 'kept' ? ADVICE[reason] : rightsAdvice(reason);
  throw new CommandError(EXIT.failed, `privacy: ${subject}: ${text}`);
}

function utcDay(text: string): number {
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(ms)) {
    throw new InvalidArgumentError('give a day as 2026-09-30.');
  }
  return ms;
}
