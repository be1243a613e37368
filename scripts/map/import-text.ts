import type { ImportReport } from './import-map.ts';

function list(counts: Readonly<Record<string, number>>, words: Readonly<Record<string, string>>): string {
  const parts = Object.entries(words).map(([key, word]) => `${counts[key]} ${word}`);
  return parts.join(', ');
}

/** What became of a file, for people. */
export function importText(out: string, { name, roads, places, imported }: ImportReport, bytes: number): string {
  const { limits, met, left } = imported;
  return `${[
    `${out}: ${name}, ${roads} roads out of ${imported.ways} ways, ${places} places, ${bytes} bytes`,
    `  limits: ${list(limits, { signed: 'signed', none: 'none', advisory: 'advisory', assumed: 'assumed', unknown: 'unknown' })}`,
    `  met: ${list(met, { walk: 'walk', mph: 'in mph', signals: 'by signals', byDirection: 'different by direction', conditional: 'with conditions, which are ignored', unclear: 'not understood' })}`,
    `  built-up: ${imported.builtUp}, one-way: ${imported.oneWay} of ${imported.roads}`,
    `  left out: ${list(left, { closed: 'closed to cars', parking: 'to park on', cut: 'cut off at the edge of the file' })}`,
  ].join('\n')}\n`;
}
