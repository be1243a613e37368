/** A process of ours that does one job, tells what it was asked for over the IPC channel, and ends with its parent. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { CommandError, EXIT } from '../exit.ts';

export class Child {
  private readonly process: ChildProcess;
  private readonly name: string;
  private lastLine = 'it said nothing';

  /** `file`: a module of this folder; it gets `setup` as JSON. */
  constructor(file: string, setup: unknown) {
    this.name = file;
    this.process = fork(new URL(file, import.meta.url), [JSON.stringify(setup)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.process.stderr?.on('data', (text: Buffer) => {
      this.lastLine = String(text).trim().split('\n').at(-1) ?? this.lastLine;
    });
  }

  /** The next thing that it says. */
  next<T>(): Promise<T> {
    const { process: child, name } = this;
    return new Promise((resolve, reject) => {
      const onEnd = (code: number | null): void =>
        reject(new CommandError(EXIT.environment, `${name} ended with code ${code}: ${this.lastLine}`));
      child.once('exit', onEnd);
      child.once('message', (message) => {
        child.off('exit', onEnd);
        resolve(message as T);
      });
    });
  }

  ask<T>(question: unknown): Promise<T> {
    const answer = this.next<T>();
    this.process.send(question as object);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.disconnect();
    await ended;
  }
}
