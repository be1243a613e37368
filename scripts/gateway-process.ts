/** The gateway as a process of its own, which can be killed in the middle of its work. */

import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { GatewayStats } from '../gateway/edge/stats.ts';
import { CommandError, EXIT } from './exit.ts';

const BORDBOX = fileURLToPath(new URL('bordbox.mjs', import.meta.url));

/** What the gateway says when devices may connect. */
export interface GatewayReady {
  readonly port: number;
  /** Hexadecimal. */
  readonly publicKey: string;
  readonly tenant: string;
  readonly password: string;
}

export interface GatewayProcessOptions {
  readonly dataDir: string;
  readonly mapFile?: string;
  /** Gets what the gateway logs, line by line. */
  readonly onLine?: (line: string) => void;
}

export class GatewayProcess {
  private readonly options: GatewayProcessOptions;
  private child: ChildProcess | null = null;
  private output = '';
  private lastLine = 'it said nothing';
  private ready: GatewayReady | null = null;

  constructor(options: GatewayProcessOptions) {
    this.options = options;
  }

  get access(): GatewayReady {
    if (this.ready === null) throw new Error('the gateway was never started');
    return this.ready;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.access.port}`;
  }

  /** Undefined before the first start. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when devices may connect. A second start takes the port of the first. */
  async start(): Promise<GatewayReady> {
    const { dataDir, mapFile } = this.options;
    const words = ['gateway', '--data', dataDir, '--port', String(this.ready?.port ?? 0), '--json'];
    if (mapFile !== undefined) words.push('--map', mapFile);
    // In a process group of its own, so that Ctrl-C ends it in good order: through us.
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
    const child = fork(BORDBOX, words, { stdio, detached: true, execArgv: [] });
    this.child = child;
    this.output = '';
    child.stdout?.on('data', (text: Buffer) => {
      this.output += text;
    });
    child.stderr?.on('data', (text: Buffer) => {
      for (const line of String(text).split('\n')) {
        if (line === '') continue;
        this.lastLine = line;
        this.options.onLine?.(line);
      }
    });
    this.ready = await new Promise<GatewayReady>((resolve, reject) => {
      child.once('message', (message) => resolve(message as GatewayReady));
      child.once('exit', (code) =>
        reject(new CommandError(EXIT.environment, `the gateway ended with code ${code}: ${this.lastLine}`)),
      );
    });
    return this.ready;
  }

  /** SIGKILL: no goodbye, no flush. Resolves when the process is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Stops it in good order and gives its last statistics. */
  async stop(): Promise<GatewayStats> {
    const { child } = this;
    if (child === null) throw new Error('the gateway was never started');
    if (child.exitCode === null) {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    }
    const last = this.output.trim().split('\n').at(-1) ?? '';
    return JSON.parse(last) as GatewayStats;
  }
}
