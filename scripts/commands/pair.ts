import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { PairingTicket } from '../../protocol/near-messages.ts';
import { unread } from '../../simulator/peers/unread.ts';
import { changePhoneFile } from '../access/phone-file.ts';
import { askOnce, openPhone, PHONE_EXIT_CODES, type PhoneWords, phoneOptions, tell } from '../access/phone-words.ts';
import { ticketFrom } from '../access/ticket-text.ts';
import { wentWell } from '../access/verdict-text.ts';
import { CommandError, EXIT } from '../exit.ts';

const EXAMPLES = `
The code is good for 5 minutes and one pairing. In the car:  bordbox panel show-code --beside 127.0.0.1:4711

Examples:
  bordbox pair --phone owner.phone --ticket BORDBOX:hFgq... --beside 127.0.0.1:4711
  bordbox unpair --phone owner.phone`;

export function pairCommand(): Command {
  return phoneOptions(new Command('pair').description('make this phone the owner of a box, beside the car (B34)'))
    .requiredOption('--ticket <text>', 'what the QR code in the car says, or a file with it')
    .addHelpText('after', `${EXAMPLES}\n${PHONE_EXIT_CODES}`)
    .action(pair);
}

export function unpairCommand(): Command {
  return phoneOptions(new Command('unpair').description('give the box up; it erases what it collected (B37)'))
    .addHelpText('after', `\nExample:\n  bordbox unpair --phone owner.phone\n${PHONE_EXIT_CODES}`)
    .action(async (words: PhoneWords) => void (await askOnce('unpair', words, { kind: 'unpair' })));
}

async function pair(words: PhoneWords & { readonly ticket: string }): Promise<void> {
  const text = existsSync(words.ticket) ? readFileSync(words.ticket, 'utf8') : words.ticket;
  const ticket = ticketFrom(text);
  const seen = ticket === null ? null : unread(PairingTicket, ticket);
  if (ticket === null || seen === null) {
    throw new CommandError(EXIT.usage, 'pair: --ticket is not what the QR code says; it begins with BORDBOX:');
  }
  const { live } = await openPhone('pair', words, { box: seen.box, needsBeside: true });
  try {
    const begin = () => live.owner.pair(ticket, Date.now()) ?? [];
    const answer = tell(words, await live.answered(begin, words.wait));
    if (!wentWell(answer)) return;
    // The box learns whose it is from the binding, which this phone hands over when the box has no network.
    changePhoneFile(words.phone, { box: seen.box, ...(words.beside !== undefined && { beside: words.beside }) });
  } finally {
    await live.close();
  }
}
