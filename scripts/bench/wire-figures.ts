/** Sums become the figures that are printed. */

import type { RowFormat } from './row-formats.ts';
import { FORMATS, type WireSums } from './wire-measure.ts';

export const GOALS = { bytesPerPosition: 5, entropyRatio: 1.5, kilobytesPerHour: 40, events: 10 } as const;

export interface WireFigures {
  readonly name: string;
  readonly hours: number;
  readonly positions: number;
  readonly frames: number;
  readonly bytesPerFrame: number;
  readonly harshEvents: number;
  readonly receipts: number;
  /** Latitude, longitude, speed, heading, altitude of one second. Others: payload without any signature. */
  readonly bytesPerPosition: Readonly<Record<RowFormat, number>> & {
    readonly bordbox: number;
    /** Everything in the signed frames but the accelerations: events, trip, summary, signature. */
    readonly bordboxSigned: number;
    readonly entropy: number;
    readonly ratio: number;
  };
  /** Minimum, maximum and mean of three axes of one second. */
  readonly bytesPerAcceleration: { readonly bordbox: number; readonly entropy: number; readonly ratio: number };
  /** 1000 bytes per driving hour. Others and `samples`: positions and accelerations, unsigned. */
  readonly kilobytesPerHour: Readonly<Record<RowFormat, number>> & {
    readonly samples: number;
    readonly signedFrames: number;
    /** Signed frames, had the drive had ten harsh events an hour, each with 2 s of raw samples. */
    readonly with10Events: number;
    readonly apart: {
      readonly notices: number;
      readonly states: number;
      readonly receipts: number;
      readonly topics: number;
      readonly transport: number;
    };
  };
  readonly holds: {
    readonly bytesPerPosition: boolean;
    readonly entropyRatio: boolean;
    readonly kilobytesPerHour: boolean;
  };
}

/** What harsh events cost on average in the frames; over all drives, since most of them have few or none. */
export interface EventCost {
  /** With raw samples. */
  readonly bytes: number;
  readonly rawBytes: number;
  /** One sample of three axes; entropy of order 0 of the residuals of its own predictor. */
  readonly rawSample: { readonly bordbox: number; readonly entropy: number; readonly ratio: number };
  /** Events whose frame had no room for raw samples. */
  readonly withoutRaw: number;
}

export function eventCost(sums: WireSums): EventCost {
  const rawBytes = sums.traceBytes / sums.traces;
  const sample = sums.traceBytes / sums.traceSamples;
  const entropy = sums.traceEntropy.bits() / 8;
  return {
    bytes: (sums.harshBytes - sums.traceBytes) / sums.harshEvents + rawBytes,
    rawBytes,
    rawSample: { bordbox: rounded(sample), entropy: rounded(entropy), ratio: rounded(sample / entropy) },
    withoutRaw: sums.harshEvents - sums.traces,
  };
}

export function figuresOf(name: string, sums: WireSums, event: EventCost): WireFigures {
  const hours = sums.seconds / 3600;
  const perHour = (bytes: number): number => rounded(bytes / 1000 / hours);
  const ten = (GOALS.events * event.bytes) / 1000;
  const position = sums.positionBytes / sums.positions;
  const positionEntropy = sums.positionEntropy.bits() / 8;
  const acceleration = sums.accelerationBytes / sums.seconds;
  const accelerationEntropy = sums.accelerationEntropy.bits() / 8;
  const with10Events = (sums.frameBytes - sums.harshBytes) / 1000 / hours + ten;
  return {
    name,
    hours: rounded(hours),
    positions: sums.positions,
    frames: sums.frames,
    bytesPerFrame: Math.round(sums.frameBytes / sums.frames),
    harshEvents: sums.harshEvents,
    receipts: sums.receipts,
    bytesPerPosition: {
      bordbox: rounded(position),
      bordboxSigned: rounded((sums.frameBytes - sums.accelerationBytes) / sums.positions),
      entropy: rounded(positionEntropy),
      ratio: rounded(position / positionEntropy),
      ...perFormat((format) => rounded(sums.positionOnly[format] / sums.positions)),
    },
    bytesPerAcceleration: {
      bordbox: rounded(acceleration),
      entropy: rounded(accelerationEntropy),
      ratio: rounded(acceleration / accelerationEntropy),
    },
    kilobytesPerHour: {
      samples: perHour(sums.positionBytes + sums.accelerationBytes),
      ...perFormat((format) => perHour(sums.whole[format])),
      signedFrames: perHour(sums.frameBytes),
      with10Events: rounded(with10Events),
      apart: {
        notices: perHour(sums.noticeBytes),
        states: perHour(sums.stateBytes),
        receipts: perHour(sums.receiptBytes),
        topics: perHour(sums.topicBytes),
        transport: perHour(sums.transportBytes),
      },
    },
    holds: {
      bytesPerPosition: position <= GOALS.bytesPerPosition,
      entropyRatio: position <= GOALS.entropyRatio * positionEntropy,
      kilobytesPerHour: with10Events <= GOALS.kilobytesPerHour,
    },
  };
}

function perFormat(figure: (format: RowFormat) => number): Record<RowFormat, number> {
  return Object.fromEntries(FORMATS.map((format) => [format, figure(format)])) as Record<RowFormat, number>;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
