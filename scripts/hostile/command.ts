/** `bordbox` as a process of its own, the way a person starts it. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HostileCase } from './case.ts';
import type { Stage } from './stage.ts';
import { type CommandWish, type Ended, judgeCommand } from './verdict.ts';

const BORDBOX = fileURLToPath(new URL('../bordbox.mjs', import.meta.url));
const HANGS_MS = 20_000;

export function bordbox(folder: string, words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [BORDBOX, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ code, stdout, stderr });
    });
  });
}

/** A command that has to end with one line; `prepare` makes its files, relative to the stage's folder. */
export function commandCase(
  name: string,
  words: readonly string[] | ((stage: Stage) => readonly string[]),
  wish: CommandWish,
  prepare: (stage: Stage) => unknown = () => undefined,
): HostileCase {
  return {
    name,
    apart: true,
    async run(stage) {
      await prepare(stage);
      const list = typeof words === 'function' ? words(stage) : words;
      return judgeCommand(await bordbox(stage.folder, list), wish);
    },
  };
}
