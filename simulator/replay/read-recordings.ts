/** Recorded drives out of files of any known format. */

import { headText, TEXT_BYTES_MAX } from './file-text.ts';
import { READERS } from './formats.ts';
import { type LooseAcceleration, pairAcceleration } from './pair-acceleration.ts';
import { type Reading, refused, type SourceFile } from './reader.ts';
import type { ReadResult, Recording } from './recording.ts';
import { describeUnknown } from './unknown-file.ts';

/** For help texts. */
export const FORMAT_NAMES: readonly string[] = READERS.map((reader) => reader.format);

function readFile(file: SourceFile): Reading {
  const head = headText(file.bytes);
  const reader = READERS.find((candidate) => candidate.recognise(head));
  if (!reader) {
    return refused(
      `is ${describeUnknown(file.bytes, head)}, not a recorded drive; give one of: ${FORMAT_NAMES.join(', ')}`,
    );
  }
  if (file.bytes.length > TEXT_BYTES_MAX) {
    return refused(`is larger than ${TEXT_BYTES_MAX / 1024 / 1024} MiB; split it by vehicle or by day`);
  }
  return reader.read(file);
}

/**
 * Reads the files, in the order given, and joins an accelerometer file with the GPS file of its drive. Gzip must
 * be removed before. One file that cannot be used refuses all of them: a drive that is silently missing is worse.
 */
export function readRecordings(files: readonly SourceFile[]): ReadResult {
  if (files.length === 0) return { ok: false, reason: 'no file was given; name at least one recorded drive' };
  const recordings: Recording[] = [];
  const loose: LooseAcceleration[] = [];
  for (const file of files) {
    const reading = readFile(file);
    if (reading.kind === 'refused') return { ok: false, reason: `${file.name} ${reading.reason}` };
    if (reading.kind === 'recordings') for (const recording of reading.recordings) recordings.push(recording);
    else loose.push({ name: file.name, acceleration: reading.acceleration, remarks: reading.remarks });
  }
  const paired = pairAcceleration(recordings, loose);
  return 'reason' in paired ? { ok: false, reason: paired.reason } : { ok: true, recordings: paired.recordings };
}
