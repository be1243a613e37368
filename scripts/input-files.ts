import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadRoadMap } from '../gateway/map/map-file.ts';
import type { RoadMap } from '../gateway/map/road-map.ts';
import { looksLikeGzip } from '../simulator/replay/file-text.ts';
import type { SourceFile } from '../simulator/replay/reader.ts';
import { CommandError, EXIT } from './exit.ts';

/** Unpacked files may be this large. */
const BYTES_MAX = 512 * 1024 * 1024;

/** A file's bytes, unpacked if it is gzip. What goes wrong is said in one line. */
export function readInput(path: string): SourceFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new CommandError(EXIT.usage, `${path} ${why}; name a file`);
  }
  if (!looksLikeGzip(bytes)) return { name: basename(path), bytes };
  try {
    return { name: basename(path, '.gz'), bytes: gunzipSync(bytes, { maxOutputLength: BYTES_MAX }) };
  } catch {
    throw new CommandError(EXIT.usage, `${path} is a damaged or cut-off gzip file; get a whole copy`);
  }
}

export function readMap(path: string): RoadMap {
  const map = loadRoadMap(readInput(path).bytes);
  if (!map.ok) throw new CommandError(EXIT.usage, `${path}: ${map.reason}`);
  return map.value;
}
