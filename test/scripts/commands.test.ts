import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { StoreError } from '../../gateway/core/store.ts';
import { KeyFileError } from '../../gateway/edge/key-file.ts';
import { CommandError, EXIT } from '../../scripts/exit.ts';
import { explained } from '../../scripts/explain.ts';
import { WRONG_WORDS } from '../../scripts/hostile/word-cases.ts';
import { COMMANDS, runProgram } from '../../scripts/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-words-'));
const cwd = process.cwd();
process.chdir(folder);
after(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true });
});

async function run(...words: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  let out = '';
  let err = '';
  const voice = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  return { code: await runProgram(words, voice), out, err };
}

const NAMES = COMMANDS.map((make) => make().name());

for (const name of NAMES) {
  test(`bordbox ${name} --help: an example, every option, exit code 0`, async () => {
    const { code, out, err } = await run(name, '--help');
    assert.deepEqual([code, err], [EXIT.ok, '']);
    assert.match(out, new RegExp(`Examples?:\n +(bordbox ${name}|npm start)`));
    assert.match(out, /--json/);
  });
}

test('bordbox --help names every command', async () => {
  const { code, out } = await run('--help');
  assert.equal(code, EXIT.ok);
  for (const name of NAMES) assert.match(out, new RegExp(`^ +${name}\\b`, 'm'));
});

for (const [words, says] of WRONG_WORDS) {
  test(`wrong words are one line and exit code 2: bordbox ${words.join(' ').slice(0, 60)}`, async () => {
    const { code, out, err } = await run(...words);
    assert.deepEqual([code, out], [EXIT.usage, '']);
    assert.match(err, /^bordbox: [^\n]+\n$/);
    assert.match(err, says);
  });
}

test('every command refuses an unknown option, and a file that is none of its kind', async () => {
  mkdirSync('a-folder');
  writeFileSync('a-file', 'dear diary');
  for (const name of NAMES) assert.equal((await run(name, '--frobnicate')).code, EXIT.usage);
  for (const words of [
    ['replay', 'a-folder'],
    ['replay', 'a-file'],
    ['enrol', 'a-folder', '--data', 'x'],
    ['enrol', '--sign', '--manufacturer-key', 'a-folder', '--out', 'm', 'a-file'],
    ['device', '--data', 'd', '--gateway-key', 'ab'.repeat(32), '--tls-ca', 'a-folder'],
    ['device', '--data', 'd', '--gateway-key', 'ab'.repeat(32), '--tls-cert', 'a-file', '--tls-key', 'a-file'],
    ['gateway', '--data', 'g', '--port', '0', '--tls-key', 'a-file', '--tls-cert', 'a-file'],
    ['gateway', '--data', 'g', '--port', '0', '--map', 'a-folder'],
  ]) {
    const { code, err } = await run(...words);
    assert.equal(code, EXIT.usage, `${words.join(' ')}: ${err}`);
    assert.match(err, /^bordbox: [^\n]+\n$/);
  }
});

test('a machine that refuses is one line and exit code 3', async () => {
  writeFileSync('in-the-way', '');
  for (const words of [
    ['gateway', '--data', 'in-the-way/data', '--port', '0'],
    ['device', '--data', 'in-the-way/data', '--gateway-key', 'ab'.repeat(32)],
    ['enrol', '--pin', 'ab'.repeat(32), '--data', 'in-the-way/data'],
  ]) {
    const { code, err } = await run(...words);
    assert.equal(code, EXIT.environment, `${words.join(' ')}: ${err}`);
    assert.match(err, /^bordbox: [^\n]+\n$/);
  }
});

test('what can be mended is explained, and a mistake of ours is not hidden', () => {
  const code = (error: unknown): number | undefined => explained('x', error)?.code;
  assert.equal(code(new CommandError(EXIT.failed, 'as it is')), EXIT.failed);
  assert.equal(code(new KeyFileError('k')), EXIT.usage);
  assert.equal(code(new StoreError('damaged', 'd')), EXIT.usage);
  assert.equal(code(new StoreError('full', 'f')), EXIT.environment);
  assert.equal(
    code(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })),
    EXIT.environment,
  );
  assert.equal(explained('x', new TypeError('ours')), null);
});
