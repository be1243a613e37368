/** What every file format implements: recognise by content, then read. */

import type { RecordedAcceleration, Recording } from './recording.ts';

/** A file as the caller found it, with any gzip wrapping already removed. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Reading =
  | { readonly kind: 'recordings'; readonly recordings: readonly Recording[] }
  /** Half of a drive: it needs the positions of another file. */
  | { readonly kind: 'acceleration'; readonly acceleration: RecordedAcceleration; readonly remarks: readonly string[] }
  /** `reason` continues a sentence that began with the file's name. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface Reader {
  readonly format: string;
  /** `head` is the file's beginning as text without byte order mark and leading white space. */
  recognise(head: string): boolean;
  read(file: SourceFile): Reading;
}

export function refused(reason: string): Reading {
  return { kind: 'refused', reason };
}
