import { writeSync } from 'node:fs';

/** Logs go to standard error, so that standard output stays for results. */
export function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The one JSON document that `--json` promises, as the last line of standard output, in one write. */
export function printJson(document: unknown): void {
  writeSync(1, `${JSON.stringify(document)}\n`);
}
