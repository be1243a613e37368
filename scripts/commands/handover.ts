import { Command } from 'commander';
import { sameBytes } from '../../protocol/bytes.ts';
import { isDeviceId } from '../../protocol/identity.ts';
import { askOnce, openPhone, PHONE_EXIT_CODES, type PhoneWords, phoneOptions, tell } from '../access/phone-words.ts';
import { idFrom } from '../access/words.ts';
import { CommandError, EXIT } from '../exit.ts';

const EXAMPLES = `
While a car is handed over, cover follows the one who has it; begin and end are records with the car's signed states (A8).

Examples:
  bordbox handover begin --to <id of friend.phone> --phone owner.phone
  bordbox handover end --phone owner.phone --json`;

export function handoverCommand(): Command {
  const command = new Command('handover')
    .description('ready to share: hand the car over to somebody, and take it back (A8)')
    .addHelpText('after', `${EXAMPLES}\n${PHONE_EXIT_CODES}`);
  phoneOptions(command.command('begin').description('somebody takes the car over'))
    .requiredOption('--to <id>', 'device id of the phone that takes over')
    .action(async (words: PhoneWords & { readonly to: string }) => {
      if (!isDeviceId(words.to)) throw new CommandError(EXIT.usage, `handover: ${words.to} is no device id`);
      await askOnce('handover', words, { kind: 'hand-over', person: words.to });
    });
  phoneOptions(command.command('end').description('the car is back')).action(async (words: PhoneWords) => {
    await askOnce('handover', words, { kind: 'hand-back' });
  });
  return command;
}

/** The gateway answers twice: with the last word about the other request, and that it has said so. */
async function outcome(text: string, words: PhoneWords): Promise<void> {
  const subject = idFrom('outcome', text);
  const { live, box } = await openPhone('outcome', words);
  try {
    const other = live.until(
      (effect) => (effect.kind === 'news' && sameBytes(effect.reply.cti, subject) ? effect.reply : null),
      words.wait * 1000,
    );
    const answer = await live.ask({ kind: 'outcome', subject, box }, words.wait);
    tell(words, answer.reply?.verdict === 'executed' ? { ...answer, reply: await other } : answer);
  } finally {
    await live.close();
  }
}

export function outcomeCommand(): Command {
  return phoneOptions(new Command('outcome').description('what became of a request? the verdict, the same each time'))
    .argument('<request>', 'its id, as every command prints it with --json')
    .addHelpText('after', `\nExample:\n  bordbox outcome <request> --phone owner.phone\n${PHONE_EXIT_CODES}`)
    .action(outcome);
}
