import { Command } from 'commander';
import { TAN_CHARS_MAX } from '../../protocol/access-messages.ts';
import { askOnce, PHONE_EXIT_CODES, type PhoneWords, phoneOptions } from '../access/phone-words.ts';
import { beginOption, idFrom, instantS } from '../access/words.ts';
import { CommandError, EXIT } from '../exit.ts';

const EXAMPLES = `
The owner orders and gets a TAN, once. A courier of that carrier takes the delivery on the tour, locates the car once,
and opens the trunk once with the TAN. It is done when the car says that it is closed and locked (A12-A18).

Examples:
  bordbox deliver order --phone owner.phone --carrier DHL --until +4h
  bordbox deliver load <delivery> --phone courier.phone --box <id>
  bordbox deliver locate <delivery> --phone courier.phone --box <id>
  bordbox deliver redeem <delivery> <TAN> --phone courier.phone --box <id> --json
  bordbox deliver state <delivery> --phone owner.phone
  bordbox deliver cancel <delivery> --phone owner.phone`;

interface OrderWords extends PhoneWords {
  readonly carrier: string;
  readonly from: number;
  readonly until: number;
  readonly again?: string;
}

type OfDelivery = 'load' | 'locate-once' | 'delivery' | 'cancel-order';
const OF_DELIVERY: readonly (readonly [string, OfDelivery, string])[] = [
  ['load', 'load', 'courier: take a delivery on the tour'],
  ['locate', 'locate-once', 'courier: where is the car? once for each delivery (A12)'],
  ['state', 'delivery', 'how does the delivery stand?'],
  ['cancel', 'cancel-order', 'owner: no delivery any more'],
];

export function deliverCommand(): Command {
  const command = new Command('deliver')
    .description('deliveries into the trunk: order, load, locate, redeem, state, cancel')
    .addHelpText('after', `${EXAMPLES}\n${PHONE_EXIT_CODES}`);
  phoneOptions(command.command('order').description('owner: let a carrier open the trunk once; prints the TAN'))
    .requiredOption('--carrier <name>', 'whose couriers may come')
    .addOption(beginOption())
    .requiredOption('--until <time>', 'end of the window: +4h, or 2026-03-12T22:00Z', instantS)
    .option('--again <delivery>', 'a new TAN for this delivery, after a failed opening')
    .action(order);
  for (const [name, kind, description] of OF_DELIVERY) {
    phoneOptions(command.command(name).description(description))
      .argument('<delivery>', 'its id, as order prints it')
      .action(async (delivery: string, words: PhoneWords) => {
        await askOnce('deliver', words, { kind, delivery: idFrom('deliver', delivery) });
      });
  }
  phoneOptions(command.command('redeem').description('courier: open the trunk with the TAN'))
    .argument('<delivery>', 'its id')
    .argument('<tan>', 'as the owner has given it to the carrier')
    .action(async (delivery: string, tan: string, words: PhoneWords) => {
      await askOnce('deliver', words, { kind: 'redeem', delivery: idFrom('deliver', delivery), tan: tanFrom(tan) });
    });
  return command;
}

export function tanCommand(): Command {
  return phoneOptions(new Command('tan').description('courier: open the trunk with a TAN; short for deliver redeem'))
    .argument('<tan>', 'as the owner has given it to the carrier')
    .requiredOption('--delivery <id>', 'of which delivery')
    .addHelpText(
      'after',
      `\nExample:\n  bordbox tan 7K3MZ9QX --delivery <id> --phone courier.phone --box <id>\n${PHONE_EXIT_CODES}`,
    )
    .action(async (tan: string, words: PhoneWords & { readonly delivery: string }) => {
      await askOnce('tan', words, { kind: 'redeem', delivery: idFrom('tan', words.delivery), tan: tanFrom(tan) });
    });
}

async function order({ carrier, from, until, again, ...words }: OrderWords): Promise<void> {
  const delivery = again === undefined ? undefined : idFrom('deliver', again);
  await askOnce('deliver', words, { kind: 'order', carrier, fromS: from, toS: until, delivery });
}

/** What is too long for the message is refused here, and would be refused there before it is looked at. */
function tanFrom(text: string): string {
  const tan = text.toUpperCase().replace(/[\s-]/g, '');
  if (tan.length <= TAN_CHARS_MAX && /^[\x20-\x7e]*$/.test(tan)) return tan;
  throw new CommandError(EXIT.usage, `tan: a TAN has 8 letters and digits; this one has ${tan.length} characters`);
}
