/**
 * Teltonika Codec 8 Extended over TCP, by its record layout: per record time stamp 8, priority 1, GPS element 15,
 * IO element 14 and 2 + n for each value of n bytes; per packet preamble 4, length 4, codec 1, two counts, CRC 4.
 *
 * The GPS element has the speed in whole km/h, so it says less than the other formats. Accelerations are nine IO
 * values of two bytes in mg: 17 to 19 are Teltonika's own "Axis X, Y, Z" (here the means), the other six ids are free.
 */

import { accelerationsCg, type Batch, chosen } from './batch.ts';

export interface IoValue {
  readonly id: number;
  /** 1, 2, 4 or 8 bytes, most significant first. */
  readonly bytes: Uint8Array;
}

export interface AvlRecord {
  readonly utcMs: number;
  readonly priority: number;
  readonly latE7: number;
  readonly lonE7: number;
  readonly altitudeM: number;
  readonly angleDeg: number;
  /** 0: no fix. */
  readonly satellites: number;
  readonly speedKmh: number;
  readonly eventId: number;
  readonly io: readonly IoValue[];
}

const CODEC = 0x8e;
/** A packet has at most so many bytes and records. */
const PACKET_BYTES_MAX = 1280;
const RECORDS_MAX = 255;
const PACKET_OVERHEAD_BYTES = 15;
/** Minimum, maximum, mean of x, y, z. */
const ACCELERATION_IDS = [1001, 1002, 17, 1003, 1004, 18, 1005, 1006, 19];

export function encodeCodec8e(batch: Batch, withAcceleration: boolean): Uint8Array {
  const rows = chosen(batch, withAcceleration);
  const records = rows.map((i) => avlRecord(recordOf(batch, i, withAcceleration)));
  const packets: Uint8Array[] = [];
  let part: Uint8Array[] = [];
  let bytes = PACKET_OVERHEAD_BYTES;
  for (const record of records) {
    if (part.length === RECORDS_MAX || bytes + record.length > PACKET_BYTES_MAX) {
      packets.push(avlPacket(part));
      part = [];
      bytes = PACKET_OVERHEAD_BYTES;
    }
    part.push(record);
    bytes += record.length;
  }
  if (part.length > 0) packets.push(avlPacket(part));
  return Uint8Array.from(packets.flatMap((packet) => [...packet]));
}

function recordOf({ samples, startMs }: Batch, i: number, withAcceleration: boolean): AvlRecord {
  const fixed = samples.fix[i] === 1;
  return {
    utcMs: startMs + i * samples.cadenceMs,
    priority: 0,
    latE7: samples.latE6[i] * 10,
    lonE7: samples.lonE6[i] * 10,
    altitudeM: samples.altitudeM[i],
    angleDeg: samples.headingDeg[i],
    satellites: fixed ? 9 : 0,
    speedKmh: Math.round(samples.speedDmS[i] * 0.36),
    eventId: 0,
    io: withAcceleration
      ? accelerationsCg(samples, i).map((cg, column) => ({
          id: ACCELERATION_IDS[column],
          bytes: Uint8Array.of((cg * 10) >> 8, cg * 10),
        }))
      : [],
  };
}

export function avlRecord(record: AvlRecord): Uint8Array {
  const { io } = record;
  const bytes = new Uint8Array(38 + io.reduce((sum, value) => sum + 2 + value.bytes.length, 0));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(record.utcMs));
  view.setUint8(8, record.priority);
  view.setInt32(9, record.lonE7);
  view.setInt32(13, record.latE7);
  view.setInt16(17, record.altitudeM);
  view.setUint16(19, record.angleDeg);
  view.setUint8(21, record.satellites);
  view.setUint16(22, record.speedKmh);
  view.setUint16(24, record.eventId);
  view.setUint16(26, io.length);
  let at = 28;
  for (const width of [1, 2, 4, 8]) {
    const group = io.filter((value) => value.bytes.length === width);
    view.setUint16(at, group.length);
    at += 2;
    for (const { id, bytes: value } of group) {
      view.setUint16(at, id);
      bytes.set(value, at + 2);
      at += 2 + width;
    }
  }
  // Values of variable length: none.
  return bytes;
}

export function avlPacket(records: readonly Uint8Array[]): Uint8Array {
  const length = records.reduce((sum, record) => sum + record.length, 3);
  const bytes = new Uint8Array(12 + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, length);
  bytes[8] = CODEC;
  bytes[9] = records.length;
  let at = 10;
  for (const record of records) {
    bytes.set(record, at);
    at += record.length;
  }
  bytes[at] = records.length;
  view.setUint32(at + 1, crc16(bytes.subarray(8, at + 1)));
  return bytes;
}

/** CRC-16/ARC, which Teltonika calls CRC-16/IBM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}
