import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const BORDBOX = fileURLToPath(new URL('../../scripts/bordbox.mjs', import.meta.url));

/** Reads the first piece of what the command prints and goes away, as `head` does. */
async function readAndLeave(t: test.TestContext, ...words: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'bordbox-pipe-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, [BORDBOX, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = await once(child, 'close');
  // tsx keeps what it compiled there.
  return { code, stderr, left: readdirSync(folder).filter((name) => name.startsWith('bordbox')) };
}

test('bordbox demo | head: it ends in good order and leaves nothing behind', async (t) => {
  const { code, stderr, left } = await readAndLeave(t, 'demo', '--pace', '200');
  assert.deepEqual([code, left], [0, []], stderr);
  assert.doesNotMatch(stderr, /EPIPE|Error|\n\s+at /);
});
