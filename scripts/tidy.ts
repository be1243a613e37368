/** Rules of the house that no outside tool knows. Each is a function of a file's path and text, so that it can be tested. */

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

interface LineRule {
  readonly name: string;
  readonly applies: (file: string) => boolean;
  readonly pattern: RegExp;
}

const LINES_MAX = 400;

/** Rooms of rank 0 to 2 (docs/DESIGN.md, "Rooms"). */
export function isPure(file: string): boolean {
  if (/^firmware\/(board\/|main\.ts$)/.test(file) || file === 'simulator/live.ts') return false;
  return /^(protocol|firmware|simulator|gateway\/(core|map|scoring|tariffs))\//.test(file);
}

const STORE_CONTRACTS: ReadonlySet<string> = new Set([
  'gateway/core/store.ts',
  'gateway/core/access/access-store.ts',
  'gateway/core/audit/audit-store.ts',
  'gateway/core/privacy/privacy-store.ts',
]);

const RULES: readonly LineRule[] = [
  {
    name: 'time is an argument in a pure room',
    applies: isPure,
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bset(Timeout|Interval|Immediate)\(/,
  },
  {
    name: 'randomness is an argument in a pure room',
    applies: isPure,
    pattern: /\bMath\.random\b|\bcrypto\.getRandomValues\b/,
  },
  {
    name: 'a pure room does not wait',
    // The store contracts of the gateway are asynchronous; the decisions behind them are not.
    applies: (file) => isPure(file) && !STORE_CONTRACTS.has(file),
    pattern: /\basync\b|\bawait\b|\bPromise</,
  },
  {
    name: 'last bits differ between Node versions; use protocol/trig.ts',
    applies: isPure,
    pattern: /\bMath\.(sin|cos|tan|a?sinh?|acosh?|atanh?|atan2|exp|expm1|log|log2|log10|log1p|pow|cbrt|hypot)\b/,
  },
  {
    name: 'no power operator where bytes or scores are made',
    applies: isPure,
    pattern: /[\w)\]] \*\* [\w(]/,
  },
  {
    name: 'no escape from the type checker',
    applies: () => true,
    pattern: /@ts-(ignore|nocheck|expect-error)|biome-ignore/,
  },
  { name: 'a finished thing has no marker', applies: () => true, pattern: /\b(TODO|FIXME|XXX|HACK)\b/ },
  {
    name: 'no test is skipped without a reason, or alone',
    applies: (file) => file.startsWith('test/'),
    pattern: /\b(test|it|describe)\.(skip|todo|only)\b|\b(skip|todo|only): *true/,
  },
];

/** Code without comments and texts, line by line, so that prose may name what code may not use. */
function codeLines(text: string): string[] {
  const bare = text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
  return bare.split('\n');
}

export function tidy(file: string, text: string): Finding[] {
  const findings: Finding[] = [];
  const raw = text.split('\n');
  if (raw.length > LINES_MAX) findings.push({ file, line: LINES_MAX, rule: `more than ${LINES_MAX} lines` });
  if (/(^|\/)index\.ts$/.test(file)) findings.push({ file, line: 1, rule: 'no barrels' });
  const code = codeLines(text);
  // What hides in comments is looked for there as well.
  const everywhere = new Set(['no escape from the type checker', 'a finished thing has no marker']);
  for (const { name, applies, pattern } of RULES) {
    if (!applies(file)) continue;
    const lines = everywhere.has(name) ? raw : code;
    for (const [at, line] of lines.entries()) if (pattern.test(line)) findings.push({ file, line: at + 1, rule: name });
  }
  return findings;
}
