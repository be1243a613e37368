import { Command } from 'commander';
import { ACTIONS, type Action, type BoxResult } from '../../protocol/access-messages.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { keyBytes, keyFromText, keyText } from '../access/key-text.ts';
import { changePhoneFile, readPhoneFile } from '../access/phone-file.ts';
import { askOnce, openPhone, PHONE_EXIT_CODES, type PhoneWords, phoneOptions, tell } from '../access/phone-words.ts';
import { reasonText, wentWell } from '../access/verdict-text.ts';
import { beginOption, idFrom, instantS } from '../access/words.ts';
import { CommandError, EXIT } from '../exit.ts';
import { printJson } from '../output.ts';

const EXAMPLES = `
A shared key is a grant that the owner signs beside the car (B39) and the gateway registers. It works over the short-range link, without any
network, from its begin to its end, until it is revoked. The owner's own key needs no grant.

Examples:
  bordbox key share --phone owner.phone --to <public key of friend.phone> --actions unlock,lock,start --until +2d
  bordbox key take <key> --phone friend.phone --box <id>
  bordbox key use unlock --phone friend.phone --beside 127.0.0.1:4711
  bordbox key list --phone owner.phone --json
  bordbox key revoke <id of the grant> --phone owner.phone`;

interface ShareWords extends PhoneWords {
  readonly to: string;
  readonly actions: string;
  readonly from: number;
  readonly until: number;
}

export function keyCommand(): Command {
  const command = new Command('key')
    .description('digital keys: share, list, revoke, use (B38-B43)')
    .addHelpText('after', `${EXAMPLES}\n${PHONE_EXIT_CODES}`);
  phoneOptions(command.command('share').description('give a key to another phone; beside the car'))
    .requiredOption('--to <hex>', 'public key of the phone that gets it')
    .option('--actions <list>', `of ${Object.keys(ACTIONS).join(', ')}`, 'lock,unlock,start')
    .addOption(beginOption())
    .requiredOption('--until <time>', '+2d, or 2026-03-14T12:00Z', instantS)
    .action(share);
  phoneOptions(command.command('list').description('which keys were shared')).action(
    async (words: PhoneWords) => void (await askOnce('key', words, { kind: 'keys' })),
  );
  phoneOptions(command.command('revoke').description('end a shared key'))
    .argument('<grant>', 'id of the grant, as list prints it')
    .action(async (grant: string, words: PhoneWords) => {
      await askOnce('key', words, { kind: 'revoke', subject: idFrom('key', grant) });
    });
  phoneOptions(command.command('take').description('keep a key that somebody has shared with this phone'))
    .argument('<key>', 'as share prints it')
    .action(take);
  phoneOptions(command.command('use').description('use a key beside the car; no network is needed'))
    .argument('<action>', Object.keys(ACTIONS).join(', '))
    .action(use);
  return command;
}

async function share(words: ShareWords): Promise<void> {
  const holder = fromHex(words.to);
  if (holder?.length !== 32) throw new CommandError(EXIT.usage, 'key: --to wants the 64 digits of a public key');
  const offer = { holder, actions: actionsFrom(words.actions), fromS: words.from, toS: words.until };
  const { live, box } = await openPhone('key', words, { needsBeside: true });
  try {
    let grant: Uint8Array = new Uint8Array();
    const begin = () => {
      const shared = live.owner.share(box, offer, Date.now());
      grant = shared.grant;
      return shared.effects;
    };
    const answer = await live.answered(begin, words.wait);
    const registration = answer.reply?.registration;
    const good = wentWell(answer) && registration !== undefined;
    const key = good ? keyText(grant, registration) : '';
    if (good && !words.json) process.stdout.write(`key for that phone: ${key}\n`);
    tell(words, answer, good ? { grant: key } : {});
  } finally {
    await live.close();
  }
}

function actionsFrom(text: string): readonly Action[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !Object.hasOwn(ACTIONS, name));
  if (wrong !== undefined || names.length > 16) {
    throw new CommandError(
      EXIT.usage,
      `key: --actions: ${wrong ?? 'more than 16'}; give some of ${Object.keys(ACTIONS)}`,
    );
  }
  return names as Action[];
}

function take(text: string, words: PhoneWords): void {
  const file = readPhoneFile(words.phone);
  const box = words.box ?? file.box;
  if (box === undefined) throw new CommandError(EXIT.usage, 'key: which box is the grant for? give --box ID');
  const key = keyFromText(text);
  if (key === null) throw new CommandError(EXIT.usage, 'key: this is no key; pass all that bordbox key share printed');
  const { grant, registration, value } = key;
  // A newer grant takes the place of an older one for the same box.
  const others = file.grants.filter((kept) => kept.box !== box);
  changePhoneFile(words.phone, { box: file.box ?? box, grants: [...others, { box, grant, registration }] });
  const told = { grant: toHex(value.id), actions: value.actions, fromS: value.fromS, toS: value.toS };
  if (words.json) printJson(told);
  else process.stdout.write(`key ${told.grant} for ${told.actions.join(', ')}\n`);
}

async function use(action: string, words: PhoneWords): Promise<void> {
  const [name] = actionsFrom(action);
  const { live, file, box } = await openPhone('key', words, { needsBeside: true, needsGateway: false });
  const startedMs = performance.now();
  try {
    const kept = file.grants.find((grant) => grant.box === box);
    const grant = kept === undefined ? null : keyBytes(kept.grant);
    const registration = kept && keyBytes(kept.registration);
    const result = live.until((effect) => {
      if (effect.kind !== 'heard') return null;
      if (effect.heard.kind === 'silence') return 'silence' as const;
      return effect.heard.kind === 'result' && effect.heard.ofKey ? effect.heard.result : null;
    }, words.wait * 1000);
    live.apply(live.owner.phone.plan({ kind: 'use', action: name, grant, registration }, Date.now()));
    tellUse(words, box, await result, (performance.now() - startedMs) / 1000);
  } finally {
    await live.close();
  }
}

function tellUse(words: PhoneWords, box: string, result: BoxResult | 'silence' | null, seconds: number): void {
  if (result === null || result === 'silence') {
    throw new CommandError(EXIT.failed, 'key: the box beside does not answer; is it the box of --box?');
  }
  const { action, outcome, reason, body } = result;
  if (words.json) {
    printJson({ box, action, verdict: outcome, reason, body, seconds: Math.round(seconds * 1000) / 1000 });
  } else {
    const why = reason === undefined ? '' : `, ${reasonText(reason)}`;
    process.stdout.write(`key ${action}: ${outcome}${why}, after ${seconds.toFixed(2)} s\n`);
  }
  if (outcome !== 'executed') process.exitCode = EXIT.failed;
}
