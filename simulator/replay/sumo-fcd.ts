/**
 * SUMO floating-car data (`--fcd-output` with `--fcd-output.geo`): speed in m/s, angle clockwise from north, time in
 * seconds since the simulation's start. One recording a vehicle, in order of appearance. Samples wait in typed columns.
 */

import { numberOf } from './field-values.ts';
import { NumberColumn } from './number-column.ts';
import { type Reader, type Reading, refused, type SourceFile } from './reader.ts';
import type { Recording } from './recording.ts';
import { counted, isPosition, type RawPoint, tidyPoints } from './tidy.ts';
import { parseXml } from './xml-events.ts';

const FORMAT = 'SUMO FCD';
/** A century: a larger number is no time of a simulation. */
const SECONDS_MAX = 3.2e9;

class VehicleColumns {
  readonly t = new NumberColumn();
  readonly lat = new NumberColumn();
  readonly lon = new NumberColumn();
  readonly speedMS = new NumberColumn();
  readonly angleDeg = new NumberColumn();
  accelerated = false;
}

const nullIfNaN = (value: number) => (Number.isNaN(value) ? null : value);

/** `--fcd-output.acceleration`. */
const UNUSED = { acceleration: 'its attribute `acceleration` has one axis only' };

function recordingOf(fileName: string, id: string, columns: VehicleColumns): Recording {
  const raw: RawPoint[] = [];
  for (let i = 0; i < columns.t.length; i++) {
    raw.push({
      tMs: columns.t.at(i),
      latDeg: columns.lat.at(i),
      lonDeg: columns.lon.at(i),
      speedKmh: nullIfNaN(columns.speedMS.at(i) * 3.6),
      headingDeg: nullIfNaN(columns.angleDeg.at(i)),
    });
  }
  const remarks: string[] = [];
  const points = tidyPoints(raw, remarks);
  const name = `${fileName} vehicle ${id}`;
  return {
    name,
    format: FORMAT,
    hasCalendar: false,
    points,
    acceleration: null,
    trips: [],
    unused: columns.accelerated ? UNUSED : undefined,
    remarks,
  };
}

function read(file: SourceFile): Reading {
  const vehicles = new Map<string, VehicleColumns>();
  let nowMs: number | null = null;
  let left = 0;
  const whole = parseXml(file.bytes, {
    open(name, attributes) {
      if (name === 'timestep') {
        const seconds = numberOf(attributes.time);
        nowMs = seconds === null || Math.abs(seconds) > SECONDS_MAX ? null : Math.round(seconds * 1000);
      }
      if (name !== 'vehicle') return;
      const latDeg = numberOf(attributes.y);
      const lonDeg = numberOf(attributes.x);
      const id = attributes.id;
      if (nowMs === null || latDeg === null || lonDeg === null || !id || !isPosition(latDeg, lonDeg)) {
        left++;
        return;
      }
      let columns = vehicles.get(id);
      if (!columns) {
        columns = new VehicleColumns();
        vehicles.set(id, columns);
      }
      columns.accelerated ||= attributes.acceleration !== undefined;
      columns.t.push(nowMs);
      columns.lat.push(latDeg);
      columns.lon.push(lonDeg);
      columns.speedMS.push(numberOf(attributes.speed) ?? Number.NaN);
      columns.angleDeg.push(numberOf(attributes.angle) ?? Number.NaN);
    },
    close() {},
  });
  if (!whole) return refused('is SUMO XML that is cut or damaged; fetch or write the whole file again');
  if (vehicles.size === 0) {
    return refused('is SUMO XML without a vehicle on the globe; write it with --fcd-output.geo true');
  }
  const recordings = [...vehicles].map(([id, columns]) => recordingOf(file.name, id, columns));
  const remark = `${counted(left, 'sample')} of the file without id, time or geographic position left out`;
  return { kind: 'recordings', recordings: left === 0 ? recordings : withRemark(recordings, remark) };
}

function withRemark(recordings: readonly Recording[], remark: string): Recording[] {
  return recordings.map((recording) => ({ ...recording, remarks: [...recording.remarks, remark] }));
}

export const SUMO_FCD: Reader = {
  format: FORMAT,
  recognise: (head) => head.startsWith('<') && head.includes('<fcd-export'),
  read,
};
