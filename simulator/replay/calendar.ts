import type { Recording } from './recording.ts';

/** Where a recording without a date is put: Tuesday 2 June 2026, 10:00 UTC, outside every peak and night hour. */
export const UNDATED_START_UTC_MS = Date.UTC(2026, 5, 2, 10);

/** What to add to a recording's `tMs` to get the UTC milliseconds that playback shows the device. */
export function utcOffsetMs(recording: Recording): number {
  if (recording.hasCalendar) return 0;
  const firstMs = recording.points[0]?.tMs ?? 0;
  return UNDATED_START_UTC_MS - Math.floor(firstMs / 1000) * 1000;
}
