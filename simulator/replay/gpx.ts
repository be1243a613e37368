/**
 * GPX 1.1 (and 1.0): one recording a track. Speed (m/s) and course stand directly in the point or in an extension,
 * under any namespace prefix.
 */

import { isoInstantMs, numberOf } from './field-values.ts';
import { type Reader, type Reading, refused, type SourceFile } from './reader.ts';
import type { Recording } from './recording.ts';
import { counted, isPosition, type RawPoint, tidyPoints } from './tidy.ts';
import { parseXml, type XmlEvents } from './xml-events.ts';

const FORMAT = 'GPX';

interface Track {
  readonly raw: RawPoint[];
  left: number;
}

interface Draft {
  latDeg: number | null;
  lonDeg: number | null;
  tMs: number | null;
  speedKmh: number | null;
  headingDeg: number | null;
  altitudeM: number | null;
}

function finish(track: Track, draft: Draft): void {
  const { tMs, latDeg, lonDeg, speedKmh, headingDeg, altitudeM } = draft;
  if (tMs === null || latDeg === null || lonDeg === null || !isPosition(latDeg, lonDeg)) track.left++;
  else track.raw.push({ tMs, latDeg, lonDeg, speedKmh, headingDeg, altitudeM });
}

function addField(draft: Draft, name: string, text: string): void {
  const value = numberOf(text);
  if (name === 'time') draft.tMs = isoInstantMs(text);
  else if (name === 'ele') draft.altitudeM = value;
  else if (name === 'speed') draft.speedKmh = value === null ? null : value * 3.6;
  else if (name === 'course' || name === 'bearing') draft.headingDeg = value;
}

function trackEvents(tracks: Track[]): XmlEvents {
  let draft: Draft | null = null;
  return {
    open(name, attributes) {
      if (name === 'trk') tracks.push({ raw: [], left: 0 });
      if (name !== 'trkpt') return;
      const latDeg = numberOf(attributes.lat);
      const lonDeg = numberOf(attributes.lon);
      draft = { latDeg, lonDeg, tMs: null, speedKmh: null, headingDeg: null, altitudeM: null };
    },
    close(name, text) {
      const track = tracks.at(-1);
      if (!draft || !track) return;
      if (name === 'trkpt') {
        finish(track, draft);
        draft = null;
      } else addField(draft, name, text);
    },
  };
}

function read(file: SourceFile): Reading {
  const tracks: Track[] = [];
  if (!parseXml(file.bytes, trackEvents(tracks))) {
    return refused('is GPX that is cut or damaged; fetch or export the whole file again');
  }
  const used = tracks.filter((track) => track.raw.length > 0);
  if (used.length === 0) {
    return refused('is GPX without a timed track point; export the recorded track, not a route or waypoints');
  }
  const recordings = used.map((track, index): Recording => {
    const remarks: string[] = [];
    if (track.left > 0) remarks.push(`${counted(track.left, 'track point')} without position or time left out`);
    const points = tidyPoints(track.raw, remarks);
    const name = used.length === 1 ? file.name : `${file.name} track ${index + 1}`;
    return { name, format: FORMAT, hasCalendar: true, points, acceleration: null, trips: [], remarks };
  });
  return { kind: 'recordings', recordings };
}

export const GPX: Reader = {
  format: FORMAT,
  recognise: (head) => head.startsWith('<') && /<(\w+:)?gpx[\s>]/.test(head),
  read,
};
