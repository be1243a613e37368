import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { looksLikeGzip } from '../../simulator/replay/file-text.ts';
import { readRecordings } from '../../simulator/replay/read-recordings.ts';
import type { SourceFile } from '../../simulator/replay/reader.ts';
import type { Recording } from '../../simulator/replay/recording.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');

/** For the option `skip` of a test: false, or why it cannot run. */
export const withoutSharedData: string | false = existsSync(DATA)
  ? false
  : 'the folder ../shared/data is absent; put the recorded drives there';

export function sharedFile(path: string): SourceFile {
  const bytes = new Uint8Array(readFileSync(join(DATA, path)));
  return { name: basename(path), bytes: looksLikeGzip(bytes) ? new Uint8Array(gunzipSync(bytes)) : bytes };
}

export function textFile(name: string, text: string): SourceFile {
  return { name, bytes: new TextEncoder().encode(text) };
}

export function mustRead(...files: SourceFile[]): readonly Recording[] {
  const result = readRecordings(files);
  if (!result.ok) throw new Error(result.reason);
  return result.recordings;
}

export function mustReadOne(...files: SourceFile[]): Recording {
  const recordings = mustRead(...files);
  const [recording] = recordings;
  if (!recording || recordings.length !== 1) throw new Error(`${recordings.length} recordings instead of one`);
  return recording;
}

/** The reason with which these files are refused. */
export function mustRefuse(...files: SourceFile[]): string {
  const result = readRecordings(files);
  if (result.ok) throw new Error(`read ${result.recordings.length} recordings instead of refusing`);
  return result.reason;
}
