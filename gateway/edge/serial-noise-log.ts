import type { LineEvent, NoiseReason } from '../../protocol/serial-events.ts';

/** Says how many bytes of a line were no frame and why: the first time, and whenever it is ten times as many. */
export class NoiseLog {
  private readonly log: (line: string) => void;
  private readonly reasons = new Map<NoiseReason, number>();
  private bytes = 0;
  private nextBytes = 1;

  constructor(log: (line: string) => void) {
    this.log = log;
  }

  heard({ reason, bytes }: Extract<LineEvent, { readonly kind: 'noise' }>): void {
    this.bytes += bytes.length;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if (this.bytes < this.nextBytes) return;
    this.nextBytes = this.bytes * 10;
    const why = [...this.reasons].map(([name, count]) => `${name} ${count}`).join(', ');
    this.log(`${this.bytes} bytes so far were no frame (${why})`);
  }
}
