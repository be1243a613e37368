/** Character-separated text: a header line, then one record a line. */

import { counted } from './tidy.ts';

export interface Table {
  /** The field of that column in the row, or undefined when the file has no such column. */
  field(row: readonly string[], column: string): string | undefined;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Understands "quoted" fields with doubled quotes; most lines have none and are only split. */
export function splitFields(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (char === '"') {
      if (quoted && line[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = !quoted;
    } else if (char === separator && !quoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  fields.push(field);
  return fields;
}

/** The first line of a file's head, for recognition. */
export function firstLine(head: string): string {
  const end = head.indexOf('\n');
  return (end < 0 ? head : head.slice(0, end)).trim();
}

/**
 * Lines that were ended by a line feed. The rest after the last one may be cut in the middle of a number, so it
 * is left out with a remark: a shortened longitude would be a jump that nobody drove.
 */
export function wholeLines(text: string, remarks: string[]): string[] {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  if (rest.trim() !== '') remarks.push('the last line has no end and was left out: was the file cut?');
  return lines;
}

/** Empty lines and lines that start with # are skipped; lines with too few fields are counted in the remarks. */
export function readTable(text: string, separator: string, remarks: string[]): Table {
  const rows: string[][] = [];
  let header: string[] | undefined;
  let short = 0;
  for (const raw of wholeLines(text, remarks)) {
    const line = raw.trimEnd();
    if (line === '' || line.startsWith('#')) continue;
    const fields = splitFields(line, separator);
    if (!header) header = fields.map((name) => name.trim());
    else if (fields.length < header.length) short++;
    else rows.push(fields);
  }
  if (short > 0) remarks.push(`${counted(short, 'line')} with too few fields left out`);
  const columns = new Map((header ?? []).map((name, index) => [name, index]));
  return {
    header: header ?? [],
    rows,
    field(row, column) {
      const index = columns.get(column);
      return index === undefined ? undefined : row[index];
    },
  };
}
