/** The years of many people on several processor cores. Who drives where and when is drawn by the person, so the result is the same. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { PersonYear } from './settled-year.ts';
import type { ShardSetup } from './shard-child.ts';
import { yearsOf } from './years.ts';

export interface ShardOptions extends ShardSetup {
  readonly drivers: number;
  readonly workers: number;
  readonly onProgress: (share: number) => void;
}

/** In the order of the people. */
export async function driveAll(options: ShardOptions): Promise<readonly PersonYear[]> {
  const { drivers, seed, hours } = options;
  const workers = Math.min(options.workers, drivers);
  const years = new Array<PersonYear>(drivers);
  let [next, done] = [0, 0];
  const work = async (yearOf: (index: number) => Promise<PersonYear>): Promise<void> => {
    while (next < drivers) {
      const index = next++;
      years[index] = await yearOf(index);
      options.onProgress(++done / drivers);
    }
  };
  if (workers === 1) {
    await work(yearsOf(seed, hours, nodeCrypto()));
    return years;
  }
  const children = Array.from({ length: workers }, () => new Shard({ seed, hours }));
  try {
    await Promise.all(children.map((child) => work((index) => child.yearOf(index))));
  } finally {
    for (const child of children) child.stop();
  }
  return years;
}

class Shard {
  private readonly child: ChildProcess;
  private lastLine = 'it said nothing';

  constructor({ seed, hours }: ShardSetup) {
    const file = fileURLToPath(new URL('./shard-child.ts', import.meta.url));
    this.child = fork(file, [JSON.stringify({ seed, hours })], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--import', import.meta.resolve('tsx')],
    });
    this.child.stderr?.on('data', (text: Buffer) => {
      this.lastLine = String(text).trim().split('\n').at(-1) ?? this.lastLine;
    });
  }

  yearOf(index: number): Promise<PersonYear> {
    const { child } = this;
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void =>
        reject(new CommandError(EXIT.environment, `a worker ended with code ${code}: ${this.lastLine}`));
      child.once('exit', onExit);
      child.once('message', (year) => {
        child.off('exit', onExit);
        resolve(year as PersonYear);
      });
      child.send(index);
    });
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
