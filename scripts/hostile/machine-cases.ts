/** What the machine does not let us do, and folders that somebody else has been in. */

import { mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { EXIT } from '../exit.ts';
import type { HostileCase } from './case.ts';
import { commandCase } from './command.ts';
import { mountTmpfs } from './small-disk.ts';
import type { Stage } from './stage.ts';
import type { CommandWish } from './verdict.ts';

const KEY = '75ba17c0'.repeat(8);
const machine = (says: RegExp): CommandWish => ({ code: EXIT.environment, says });
const input = (says: RegExp): CommandWish => ({ code: EXIT.usage, says });

let readOnly: string | null = null;

/** Root may write anywhere but there; without the right to mount, a folder that cannot be made: below a file. */
function readOnlyFolder(stage: Stage): string {
  if (readOnly !== null) return readOnly;
  writeFileSync(stage.path('a-file'), '');
  readOnly = mountTmpfs(stage, 'read-only', 'ro') ? 'read-only' : 'a-file/folder';
  return readOnly;
}

function readOnlyCase(name: string, words: (folder: string) => readonly string[]): HostileCase {
  const wish = machine(/cannot be (written|used|made)/);
  return commandCase(`a read-only folder: ${name}`, (stage) => words(readOnlyFolder(stage)), wish);
}

/** A data folder whose data base is something else. */
function damaged(name: string, folder: string, spoil: (file: string) => unknown, says: RegExp): HostileCase {
  const words = ['gateway', '--data', folder, '--port', '0'];
  return commandCase(`a damaged data base: ${name}`, words, input(says), (stage) => {
    mkdirSync(stage.path(folder), { recursive: true });
    return spoil(stage.path(folder, 'gateway.db'));
  });
}

function fileInFolder(folder: string, file: string, content: string): (stage: Stage) => void {
  return (stage) => {
    mkdirSync(stage.path(folder), { recursive: true });
    writeFileSync(stage.path(folder, file), content);
  };
}

export const MACHINE_CASES: readonly HostileCase[] = [
  commandCase(
    'a busy port',
    ({ port }) => ['gateway', '--data', 'other', '--port', String(port)],
    machine(/port \d+ is in use.*--port/),
  ),
  commandCase(
    'two gateways on one data folder',
    ({ gatewayFolder }) => ['gateway', '--data', gatewayFolder, '--port', '0'],
    machine(/another gateway uses it/),
  ),
  readOnlyCase('gateway', (folder) => ['gateway', '--data', folder, '--port', '0']),
  readOnlyCase('device', (folder) => ['device', '--data', folder, '--gateway-key', KEY]),
  readOnlyCase('enrol', (folder) => ['enrol', '--pin', KEY, '--data', folder]),
  commandCase(
    'a data folder below a file',
    ['gateway', '--data', 'some-file/data'],
    machine(/cannot be used/),
    (stage) => writeFileSync(stage.path('some-file'), ''),
  ),
  damaged('noise', 'noise', (file) => writeFileSync(file, new Uint8Array(8192).fill(0xa5)), /damaged/),
  damaged(
    'cut in half',
    'cut',
    async (file) => {
      await new SqliteStore(file).close();
      // Otherwise all of it is still in the log beside it, and nothing is lost.
      const db = new DatabaseSync(file);
      db.exec('pragma wal_checkpoint(truncate)');
      db.close();
      truncateSync(file, statSync(file).size >> 1);
    },
    /damaged/,
  ),
  damaged(
    'of another program',
    'foreign',
    (file) => {
      const db = new DatabaseSync(file);
      db.exec('create table devices (name text)');
      db.close();
    },
    /data base of something else/,
  ),
  commandCase(
    'a gateway key that is none',
    ['gateway', '--data', 'bad-key', '--port', '0'],
    input(/64 hexadecimal digits/),
    fileInFolder('bad-key', 'gateway.key', 'secret'),
  ),
  commandCase(
    'a device key that is none',
    ['device', '--data', 'bad-device', '--gateway-key', KEY],
    input(/64 hexadecimal digits/),
    fileInFolder('bad-device', 'device.key', 'secret'),
  ),
  commandCase(
    'TLS files that are none',
    ['gateway', '--data', 'tls', '--port', '0', '--tls-key', 'tls.pem', '--tls-cert', 'tls.pem'],
    input(/TLS files cannot be used/),
    (stage) => writeFileSync(stage.path('tls.pem'), 'dear diary'),
  ),
  commandCase(
    'an outside broker that is not there',
    ['gateway', '--data', 'away', '--broker', 'mqtt://127.0.0.1:9'],
    machine(/is it running/),
  ),
];
