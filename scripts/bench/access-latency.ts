/** From the phone's signature to the gateway's word that it was done, over loopback MQTT. */

import type { RequestKind } from '../../protocol/access-messages.ts';
import { type AccessStage, wordsOf } from '../stage/access-stage.ts';
import { Child } from '../stage/child.ts';
import type { LoadSetup, LoadWord } from '../stage/load-child.ts';

const WAIT_S = 30;
const WARM_UP = 100;

export interface Latency {
  readonly requests: number;
  readonly executed: number;
  /** Milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** What else came of requests, by verdict and reason. */
  readonly other: Readonly<Record<string, number>>;
  /** Frames that the gateway stored each second meanwhile. */
  readonly framesPerSecond: number;
}

export interface LatencyOptions {
  readonly requests: number;
  /** Frames a second from sensors; 0 for none. */
  readonly load: LoadSetup | null;
  readonly onStep: (share: number) => void;
}

export async function measureLatency(stage: AccessStage, { requests, load, onStep }: LatencyOptions): Promise<Latency> {
  const { owner, box } = stage.people;
  const phone = await stage.phone(owner);
  const sensors = load === null ? null : new Child('load-child.ts', load);
  const tookMs: number[] = [];
  const other: Record<string, number> = {};
  try {
    if (sensors !== null) await sensors.next<LoadWord>();
    // Doors that are locked are unlocked, and the other way round: each request moves something.
    const kindOf = (n: number): RequestKind => (n % 2 === 0 ? 'unlock' : 'lock');
    for (let n = 0; n < WARM_UP; n++) await phone.ask({ kind: kindOf(n), box: box.id }, WAIT_S);
    const before = await stage.counts();
    const startedMs = performance.now();
    for (let n = 0; n < requests; n++) {
      const { reply, seconds } = await phone.ask({ kind: kindOf(n), box: box.id }, WAIT_S);
      if (reply?.verdict === 'executed') tookMs.push(seconds * 1000);
      else other[wordsOf(reply)] = (other[wordsOf(reply)] ?? 0) + 1;
      if (n % 20 === 0) onStep(n / requests);
    }
    const tookS = (performance.now() - startedMs) / 1000;
    const stored = (await stage.counts()).stored - before.stored;
    return {
      requests,
      executed: tookMs.length,
      other,
      ...quantiles(tookMs),
      framesPerSecond: Math.round(stored / tookS),
    };
  } finally {
    await sensors?.stop();
    await phone.close();
  }
}

function quantiles(values: readonly number[]): Pick<Latency, 'p50Ms' | 'p99Ms' | 'maxMs'> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
    return Math.round(value * 100) / 100;
  };
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
