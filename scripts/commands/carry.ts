import { Command } from 'commander';
import { openPhone, PHONE_EXIT_CODES, type PhoneWords, phoneOptions } from '../access/phone-words.ts';
import { numberIn } from '../arguments.ts';
import { EXIT } from '../exit.ts';
import { printJson } from '../output.ts';

const EXAMPLES = `
A box in a garage has no network, a phone beside it has. It carries signed messages both ways and opens none: that a
lid was closed and locked, for instance, without which a courier is not free (A18).

Example:
  bordbox carry --phone courier.phone --beside 127.0.0.1:4711 --for 5`;

const HELLO_MS = 2_000;

export function carryCommand(): Command {
  return phoneOptions(
    new Command('carry').description('stay beside a box and carry messages between it and the gateway'),
  )
    .option('--for <s>', 'seconds', numberIn(1, 3600), 5)
    .addHelpText('after', `${EXAMPLES}\n${PHONE_EXIT_CODES}`)
    .action(carry);
}

async function carry(words: PhoneWords & { readonly for: number }): Promise<void> {
  const { live, box } = await openPhone('carry', words, { needsBeside: true });
  const carried = { clock: 0, result: 0, report: 0 };
  const meet = (): void => live.apply(live.owner.phone.plan({ kind: 'meet' }, Date.now()));
  const again = setInterval(meet, HELLO_MS);
  try {
    const time = live.until((effect) => {
      if (effect.kind === 'heard' && effect.heard.kind in carried) carried[effect.heard.kind as keyof typeof carried]++;
      return null;
    }, words.for * 1000);
    meet();
    await time;
  } finally {
    clearInterval(again);
    await live.close();
  }
  if (words.json) printJson({ box, carried });
  else process.stdout.write(`carried ${carried.clock} clocks, ${carried.result} results, ${carried.report} reports\n`);
  if (carried.clock === 0) process.exitCode = EXIT.failed;
}
