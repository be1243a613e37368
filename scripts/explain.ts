/** Errors that a person can mend, in one line each. */

import { StoreError } from '../gateway/core/store.ts';
import { KeyFileError } from '../gateway/edge/key-file.ts';
import { CommandError, EXIT } from './exit.ts';

/** What the command says instead of a stack, or null for a mistake of ours. */
export function explained(command: string, error: unknown): CommandError | null {
  if (error instanceof CommandError) return error;
  if (error instanceof KeyFileError) return new CommandError(EXIT.usage, `${command}: ${error.message}`);
  if (error instanceof StoreError) {
    const code = error.kind === 'damaged' ? EXIT.usage : EXIT.environment;
    return new CommandError(code, `${command}: ${error.message}`);
  }
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return null;
  const path = 'path' in error ? String(error.path) : String(error.syscall);
  if (error.code === 'EISDIR') return new CommandError(EXIT.usage, `${command}: ${path} is a folder; name a file`);
  // A file that is not there was misspelt; anything else that the file system says is about the machine.
  const wrong = error.syscall === 'open' && error.code === 'ENOENT';
  const [, reason = error.message] = /^\w+: ([^,]+)/.exec(error.message) ?? [];
  return new CommandError(wrong ? EXIT.usage : EXIT.environment, `${command}: ${path} cannot be used: ${reason}`);
}
