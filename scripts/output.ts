/** Logs go to standard error, so that standard output stays for results. */
export function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * When the reader of a pipe goes away (`| head`), the command ends as after SIGTERM: what has something to put away
 * listens for that, and the rest is over at once.
 */
export function endWithReader(): void {
  let gone = false;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    if (gone) return;
    gone = true;
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit();
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
}

/** The one JSON document that `--json` promises, as the last line of standard output, in one write. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
