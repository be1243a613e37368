/** Two ends of a serial line and the cable between them, in virtual milliseconds: each way carries baud / 10 bytes a second. */

import type { SerialLink } from '../../protocol/serial.ts';
import type { LineEvent } from '../../protocol/serial-events.ts';

export type Way = 'a-to-b' | 'b-to-a';

export interface CableOptions {
  readonly bytesPerSecond: number;
  /** Of the drivers and adapters on one way, on top of the time on the wire. */
  readonly latencyMs: number;
  /** How far b's clock is ahead of a's. */
  readonly aheadMs?: number;
  /** What noise makes of bytes that leave the cable. */
  readonly disturb?: (bytes: Uint8Array, nowMs: number, way: Way) => Uint8Array;
}

interface Arrival {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

interface Direction {
  readonly way: Way;
  readonly from: SerialLink;
  readonly to: SerialLink;
  readonly arrivals: Arrival[];
  /** How far the clocks of the two ends are ahead of the cable's. */
  readonly fromAheadMs: number;
  readonly toAheadMs: number;
  freeMs: number;
}

/** Steps without a step of time after which something is going round in circles. */
const STEPS_AT_ONCE_MAX = 10_000;

export class SerialCable {
  nowMs = 0;
  /** How often one of the ends was woken up. */
  steps = 0;
  private readonly options: CableOptions;
  private readonly onEvent: (end: SerialLink, event: LineEvent) => void;
  private readonly directions: readonly Direction[];

  constructor(
    options: CableOptions,
    a: SerialLink,
    b: SerialLink,
    onEvent: (end: SerialLink, event: LineEvent) => void,
  ) {
    this.options = options;
    this.onEvent = onEvent;
    const { aheadMs = 0 } = options;
    this.directions = [
      { way: 'a-to-b', from: a, to: b, arrivals: [], fromAheadMs: 0, toAheadMs: aheadMs, freeMs: 0 },
      { way: 'b-to-a', from: b, to: a, arrivals: [], fromAheadMs: aheadMs, toAheadMs: 0, freeMs: 0 },
    ];
  }

  plug(): void {
    for (const { from, fromAheadMs } of this.directions) from.lineOpened(this.nowMs + fromAheadMs);
  }

  /** What is on the wire is lost. */
  unplug(): void {
    for (const direction of this.directions) {
      direction.arrivals.length = 0;
      this.emit(direction.from, direction.from.lineClosed());
    }
  }

  /** Until the given time, or until `enough` says so after a step. */
  run(untilMs: number, enough: () => boolean = () => false): void {
    let steps = 0;
    while (!enough()) {
      this.fetch();
      const nextMs = Math.max(this.nowMs, this.nextMs());
      steps = nextMs > this.nowMs ? 0 : steps + 1;
      if (steps > STEPS_AT_ONCE_MAX) throw new Error(`the line runs in circles at ${this.nowMs} ms`);
      if (nextMs > untilMs) break;
      this.nowMs = nextMs;
      this.steps++;
      this.step();
    }
    this.nowMs = Math.max(this.nowMs, enough() ? this.nowMs : untilMs);
  }

  private nextMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { from, fromAheadMs, arrivals } of this.directions) {
      nextMs = Math.min(
        nextMs,
        Math.ceil(from.nextTimeout() - fromAheadMs),
        arrivals[0]?.atMs ?? Number.POSITIVE_INFINITY,
      );
    }
    return nextMs;
  }

  private step(): void {
    for (const { way, from, to, fromAheadMs, toAheadMs, arrivals } of this.directions) {
      while (arrivals.length > 0 && arrivals[0].atMs <= this.nowMs) {
        const { bytes } = arrivals.shift() as Arrival;
        const heard = this.options.disturb?.(bytes, this.nowMs, way) ?? bytes;
        this.emit(to, to.receive(heard, this.nowMs + toAheadMs));
      }
      const nowMs = this.nowMs + fromAheadMs;
      if (from.nextTimeout() <= nowMs) this.emit(from, from.onTimeout(nowMs));
    }
  }

  private fetch(): void {
    const { bytesPerSecond, latencyMs } = this.options;
    for (const direction of this.directions) {
      for (;;) {
        const bytes = direction.from.takeOutput(this.nowMs + direction.fromAheadMs);
        if (bytes === null) break;
        direction.freeMs = Math.max(direction.freeMs, this.nowMs) + (bytes.length * 1000) / bytesPerSecond;
        direction.arrivals.push({ atMs: Math.ceil(direction.freeMs + latencyMs), bytes });
      }
    }
  }

  private emit(end: SerialLink, events: readonly LineEvent[]): void {
    for (const event of events) this.onEvent(end, event);
  }
}
