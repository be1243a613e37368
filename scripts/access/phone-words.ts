/** What all commands of a phone have in common: their options, opening the phone, telling the answer. */

import type { Command } from 'commander';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { brokerFlaw } from '../../gateway/edge/outside-broker.ts';
import { isDeviceId } from '../../protocol/identity.ts';
import type { Ask } from '../../simulator/peers/phone.ts';
import { numberIn } from '../arguments.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';
import { type TlsWords, tlsTexts } from '../tls-texts.ts';
import { type Answer, LivePhone } from './live-phone.ts';
import { type Place, placeFrom } from './near-line.ts';
import { type PhoneFile, readPhoneFile } from './phone-file.ts';
import { answerJson, answerLine, detailLines, wentWell } from './verdict-text.ts';

export interface PhoneWords extends TlsWords {
  readonly phone: string;
  readonly box?: string;
  readonly broker?: string;
  readonly beside?: string;
  readonly wait: number;
  readonly json?: boolean;
}

const DEFAULT_BROKER = 'mqtt://127.0.0.1:1883';
/** A request lives so long unless --wait says otherwise. */
const WAIT_S = 60;

export const PHONE_EXIT_CODES = `
The phone file knows the box, the broker and the gateway's key: see bordbox phone --help.
Exit codes: 0 executed, 1 anything else that became of it, 2 wrong words, 3 no gateway or no box is there.`;

/** Adds the options that every command of a phone has. */
export function phoneOptions(command: Command): Command {
  return command
    .requiredOption('--phone <file>', 'the phone that asks, made with: bordbox phone new FILE')
    .option('--box <id>', 'device id of the box, if not that of the phone file')
    .option(
      '--broker <url>',
      `mqtt:// on loopback, mqtts:// anywhere (default: of the phone file, or ${DEFAULT_BROKER})`,
    )
    .option('--beside <place>', 'HOST:PORT of a box in short range, if not that of the phone file')
    .option('--wait <s>', 'seconds that the request lives', numberIn(1, 600), WAIT_S)
    .option('--tls-ca <file>', 'CA of the broker, PEM')
    .option('--tls-cert <file>', 'client certificate, PEM')
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--json', 'one JSON document as the last line of standard output');
}

export interface Opened {
  readonly live: LivePhone;
  readonly file: PhoneFile;
  /** The box that is meant; a command without one throws. */
  readonly box: string;
}

export interface OpenOptions {
  /** Of a pairing ticket, before the phone knows a box. */
  readonly box?: string;
  /** False: only the box beside it is needed. */
  readonly needsGateway?: boolean;
  /** True: without a box beside it there is nothing to do. */
  readonly needsBeside?: boolean;
}

export async function openPhone(command: string, words: PhoneWords, options: OpenOptions = {}): Promise<Opened> {
  const file = readPhoneFile(words.phone);
  const box = options.box ?? words.box ?? file.box;
  if (box === undefined) throw new CommandError(EXIT.usage, `${command}: which box? give --box ID, or pair first`);
  if (!isDeviceId(box)) throw new CommandError(EXIT.usage, `${command}: ${box} is no device id of 26 characters`);
  const beside = besideOf(command, words.beside ?? file.beside, options.needsBeside === true);
  const broker = words.broker ?? file.broker ?? DEFAULT_BROKER;
  const flaw = brokerFlaw(broker);
  if (flaw !== null) throw new CommandError(EXIT.usage, `${command}: ${flaw}`);
  const needsGateway = options.needsGateway !== false;
  if (needsGateway && file.issuers.length === 0) {
    const advice = `give it with: bordbox phone set ${words.phone} --gateway-key HEX`;
    throw new CommandError(EXIT.usage, `${command}: the phone does not know the gateway's key; ${advice}`);
  }
  const live = await LivePhone.open({
    ...{ file, crypto: nodeCrypto(), broker, needsGateway, tls: tlsTexts(command, words) },
    ...{ beside, box, log },
  });
  return { live, file, box };
}

function besideOf(command: string, text: string | undefined, needed: boolean): Place | null {
  if (text === undefined) {
    if (!needed) return null;
    throw new CommandError(EXIT.usage, `${command}: this works beside the car only; give --beside HOST:PORT`);
  }
  const place = placeFrom(text);
  if (place === null) throw new CommandError(EXIT.usage, `${command}: ${text} is no HOST:PORT`);
  return place;
}

/** One request from its options to its exit code. */
export async function askOnce(command: string, words: PhoneWords, ask: Omit<Ask, 'box'>): Promise<Answer> {
  const { live, box } = await openPhone(command, words);
  try {
    return tell(words, await live.ask({ ...ask, box }, words.wait));
  } finally {
    await live.close();
  }
}

/** Prints an answer and sets the exit code. `more` stands beside it in the JSON document. */
export function tell(words: PhoneWords, answer: Answer, more: object = {}): Answer {
  if (words.json) printJson({ ...answerJson(answer), ...more });
  else process.stdout.write(`${[answerLine(answer), ...detailLines(answer)].join('\n')}\n`);
  if (!wentWell(answer)) process.exitCode = EXIT.failed;
  return answer;
}
