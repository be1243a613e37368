/** In words: what playback added to a recording, and how. */

import type { Course } from './course.ts';
import type { Recording } from './recording.ts';
import { counted } from './tidy.ts';
import { PARKED_GAP_MS, type Timeline } from './timeline.ts';

function motionNotes(recording: Recording, course: Course): string[] {
  const notes: string[] = [];
  const points = course.tMs.length;
  if (course.derivedSpeeds > 0) notes.push(`speed derived at ${course.derivedSpeeds} of ${points} points`);
  if (course.derivedHeadings > 0) {
    notes.push(`heading derived from positions at ${course.derivedHeadings} of ${points} points`);
  }
  const { altitude, acceleration } = recording.unused ?? {};
  if (course.altitudeM.every(Number.isNaN)) notes.push(`altitude 0: ${absent(altitude)}`);
  notes.push('position error of 3 m assumed at every fix');
  const strays = recording.points.length - points;
  if (strays > 0)
    notes.push(`${counted(strays, 'point')} that jump away and back faster than a car not shown to the device`);
  notes.push(
    recording.acceleration
      ? 'acceleration as recorded, resampled to 50 Hz; level at 1 g where the file has none'
      : `acceleration derived from speed and heading: ${absent(acceleration)}`,
  );
  if (recording.limitsAre !== undefined) notes.push(`limits: ${recording.limitsAre}`);
  return notes;
}

function absent(unused: string | undefined): string {
  return unused === undefined ? 'the file has none' : `the file's is not used, for ${unused}`;
}

function supplyNotes(recording: Recording): string[] {
  const readings = recording.points.filter((point) => point.supplyV !== null).length;
  if (readings === 0) {
    return ['supply derived: the file has none; 12.4 V at rest, 14.2 V while recorded, a starter dip after standing'];
  }
  return [
    `supply as recorded at ${readings} of ${recording.points.length} points, interpolated over 30 s, then held`,
    'supply after the recorded part derived: the last value, 12.4 V at most',
  ];
}

function timeNotes(recording: Recording, timeline: Timeline): string[] {
  const notes: string[] = [];
  if (!recording.hasCalendar) notes.push('date derived: the file has none; played as of 2026-06-02 10:00 UTC');
  const has = (kind: string) => timeline.spans.some((span) => span.kind === kind);
  if (has('lead-in')) notes.push('10 s of standing added before a start at standstill');
  if (has('settling')) notes.push('20 s without a fix added after an end in motion');
  notes.push('400 s parked at the last point added at the end');
  if (timeline.parkedGaps > 0) {
    const gaps = `${counted(timeline.parkedGaps, 'gap')} over ${PARKED_GAP_MS / 60_000} min played as parked`;
    notes.push(
      timeline.skippedS > 0 ? `${gaps}; ${timeline.skippedS} s of them skipped, at most 1 h of each is played` : gaps,
    );
  }
  return notes;
}

export function playbackNotes(recording: Recording, course: Course, timeline: Timeline): readonly string[] {
  return [...motionNotes(recording, course), ...supplyNotes(recording), ...timeNotes(recording, timeline)];
}
