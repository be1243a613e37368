/** What an owner asks of a car from afar, one command each. */

import { Command } from 'commander';
import type { Action } from '../../protocol/access-messages.ts';
import { askOnce, PHONE_EXIT_CODES, type PhoneWords, phoneOptions } from '../access/phone-words.ts';
import { wholeNumberIn } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';

interface Simple {
  readonly name: string;
  readonly description: string;
  readonly action: Action;
}

const SIMPLE: readonly Simple[] = [
  { name: 'lock', action: 'lock', description: 'lock the doors' },
  { name: 'unlock', action: 'unlock', description: 'unlock the doors; they lock again after 120 s if none is opened' },
  { name: 'trunk', action: 'trunk', description: 'open the trunk, and nothing else' },
  { name: 'status', action: 'status', description: 'ask the car how it is (B58)' },
  {
    name: 'immobilise',
    action: 'immobilise',
    description: 'engine cannot be started from the next standstill on (B92)',
  },
  { name: 'release', action: 'release', description: 'release the immobiliser' },
];

function simpleCommand({ name, description, action }: Simple): () => Command {
  return () =>
    phoneOptions(new Command(name).description(description))
      .addHelpText('after', `\nExample:\n  bordbox ${name} --phone owner.phone --json\n${PHONE_EXIT_CODES}`)
      .action(async (words: PhoneWords) => void (await askOnce(name, words, { kind: action })));
}

/** A command whose first word chooses the action. */
interface Chosen {
  readonly name: string;
  readonly description: string;
  readonly choices: Readonly<Record<string, Action>>;
  readonly argument: string;
}

const CHOSEN: readonly Chosen[] = [
  {
    ...{ name: 'charge', description: 'start or stop charging (B57)', argument: 'what' },
    choices: { start: 'charge-start', stop: 'charge-stop' },
  },
  {
    ...{
      name: 'alarm',
      description: 'arm or disarm the alarm and the immobiliser from afar (B89, B90)',
      argument: 'what',
    },
    choices: { arm: 'arm', disarm: 'disarm' },
  },
  {
    ...{
      name: 'track',
      description: 'a stolen car: say where it is, again and again, or no longer (B94)',
      argument: 'what',
    },
    choices: { on: 'track-on', off: 'track-off' },
  },
  {
    ...{
      name: 'services',
      description: 'switches of the car, as far as a phone may move them (B64, B87)',
      argument: 'what',
    },
    choices: { 'profile-on': 'profile-on', 'profile-off': 'profile-off', 'online-off': 'online-off' },
  },
  {
    ...{ name: 'valet', description: 'end the valet mode of the car (B98); it is begun in the car', argument: 'what' },
    choices: { off: 'valet-off' },
  },
];

function chosenCommand({ name, description, choices, argument }: Chosen): () => Command {
  const names = Object.keys(choices);
  return () =>
    phoneOptions(new Command(name).description(description).argument(`<${argument}>`, names.join(', ')))
      .addHelpText('after', `\nExample:\n  bordbox ${name} ${names[0]} --phone owner.phone\n${PHONE_EXIT_CODES}`)
      .action(async (what: string, words: PhoneWords) => {
        await askOnce(name, words, { kind: choice(name, choices, what) });
      });
}

function choice(command: string, choices: Readonly<Record<string, Action>>, what: string): Action {
  const action = Object.hasOwn(choices, what) ? choices[what] : undefined;
  if (action !== undefined) return action;
  throw new CommandError(EXIT.usage, `${command}: ${what} is none of ${Object.keys(choices).join(', ')}`);
}

interface FindWords extends PhoneWords {
  readonly lights?: boolean;
  readonly horn?: boolean;
}

export function findCommand(): Command {
  return phoneOptions(new Command('find').description('find the car by its lights or its horn (B55)'))
    .option('--lights', 'flash the lights')
    .option('--horn', 'sound the horn')
    .addHelpText('after', `\nExample:\n  bordbox find --lights --phone owner.phone\n${PHONE_EXIT_CODES}`)
    .action(async (words: FindWords) => {
      if ((words.lights === true) === (words.horn === true)) {
        throw new CommandError(EXIT.usage, 'find: give --lights or --horn');
      }
      await askOnce('find', words, { kind: words.lights ? 'lights' : 'horn' });
    });
}

interface ClimateWords extends PhoneWords {
  readonly celsius?: number;
}

export function climateCommand(): Command {
  const choices = { on: 'climate-on', off: 'climate-off' } as const;
  return phoneOptions(new Command('climate').description('air conditioning before you drive (B56)'))
    .argument('<what>', Object.keys(choices).join(', '))
    .option('--celsius <c>', 'with on: wanted temperature', wholeNumberIn(10, 32))
    .addHelpText('after', `\nExample:\n  bordbox climate on --celsius 21 --phone owner.phone\n${PHONE_EXIT_CODES}`)
    .action(async (what: string, words: ClimateWords) => {
      const kind = choice('climate', choices, what);
      if (kind === 'climate-off' && words.celsius !== undefined) {
        throw new CommandError(EXIT.usage, 'climate: --celsius belongs to on');
      }
      await askOnce('climate', words, { kind, celsius: words.celsius });
    });
}

export const CAR_COMMANDS: readonly (() => Command)[] = [
  ...SIMPLE.map(simpleCommand),
  findCommand,
  climateCommand,
  ...CHOSEN.map(chosenCommand),
];
