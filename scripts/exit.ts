/** Exit codes, the same for every command (README, "Exit codes"). */
export const EXIT = {
  ok: 0,
  /** What was asked for was tried and did not come out. */
  failed: 1,
  /** Wrong words on the command line, or a file that cannot be used. */
  usage: 2,
  /** The machine does not let us: a busy port, a folder that cannot be written, a full disk. */
  environment: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that a user can mend: one line that says what to do, and no stack. */
export class CommandError extends Error {
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}
