/** What one drive, or several, cost on the air, in this format and in others. */

import { encodeCbor } from '../../protocol/cbor.ts';
import { type Frame, Occurrence, PackedSamples, type RawTrace } from '../../protocol/messages.ts';
import { unpackTrace } from '../../protocol/raw-trace.ts';
import { unpackColumn } from '../../protocol/rice.ts';
import { unpackSamples } from '../../protocol/samples.ts';
import { downlinkTopic, uplinkTopic } from '../../protocol/topics.ts';
import type { Batch } from './batch.ts';
import { Entropy } from './entropy.ts';
import { frameOf } from './receipting-network.ts';
import { ROW_FORMATS, type RowFormat } from './row-formats.ts';
import { transportBytes } from './transport.ts';
import type { Captured } from './wire-capture.ts';

export const FORMATS = Object.keys(ROW_FORMATS) as RowFormat[];
const HARSH = new Set(['harsh-acceleration', 'harsh-braking', 'harsh-cornering']);
const ACCELERATION_KEY = PackedSamples.fields.acceleration.key;
const POSITION_KEYS = (['fix', 'origin', 'latitude', 'longitude', 'speed', 'heading', 'altitude'] as const).map(
  (name) => PackedSamples.fields[name].key,
);

type PerFormat = Record<RowFormat, number>;

function none(): PerFormat {
  return { json: 0, cbor: 0, protobuf: 0, codec8e: 0 };
}

/** Sums over messages; bytes unless the name says otherwise. */
export class WireSums {
  /** Samples of trips, one a second. */
  seconds = 0;
  /** Samples with a position. */
  positions = 0;
  frames = 0;
  frameBytes = 0;
  /** Columns, origin and fix bits with their CBOR heads. */
  positionBytes = 0;
  accelerationBytes = 0;
  harshEvents = 0;
  /** Of harsh events, raw samples included. */
  harshBytes = 0;
  /** Harsh events whose frame had room for raw samples. */
  traces = 0;
  traceBytes = 0;
  /** Samples of three axes. */
  traceSamples = 0;
  notices = 0;
  noticeBytes = 0;
  states = 0;
  stateBytes = 0;
  receipts = 0;
  receiptBytes = 0;
  topicBytes = 0;
  transportBytes = 0;
  readonly positionOnly = none();
  readonly whole = none();
  readonly positionEntropy = new Entropy();
  readonly accelerationEntropy = new Entropy();
  readonly traceEntropy = new Entropy();

  add(captured: Captured): void {
    for (const bytes of captured.frames) this.addFrame(bytes);
    const { device, frames, events, states, receipts } = captured;
    this.notices += events.length;
    this.noticeBytes += total(events);
    this.states += states.length;
    this.stateBytes += total(states);
    this.receipts += receipts.length;
    this.receiptBytes += total(receipts);
    this.carry(uplinkTopic(device, 'frame'), frames);
    this.carry(uplinkTopic(device, 'event'), events);
    this.carry(uplinkTopic(device, 'state'), states);
    this.carry(downlinkTopic(device, 'receipt'), receipts);
  }

  private addFrame(bytes: Uint8Array): void {
    const frame = frameOf(bytes);
    this.frames++;
    this.frameBytes += bytes.length;
    for (const occurrence of frame.occurrences) {
      if (!HARSH.has(occurrence.kind)) continue;
      const whole = encodedBytes(occurrence);
      this.harshEvents++;
      this.harshBytes += whole;
      if (occurrence.trace === undefined) continue;
      this.traceBytes += whole - encodedBytes({ ...occurrence, trace: undefined });
      this.addTrace(occurrence.trace);
    }
    if (frame.samples !== undefined) this.addSamples(frame, frame.samples);
  }

  private addTrace(trace: RawTrace): void {
    // The bench reads what it measures: bytes that nobody can read would be cheap.
    const unpacked = unpackTrace(trace);
    if (!unpacked.ok) throw new Error(`bench: ${unpacked.reason}`);
    this.traces++;
    this.traceSamples += trace.count;
    addResiduals(this.traceEntropy, trace.axes, trace.count);
  }

  private addSamples(frame: Frame, packed: PackedSamples): void {
    const samples = unpackSamples(packed);
    if (!samples.ok) throw new Error(`bench: ${samples.reason}`);
    const batch: Batch = { samples: samples.value, startMs: frame.utcMs ?? frame.startMs };
    const fixed = samples.value.fix.reduce((sum, fix) => sum + fix, 0);
    this.seconds += (packed.count * packed.cadenceMs) / 1000;
    this.positions += fixed;
    this.positionBytes += entryBytes(packed, POSITION_KEYS);
    this.accelerationBytes += entryBytes(packed, [ACCELERATION_KEY]);
    for (const format of FORMATS) {
      if (fixed > 0) this.positionOnly[format] += ROW_FORMATS[format](batch, false).length;
      this.whole[format] += ROW_FORMATS[format](batch, true).length;
    }
    const { latitude, longitude, speed, heading, altitude } = packed;
    addResiduals(this.positionEntropy, [latitude, longitude, speed, heading, altitude], fixed - 1);
    addResiduals(this.accelerationEntropy, packed.acceleration ?? [], packed.count);
  }

  private carry(topic: string, messages: readonly Uint8Array[]): void {
    this.topicBytes += topic.length * messages.length;
    for (const { length } of messages) this.transportBytes += transportBytes(topic.length, length);
  }
}

function encodedBytes(occurrence: Occurrence): number {
  return encodeCbor(Occurrence.toCbor(occurrence)).length;
}

function total(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}

/** Bytes of some entries of the samples' map: keys below 24 take one byte. */
function entryBytes(packed: PackedSamples, keys: readonly number[]): number {
  const map = PackedSamples.toCbor(packed);
  if (!(map instanceof Map)) throw new Error('bench: samples are no map');
  return keys.reduce((sum, key) => {
    const item = map.get(key);
    return item === undefined ? sum : sum + 1 + encodeCbor(item).length;
  }, 0);
}

function addResiduals(entropy: Entropy, columns: readonly (Uint8Array | undefined)[], count: number): void {
  for (const [column, bytes] of columns.entries()) {
    if (bytes === undefined) continue;
    const values = unpackColumn(bytes, count);
    if (!values.ok) throw new Error(`bench: ${values.reason}`);
    entropy.add(column, values.value);
  }
}
