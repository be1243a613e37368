/** Joins an accelerometer file with the GPS file of the same drive. */

import type { RecordedAcceleration, Recording } from './recording.ts';

export interface LooseAcceleration {
  readonly name: string;
  readonly acceleration: RecordedAcceleration;
  readonly remarks: readonly string[];
}

/** What two files of one drive have in common: `accel.2020-10-15-21.csv` and `gps.2020-10-15-21.csv`. */
function driveKey(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/accelerometer|accel|acc|gps|location/i, '');
}

function overlap(recording: Recording, acceleration: RecordedAcceleration): boolean {
  const firstMs = recording.points[0]?.tMs ?? Number.NaN;
  const lastMs = recording.points.at(-1)?.tMs ?? Number.NaN;
  return (acceleration.tMs[0] ?? Number.NaN) <= lastMs && (acceleration.tMs.at(-1) ?? Number.NaN) >= firstMs;
}

/** The index of the recording that lacks these samples: by its name, or the only one there is. */
function partner(loose: LooseAcceleration, recordings: readonly Recording[]): number {
  const key = driveKey(loose.name);
  const open = recordings.flatMap((r, i) =>
    !r.hasCalendar && !r.acceleration && overlap(r, loose.acceleration) ? i : [],
  );
  const named = open.filter((i) => driveKey((recordings[i] as Recording).name) === key);
  if (named.length === 1) return named[0] as number;
  return open.length === 1 ? (open[0] as number) : -1;
}

/** A reason names the file that found no partner. */
export function pairAcceleration(
  recordings: readonly Recording[],
  loose: readonly LooseAcceleration[],
): { readonly recordings: readonly Recording[] } | { readonly reason: string } {
  const paired = [...recordings];
  for (const half of loose) {
    const index = partner(half, paired);
    const recording = paired[index];
    if (!recording) {
      return {
        reason: `${half.name} is the accelerometer half of a drive; give the GPS file of the same drive with it`,
      };
    }
    paired[index] = {
      ...recording,
      name: `${recording.name} + ${half.name}`,
      acceleration: half.acceleration,
      remarks: [...recording.remarks, ...half.remarks],
    };
  }
  return { recordings: paired };
}
