/** Virtual time: one loop over a heap of (time, sequence). What is due at one instant happens in the order it was scheduled. */

export type Action = () => void;

interface Entry {
  readonly atMs: number;
  readonly sequence: number;
  readonly action: Action;
}

function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}

export class World {
  private readonly heap: Entry[] = [];
  private sequence = 0;
  private clockMs = 0;

  get nowMs(): number {
    return this.clockMs;
  }

  /** `atMs`: integer milliseconds; what lies in the past happens now. */
  schedule(atMs: number, action: Action): void {
    if (!Number.isSafeInteger(atMs)) throw new RangeError(`${atMs} is not a whole millisecond`);
    const entry = { atMs: Math.max(atMs, this.clockMs), sequence: this.sequence++, action };
    const { heap } = this;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = entry;
  }

  /** Infinity when nothing is scheduled. */
  nextEventMs(): number {
    return this.heap.length === 0 ? Number.POSITIVE_INFINITY : this.heap[0].atMs;
  }

  /** Lets the next event happen; false when there is none. */
  step(): boolean {
    const entry = this.pop();
    if (entry === undefined) return false;
    this.clockMs = entry.atMs;
    entry.action();
    return true;
  }

  /** Lets everything happen that is due up to and including `ms`, and stops there. */
  runUntil(ms: number): void {
    while (this.nextEventMs() <= ms) this.step();
    this.clockMs = Math.max(this.clockMs, ms);
  }

  private pop(): Entry | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return first;
  }
}
