/** Two ptys with a cable between them (socat), which have no timing and no modem lines. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOCAT = ['/usr/bin/socat', '/usr/local/bin/socat', '/opt/homebrew/bin/socat'].find(existsSync);
export const withoutSocat: string | false = SOCAT === undefined ? 'needs socat' : false;

export class Ptys {
  readonly a: string;
  readonly b: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'bordbox-pty-'));
  private socat: ChildProcess | null = null;

  constructor() {
    this.a = join(this.folder, 'a');
    this.b = join(this.folder, 'b');
  }

  /** Resolves when both ends are there. */
  plug(): Promise<void> {
    const words = ['-d', '-d', `pty,raw,echo=0,link=${this.a}`, `pty,raw,echo=0,link=${this.b}`];
    const socat = spawn(SOCAT ?? 'socat', words, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.socat = socat;
    return new Promise((resolve) => {
      socat.stderr.on('data', (text) => {
        if (String(text).includes('starting data transfer loop')) resolve();
      });
    });
  }

  /** Both ends vanish, as when the cable is pulled. */
  async unplug(): Promise<void> {
    const { socat } = this;
    if (socat === null) return;
    this.socat = null;
    const gone = new Promise((resolve) => socat.once('exit', resolve));
    socat.kill('SIGKILL');
    await gone;
    rmSync(this.a, { force: true });
    rmSync(this.b, { force: true });
  }

  async remove(): Promise<void> {
    await this.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
