/** Wrong words on the command line. */

import { EXIT } from '../exit.ts';
import type { HostileCase } from './case.ts';
import { commandCase } from './command.ts';

const KEY = '75ba17c0'.repeat(8);

/** Words, and what the one line has to speak of. */
export const WRONG_WORDS: readonly (readonly [words: readonly string[], says: RegExp])[] = [
  [['gatewy'], /unknown command 'gatewy'.*gateway/],
  [['--frobnicate'], /unknown option '--frobnicate'.*--help/],
  [['demo', '--pace', 'x'], /--pace.*0\.1 to 1000/],
  [['demo', '--outage', '5'], /120s/],
  [['demo', '--loss', '2'], /0 to 0\.95/],
  [['demo', '--driver', 'wild'], /calm, normal, hasty/],
  [['demo', 'now'], /too many arguments.*demo --help/],
  [['gateway', '--port', 'x'], /0 to 65535/],
  [['gateway', '--prot', '1883'], /unknown option.*--port/],
  [['gateway', '--tenant', 'A/B', '--data', 'words'], /lower case/],
  [['gateway', '--data', 'words', '--broker', 'mqtt://broker.example'], /B9.*mqtts/],
  [['gateway', '--data', 'words', '--broker', 'nonsense'], /no broker address/],
  [['gateway', '--data', 'words', '--host', '0.0.0.0'], /B9.*--tls-key/],
  [['gateway', '--data', 'words', '--tls-key', 'only.pem'], /belong together/],
  [['device', '--pace', '0'], /0\.1 to 200/],
  [['device', '--data', 'words'], /--gateway-key/],
  [['device', '--data', 'words', '--gateway-key', 'abc'], /64 hexadecimal/],
  [['device', '--data', 'words', '--gateway-key', KEY, '--broker', 'mqtt://broker.example'], /B9.*mqtts/],
  [['device', '--data', 'words', '--gateway-key', KEY, '--broker', 'http://127.0.0.1'], /mqtt:\/\//],
  [['map', '--town-seed', '1'], /--out FILE/],
  [['map', '--town-seed', 'x'], /whole number|0 to 4294967295/],
  [['enrol'], /nothing to do/],
  [['enrol', '--pin', 'abc', '--data', 'words'], /64 hexadecimal/],
  [['enrol', '--kind', 'toaster'], /sensor, box, phone/],
  [['enrol', '--sign', 'device.key'], /--manufacturer-key/],
  [['fleet', '--devices', 'many'], /1 to 100000/],
  [['fleet', '--hours', '-1'], /0\.01 to/],
  [['fleet', '--hours'], /argument missing/],
  [['replay'], /missing required argument/],
  [['replay', '--mapp', 'x', 'y'], /unknown option.*--map/],
];

export const WORD_CASES: readonly HostileCase[] = WRONG_WORDS.map(([words, says], i) => {
  const name = `bordbox ${words.join(' ').replace(KEY, '75ba...')}`;
  // A folder each, so that no two of them meet.
  const own = words.map((word) => (word === 'words' ? `words-${i}` : word));
  return commandCase(name, own, { code: EXIT.usage, says });
});
