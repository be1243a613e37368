/** Words of the command line that phones understand. */

import { InvalidArgumentError, Option } from 'commander';
import { fromHex } from '../../protocol/bytes.ts';
import { CommandError, EXIT } from '../exit.ts';

/** 32 hexadecimal digits: a request, a delivery, a grant. */
export function idFrom(command: string, text: string): Uint8Array {
  const id = fromHex(text);
  if (id?.length === 16) return id;
  throw new CommandError(EXIT.usage, `${command}: ${text.slice(0, 40)} is no id of 32 hexadecimal digits`);
}

const UNIT_S: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };
const UTC_MAX_S = 7_258_118_400;

/** `now`, `+90min`, or RFC 3339, in seconds since 1970. */
export function instantS(text: string): number {
  const nowS = Math.floor(Date.now() / 1000);
  if (text === 'now') return nowS;
  const ahead = /^\+(\d+)(s|min|h|d)$/.exec(text);
  const seconds = ahead === null ? Math.floor(Date.parse(text) / 1000) : nowS + Number(ahead[1]) * UNIT_S[ahead[2]];
  if (seconds >= 0 && seconds <= UTC_MAX_S) return seconds;
  throw new InvalidArgumentError('give a time such as now, +2h, +3d or 2026-03-12T18:00Z.');
}

/** `--from`, which is now unless it is given. */
export function beginOption(): Option {
  return new Option('--from <time>', 'begin: now, +2h, or 2026-03-12T18:00Z')
    .argParser(instantS)
    .default(instantS('now'), 'now');
}
