import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BORDBOX = fileURLToPath(new URL('../../scripts/bordbox.mjs', import.meta.url));

export const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));
export const withoutShared = existsSync(SHARED) ? false : '../shared is not here';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of standard output. */
  json(): Record<string, unknown>;
}

/** A command as a user types it. */
export function bordbox(...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [BORDBOX, ...words], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('close', (code) => {
      resolve({ code, stdout, stderr, json: () => JSON.parse(stdout.trim().split('\n').at(-1) ?? '') });
    });
  });
}
