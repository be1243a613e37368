import { Presets, SingleBar } from 'cli-progress';

/** Work that is over sooner shows no bar. */
const QUIET_MS = 2000;

export interface Progress {
  /** 0..1 */
  at(share: number): void;
  done(): void;
}

/** A bar on standard error, only where a person looks at it. */
export function progress(label: string): Progress {
  if (!process.stderr.isTTY) return { at: () => {}, done: () => {} };
  const startedMs = performance.now();
  const bar = new SingleBar(
    { format: `${label} {bar} {percentage}%`, stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  let shown = false;
  return {
    at(share) {
      if (!shown && performance.now() - startedMs < QUIET_MS) return;
      if (!shown) bar.start(1000, 0);
      shown = true;
      bar.update(Math.round(share * 1000));
    },
    done() {
      if (shown) bar.stop();
    },
  };
}
