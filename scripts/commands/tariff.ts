import { Argument, Command } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import { printJson } from '../output.ts';
import { answerTo, exampleOf, schemaOf, TARIFF_NAMES } from '../tariff/document.ts';
import { asJson, asText, failed } from '../tariff/section.ts';

const EXAMPLES = `
FILE is a JSON document of facts. Each result names its rule and the requirement behind it. Where the facts
cannot be right the reason stands in the result's place, the others stand, and the exit code is 1.

Examples:
  bordbox tariff fahrstil docs/examples/tariff-fahrstil.json
  bordbox tariff appdrivex docs/examples/tariff-appdrivex.json --json
  bordbox tariff relaxed --example > mine.json
  bordbox tariff share --schema

docs/examples/tariff-share.json:
`;

function exampleText(): string {
  return `${EXAMPLES}${exampleOf('share').trimEnd()}`;
}

interface Options {
  readonly json?: boolean;
  readonly schema?: boolean;
  readonly example?: boolean;
}

export function tariffCommand(): Command {
  return new Command('tariff')
    .description('what a tariff says to a document of facts: discount, cashback, points, cover')
    .addArgument(new Argument('<tariff>', 'which one').choices(TARIFF_NAMES))
    .argument('[file]', 'the document of facts')
    .option('--json', 'one JSON document as the last line of standard output')
    .option('--schema', 'print the JSON schema of the document instead')
    .option('--example', 'print an example document instead')
    .addHelpText('after', exampleText)
    .action(run);
}

function run(tariff: string, file: string | undefined, { json, schema, example }: Options): void {
  if (schema) return void process.stdout.write(`${JSON.stringify(schemaOf(tariff), null, 2)}\n`);
  if (example) return void process.stdout.write(exampleOf(tariff));
  if (file === undefined) {
    throw new CommandError(EXIT.usage, `tariff: name a file; bordbox tariff ${tariff} --example prints one`);
  }
  const answer = answerTo(tariff, file);
  if (json) printJson(asJson(tariff, answer));
  else process.stdout.write(asText(answer));
  if (failed(answer)) process.exitCode = EXIT.failed;
}
