/** What counts as a good answer to bad input. Pure, so that a test can show that each judgement can fail. */

export interface Verdict {
  /** The exact line, or the counters that moved. */
  readonly got: string;
  /** Why it is not good enough; empty when it is. */
  readonly flaws: readonly string[];
}

export interface CaseResult {
  readonly name: string;
  readonly got: string;
  readonly ok: boolean;
}

/** A command that ended; code null: it did not, and was killed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandWish {
  readonly code: number;
  readonly says: RegExp;
}

const STACK = /^\s+at .*[:(]|node:internal|^Node\.js v/m;

export function hasStack(text: string): boolean {
  return STACK.test(text);
}

/** One line that says what to do, the promised exit code, and no result on standard output. */
export function judgeCommand({ code, stdout, stderr }: Ended, wish: CommandWish): Verdict {
  const lines = stderr.split('\n').filter((line) => line !== '');
  const flaws: string[] = [];
  if (code === null) flaws.push('it hangs');
  else if (code !== wish.code) flaws.push(`exit code ${code} instead of ${wish.code}`);
  if (hasStack(stderr)) flaws.push('a stack trace');
  if (lines.length !== 1) flaws.push(`${lines.length} lines instead of one`);
  if (stdout !== '') flaws.push('something on standard output');
  if (!wish.says.test(stderr)) flaws.push(`it does not say ${wish.says.source}`);
  return { got: `${lines[0] ?? 'nothing'} (exit ${code})`, flaws };
}

export type Counts = Readonly<Record<string, number>>;
/** Exactly so many more, or at least so many. */
export type Growth = Readonly<Record<string, number | { readonly atLeast: number }>>;

/** Counters that only bad input moves. The rest (`stored`, `duplicate`, `state`) moves with honest work as well. */
const TELLTALE = /^(quarantine|refused)\/|^(fork|raw|dropped)$/;

/** Where a case begins: bad input was counted up to `last`, whenever it came; honest work is as it is `now`. */
export function baseline(last: Counts, now: Counts): Counts {
  const names = new Set([...Object.keys(last), ...Object.keys(now)]);
  return Object.fromEntries([...names].map((name) => [name, (TELLTALE.test(name) ? last : now)[name] ?? 0]));
}

export function reached(before: Counts, after: Counts, wish: Growth): boolean {
  return Object.entries(wish).every(([name, growth]) => {
    return grown(before, after, name) >= (typeof growth === 'number' ? growth : growth.atLeast);
  });
}

/** What was wished for has grown by so much, and no other counter of bad input has. */
export function judgeCounts(before: Counts, after: Counts, wish: Growth): Verdict {
  const flaws: string[] = [];
  const got: string[] = [];
  for (const name of new Set([...Object.keys(wish), ...Object.keys(after).filter((key) => TELLTALE.test(key))])) {
    const by = grown(before, after, name);
    const wanted = wish[name] ?? 0;
    if (by !== 0) got.push(`${name} +${by}`);
    if (typeof wanted === 'number' ? by !== wanted : by < wanted.atLeast) {
      const words = typeof wanted === 'number' ? `${wanted}` : `at least ${wanted.atLeast}`;
      flaws.push(`${name} grew by ${by} instead of ${words}`);
    }
  }
  return { got: got.length > 0 ? got.join(', ') : 'no counter moves', flaws };
}

function grown(before: Counts, after: Counts, name: string): number {
  return (after[name] ?? 0) - (before[name] ?? 0);
}

export interface HonestReport {
  /** Distinct frames journaled by the honest device. */
  readonly sent: number;
  /** Of these, in the gateway's store byte for byte. */
  readonly stored: number;
  /** In its flash without a receipt. */
  readonly waiting: number;
  /** New frames since the last look. */
  readonly fresh: number;
  readonly linkUp: boolean;
  /** Sessions lost since the last look. */
  readonly linkLosses: number;
}

/** Nothing of the honest device is lost, it goes on, and its link was left alone unless the case itself cut it. */
export function judgeHonest({ sent, stored, waiting, fresh, linkUp, linkLosses }: HonestReport, cuts = 0): string[] {
  const flaws: string[] = [];
  if (stored !== sent) flaws.push(`honest device: ${stored} of ${sent} frames stored`);
  if (waiting > 0) flaws.push(`honest device: ${waiting} frames without a receipt`);
  if (fresh === 0) flaws.push('honest device: no frame came through any more');
  if (!linkUp) flaws.push('honest device: its link stays down');
  if (linkLosses > cuts) flaws.push(`honest device: its link went down ${linkLosses} times`);
  return flaws;
}

export function allOf(...verdicts: readonly Verdict[]): Verdict {
  return { got: verdicts.map(({ got }) => got).join('; '), flaws: verdicts.flatMap(({ flaws }) => flaws) };
}

/** A fact beside the counters. */
export function fact(holds: boolean, got: string): Verdict {
  return { got, flaws: holds ? [] : [`wrong: ${got}`] };
}
