import { runProgram } from '../../scripts/program.ts';
import type { Ended } from './bordbox.ts';

/**
 * A command as a user types it, in this process: starting one takes a second, and some tests need dozens. What it
 * prints are strings; what the test runner says of itself on the same stream are not.
 */
export async function command(...words: readonly string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const undo = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name];
    const write = stream.write;
    stream.write = ((chunk: unknown, ...rest: unknown[]) => {
      if (typeof chunk !== 'string') return Reflect.apply(write, stream, [chunk, ...rest]);
      said[name] += chunk;
      return true;
    }) as typeof stream.write;
    return () => {
      stream.write = write;
    };
  });
  const voice = {
    out: (text: string) => {
      said.stdout += text;
    },
    err: (text: string) => {
      said.stderr += text;
    },
  };
  try {
    process.exitCode = undefined;
    const code = (await runProgram(words, voice)) ?? Number(process.exitCode ?? 0);
    return { code, ...said, json: () => JSON.parse(said.stdout.trim().split('\n').at(-1) ?? '') };
  } finally {
    process.exitCode = undefined;
    for (const step of undo) step();
  }
}
