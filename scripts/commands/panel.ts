/** What somebody does in a car and at it, through the local port of a live box. */

import { Command } from 'commander';
import { CAR_ACTS, type CarAct } from '../../firmware/board/box-car.ts';
import type { CarAnswer, CarQuestion, ShownText } from '../../firmware/board/box-process.ts';
import { NearLine, placeFrom } from '../access/near-line.ts';
import { qrPicture, ticketText } from '../access/ticket-text.ts';
import { CommandError, EXIT } from '../exit.ts';
import { printJson } from '../output.ts';

const ANSWER_MS = 5_000;

const PANEL_EXAMPLES = `
Online services are off until somebody switches them on in the car (B87).

Examples:
  bordbox panel online on --beside 127.0.0.1:4711
  bordbox panel show-code --beside 127.0.0.1:4711
  bordbox panel valet 2580 --beside 4711

Exit codes: 0 done, 1 the car did not do it, 2 wrong words, 3 no box is there.`;

const CAR_EXAMPLES = `
Acts: ${Object.keys(CAR_ACTS).join(', ')}, look.

Examples:
  bordbox car close-lid --beside 127.0.0.1:4711
  bordbox car look --beside 4711 --json

Exit codes: 0 done, 1 the car did not let it be done, 2 wrong words, 3 no box is there.`;

interface Words {
  readonly beside: string;
  readonly json?: boolean;
}

export function panelCommand(): Command {
  return besideOptions(new Command('panel').description('touch the display of a live box: code, switches, valet mode'))
    .argument('<what>', 'show-code, online, profile, valet')
    .argument('[value]', 'on or off; the password of valet mode')
    .addHelpText('after', PANEL_EXAMPLES)
    .action(async (what: string, value: string | undefined, words: Words) => {
      tell(words, await ask('panel', words, { panel: actionFrom(what, value) }));
    });
}

export function carCommand(): Command {
  return besideOptions(new Command('car').description('do something at the simulated car of a live box, or look at it'))
    .argument('<act>', 'what is done')
    .addHelpText('after', CAR_EXAMPLES)
    .action(async (act: string, words: Words) => {
      if (act !== 'look' && !Object.hasOwn(CAR_ACTS, act)) {
        throw new CommandError(EXIT.usage, `car: ${act} is none of ${Object.keys(CAR_ACTS).join(', ')}, look`);
      }
      tell(words, await ask('car', words, act === 'look' ? { look: true } : { act: act as CarAct }));
    });
}

function besideOptions(command: Command): Command {
  return command
    .requiredOption('--beside <place>', 'HOST:PORT of the box, as it prints it')
    .option('--json', 'one JSON document as the last line of standard output');
}

function actionFrom(what: string, value: string | undefined): Extract<CarQuestion, { panel: unknown }>['panel'] {
  if (what === 'show-code') return { what: 'pair' };
  if (what === 'valet' && value !== undefined) return { what: 'valet', password: value };
  if ((what === 'online' || what === 'profile') && (value === 'on' || value === 'off')) {
    return { what: 'switch', name: what, on: value === 'on' };
  }
  throw new CommandError(EXIT.usage, 'panel: give show-code, online on|off, profile on|off, or valet PASSWORD');
}

async function ask(command: string, words: Words, question: CarQuestion): Promise<CarAnswer> {
  const place = placeFrom(words.beside);
  if (place === null) throw new CommandError(EXIT.usage, `${command}: ${words.beside} is no HOST:PORT`);
  const line = await NearLine.open(place);
  try {
    const text = await new Promise<string>((resolve, reject) => {
      const fail = (): void => reject(new CommandError(EXIT.environment, `${command}: the box does not answer`));
      const limit = setTimeout(fail, ANSWER_MS);
      line.listen((channel, body) => {
        if (channel !== 'car') return;
        clearTimeout(limit);
        resolve(Buffer.from(body).toString('utf8'));
      }, fail);
      line.send('car', Buffer.from(JSON.stringify(question)));
    });
    return JSON.parse(text) as CarAnswer;
  } finally {
    line.close();
  }
}

function tell({ json }: Words, answer: CarAnswer): void {
  const tickets = answer.shown.map((show) => ({ ...show, ...(show.bytes && { ticket: textOf(show) }) }));
  if (json) printJson({ ...answer, shown: tickets });
  else process.stdout.write(`${[...answer.shown.map(shownLine), carLine(answer)].join('\n')}\n`);
  const refused = answer.shown.some(({ what }) => REFUSALS.has(what));
  if (!answer.done || refused) process.exitCode = EXIT.failed;
}

const REFUSALS: ReadonlySet<string> = new Set(['paired-already', 'switch-locked', 'wrong-password', 'cannot-start']);

function textOf({ bytes = '' }: ShownText): string {
  return ticketText(Uint8Array.from(Buffer.from(bytes, 'base64url')));
}

function shownLine(show: ShownText): string {
  if (show.what !== 'pairing-code') {
    const { what, ...rest } = show;
    return [`display: ${what}`, ...Object.entries(rest).map(([name, value]) => `${name} ${value}`)].join(', ');
  }
  const text = textOf(show);
  return `${qrPicture(text)}\n${text}`;
}

function carLine({ body, power, done }: CarAnswer): string {
  const lid = body.lidOpen ? 'open' : body.lidLatched ? 'closed' : 'down, not latched';
  const doors = body.doorsOpen === 0 ? 'closed' : 'open';
  return [
    done ? 'car:' : 'car: it did not let that be done;',
    `doors ${doors} and ${body.doorsLocked ? 'locked' : 'unlocked'},`,
    `trunk ${lid} and ${body.trunkLocked ? 'locked' : 'unlocked'},`,
    `engine ${body.engineOn ? 'on' : 'off'}, immobiliser ${body.immobilised ? 'engaged' : 'released'}; box ${power}`,
  ].join(' ');
}
