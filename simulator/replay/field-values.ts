/** Single values of text files. What is absent or malformed is null, never NaN. */

/** A finite number; null for an empty or malformed field. */
export function numberOf(field: string | undefined): number | null {
  if (field === undefined || field.trim() === '') return null;
  const value = Number(field);
  return Number.isFinite(value) ? value : null;
}

/** Until the year 2201: a larger number of milliseconds is no time. */
const TIME_MS_MAX = 7.3e12;

/** Milliseconds since 1970 or since a recording's start. */
export function millisecondsOf(field: string | undefined): number | null {
  const value = numberOf(field);
  return value === null || Math.abs(value) > TIME_MS_MAX ? null : value;
}

/** A number with a decimal comma, as `ndsbr` writes it. */
export function commaNumberOf(field: string | undefined): number | null {
  return numberOf(field?.replace(',', '.'));
}

const TIME_OF_DAY = /^(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)$/;

/** `h:mm:ss[.fff]` as milliseconds since midnight. */
export function timeOfDayMs(field: string | undefined): number | null {
  const match = TIME_OF_DAY.exec(field?.trim() ?? '');
  if (!match) return null;
  const [, hours, minutes, seconds] = match.map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined) return null;
  if (hours > 23 || minutes > 59 || seconds >= 61) return null;
  return (hours * 60 + minutes) * 60_000 + Math.round(seconds * 1000);
}

/** UTC milliseconds of midnight UTC of a calendar date; null when there is no such date. */
export function dateUtcMs(year: number, month: number, day: number): number | null {
  if (!(year >= 1980 && year <= 2199 && month >= 1 && month <= 12 && day >= 1)) return null;
  const daysInMonth = Math.round((Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / 86_400_000);
  return day <= daysInMonth ? Date.UTC(year, month - 1, day) : null;
}

const ISO_INSTANT = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(?:Z|([+-])(\d{2}):?(\d{2}))?$/;

/** An ISO 8601 date and time as UTC milliseconds; without a zone it is taken as UTC. */
export function isoInstantMs(field: string | undefined): number | null {
  const match = ISO_INSTANT.exec(field?.trim() ?? '');
  if (!match) return null;
  const dayMs = dateUtcMs(Number(match[1]), Number(match[2]), Number(match[3]));
  const clockMs = timeOfDayMs(match[4]);
  if (dayMs === null || clockMs === null) return null;
  const zoneMs = match[5] === undefined ? 0 : (Number(match[6]) * 60 + Number(match[7])) * 60_000;
  return dayMs + clockMs - (match[5] === '-' ? -zoneMs : zoneMs);
}
