/** `npm run races`: many at once, and the power fails in between. Nothing may open twice, or without an entry. */

import { Command, CommanderError } from 'commander';
import { nodeCrypto } from '../gateway/edge/node-crypto.ts';
import { wholeNumberIn } from './arguments.ts';
import { CommandError, EXIT } from './exit.ts';
import { log, printJson } from './output.ts';
import { progress } from './progress.ts';
import { boxCuts, type CutFigures } from './races/box-cuts.ts';
import { type RedemptionFigures, raceForOneTan } from './races/redemptions.ts';
import { type StreetFigures, streetCuts } from './races/street-cuts.ts';

const EXAMPLE = `
One TAN is redeemed by many requests at one instant, through two gateway processes on one store. The power of a box
fails at every flash operation of an unlock and of a delivery: alone with a scripted gateway, twice in a row and with
flash that is old and nearly full, and on a street with the real gateway and its audit log.

Example:
  npm run races -- --redemptions 1000 --json

Exit codes: 0 nothing opened twice or unseen, 1 something did, 2 wrong words, 3 the machine refused.`;

interface Options {
  readonly redemptions: number;
  readonly seed: number;
  readonly nested: boolean;
  readonly json?: boolean;
}

interface Report {
  readonly seed: number;
  readonly redemptions: RedemptionFigures;
  readonly boxCuts: CutFigures;
  readonly streetCuts: StreetFigures;
  readonly ok: boolean;
}

async function run({ redemptions, seed, nested, json }: Options): Promise<void> {
  const bar = progress('races');
  const one = await raceForOneTan(redemptions, (share) => bar.at(share * 0.2));
  const box = boxCuts({ crypto: nodeCrypto(), seed, nested, onStep: (share) => bar.at(0.2 + share * 0.5) });
  const street = await streetCuts((share) => bar.at(0.7 + share * 0.3));
  bar.done();
  const ok = one.ok && box.failures.length === 0 && street.failures.length === 0;
  const report: Report = { seed, redemptions: one, boxCuts: box, streetCuts: street, ok };
  if (json) printJson(report);
  else process.stdout.write(reportText(report));
  if (!ok) process.exitCode = EXIT.failed;
}

function reportText({ redemptions, boxCuts: box, streetCuts: street, ok }: Report): string {
  const { audited } = redemptions;
  const words = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([word, count]) => `${count} ${word}`)
      .join(', ');
  return `${[
    `${redemptions.redemptions} redemptions of one TAN at once, two gateways: ${redemptions.openings} opening (${words(redemptions.verdicts)})`,
    `  in the audit log: ${audited.attempts} attempts, ${audited.openings} opening that the box has signed`,
    `power cuts of a box: ${box.stories} stories, ${box.cuts[0]} cut once, ${box.cuts[1]} twice; ${box.opened} opened, at most ${box.openingsMax} time for a lease (${words(box.outcomes)})`,
    `power cuts with the gateway: ${street.stories} stories; ${street.opened} opened, at most ${street.motionsMax} time for a request (${words(street.verdicts)})`,
    ...[...box.failures, ...street.failures].map(
      ({ story, violations }) => `  FAILED ${story}: ${violations.join('; ')}`,
    ),
    ok ? 'nothing opened twice, and nothing without an entry' : 'a promise does not hold',
  ].join('\n')}\n`;
}

const program = new Command('races')
  .description('redeems one TAN a thousand times at once, and cuts the power of a box wherever it can fail')
  .option('--redemptions <n>', 'requests at one instant', wholeNumberIn(2, 10_000), 1000)
  .option('--seed <n>', 'seed of what damage does', wholeNumberIn(0, 0xffffffff), 1)
  .option('--no-nested', 'leave out the second cuts')
  .option('--json', 'one JSON document as the last line of standard output')
  .addHelpText('after', EXAMPLE)
  .exitOverride()
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof CommandError) {
    log(`races: ${error.message}`);
    process.exitCode = error.code;
  } else throw error;
}
