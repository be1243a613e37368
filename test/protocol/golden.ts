/** The values behind test/vectors/schema-1.json: at least one of every message, and samples in all variants. */

import type { Codec } from '../../protocol/codec.ts';
import type { Scope } from '../../protocol/cose.ts';
import type { DeviceIdentity } from '../../protocol/identity.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import {
  Configuration,
  ConnectProof,
  DeviceState,
  Frame,
  Manifest,
  Notice,
  type PackedSamples,
  Receipt,
  SAMPLES_MAX,
  TRACE_SAMPLES_MAX,
} from '../../protocol/messages.ts';
import { nobleCrypto } from '../../protocol/noble.ts';
import { newTrace, packTrace, type Trace } from '../../protocol/raw-trace.ts';
import { newSamples, packSamples, type Samples } from '../../protocol/samples.ts';
import { seededDraw } from './draw.ts';
import { Drive } from './drive.ts';

export const SIGNERS = ['device', 'gateway', 'manufacturer'] as const;
export type Signer = (typeof SIGNERS)[number];

/** Test keys: 32 bytes that count up. */
export function seedOf(signer: Signer): Uint8Array {
  const first = 0x20 * SIGNERS.indexOf(signer);
  return Uint8Array.from({ length: 32 }, (_, i) => first + i);
}

const devicePublicKey = nobleCrypto.publicKey(seedOf('device'));

export const testDevice: DeviceIdentity = {
  id: deviceIdOf(devicePublicKey, nobleCrypto),
  secretKey: seedOf('device'),
  publicKey: devicePublicKey,
  gatewayKey: nobleCrypto.publicKey(seedOf('gateway')),
};

interface Kind {
  readonly codec: Codec<unknown>;
  readonly signer: Signer;
  readonly scope: Scope;
}

const device = testDevice.id;
/** Which codec, key and scope belong to a message: the first word of a vector's name. */
export const KINDS: Record<string, Kind> = {
  frame: { codec: Frame as Codec<unknown>, signer: 'device', scope: { type: 'bb-frame', direction: 'up', device } },
  notice: { codec: Notice as Codec<unknown>, signer: 'device', scope: { type: 'bb-event', direction: 'up', device } },
  state: {
    codec: DeviceState as Codec<unknown>,
    signer: 'device',
    scope: { type: 'bb-state', direction: 'up', device },
  },
  receipt: {
    codec: Receipt as Codec<unknown>,
    signer: 'gateway',
    scope: { type: 'bb-receipt', direction: 'dn', device },
  },
  configuration: {
    codec: Configuration as Codec<unknown>,
    signer: 'gateway',
    scope: { type: 'bb-config', direction: 'dn', device },
  },
  connect: {
    codec: ConnectProof as Codec<unknown>,
    signer: 'device',
    scope: { type: 'bb-connect', direction: 'up', device },
  },
  manifest: {
    codec: Manifest as Codec<unknown>,
    signer: 'manufacturer',
    scope: { type: 'bb-manifest', direction: 'enrol', device: 'manifest' },
  },
};

export interface Golden {
  /** `kind` or `kind-variant`. */
  readonly name: string;
  readonly value: unknown;
  readonly samples?: Samples;
  /** Of the occurrences that have one, in their order. */
  readonly traces?: readonly Trace[];
}

const boot = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);
const earlierBoot = Uint8Array.from({ length: 16 }, (_, i) => 0xb0 + i);
const utcMs = 1_793_178_000_123;
const summary = {
  distanceM: 8421,
  durationS: 730,
  topSpeedDmS: 334,
  accelerations: 2,
  brakings: 1,
  cornerings: 0,
};
const braking = { kind: 'harsh-braking', atMs: 95_200, durationMs: 840, peak: 41, speedDmS: 131 } as const;

/** Jumps, wraps and both ends of every range; what no predictor can know. */
function extremes(): Samples {
  const samples = newSamples();
  samples.count = 8;
  samples.cadenceMs = 60_000;
  samples.fix.set([1, 1, 0, 1, 1, 1, 0, 1]);
  samples.latE6.set([90_000_000, -90_000_000, 0, 89_999_999, -33_868_800, -33_868_801, 0, 0]);
  samples.lonE6.set([180_000_000, -180_000_000, 0, 179_999_999, 151_209_300, -180_000_000, 0, 0]);
  samples.speedDmS.set([2000, 2000, 0, 0, 2000, 1, 0, 0]);
  samples.headingDeg.set([359, 0, 0, 180, 359, 179, 0, 90]);
  samples.altitudeM.set([-20_000, 20_000, 0, -430, 8848, 0, 0, 0]);
  for (let column = 0; column < 9; column++) {
    const row = Array.from({ length: 8 }, (_, i) =>
      (i + column) % 3 === 0 ? 3277 : (i + column) % 3 === 1 ? -3277 : 0,
    );
    samples.accelerationCg.set(row, column * SAMPLES_MAX);
  }
  return samples;
}

function withoutAcceleration(samples: Samples): PackedSamples {
  samples.accelerationCg.fill(0);
  samples.vehicleAxes = false;
  const { acceleration: _acceleration, vehicleAxes: _axes, ...position } = packSamples(samples, 0, samples.count);
  return position;
}

function frames(): Golden[] {
  const drive = new Drive(1);
  const noFix = drive.samples(5, () => false);
  noFix.vehicleAxes = false;
  const start = drive.samples(30);
  const gaps = drive.samples(45, (at) => at > 2 && (at < 20 || at > 31) && at !== 40);
  const end = drive.samples(17);
  const one = drive.samples(1);
  const whole = drive.samples(SAMPLES_MAX);
  const positions = drive.samples(12);
  const edge = extremes();
  const packedPositions = withoutAcceleration(positions);
  const frame = (name: string, samples: Samples | undefined, rest: object): Golden => ({
    name: `frame-${name}`,
    samples,
    value: { boot, ...(samples && { samples: packSamples(samples, 0, samples.count) }), occurrences: [], ...rest },
  });
  return [
    frame('no-fix', noFix, { seq: 0, startMs: 0 }),
    frame('first-part', start, {
      seq: 1,
      startMs: 71_000,
      utcMs,
      trip: { number: 1, part: 0, leadMs: 5000 },
      occurrences: [{ kind: 'trip-start', atMs: 71_000, durationMs: 0, peak: 0, speedDmS: 28 }, braking],
      summary,
    }),
    frame('fix-gaps', gaps, { seq: 2, startMs: 101_000, utcMs: utcMs + 30_000, trip: { number: 1, part: 1 }, summary }),
    frame('last-part', end, {
      seq: 3,
      startMs: 146_000,
      utcMs: utcMs + 75_000,
      trip: { number: 7, boot: earlierBoot, part: 65_535, ending: 'stood', tailMs: 300_000 },
      occurrences: [{ kind: 'power-gap', atMs: 146_000, durationMs: 3200, peak: 0, speedDmS: 0 }],
      summary,
    }),
    frame('whole', whole, { seq: 4, startMs: 163_000, trip: { number: 8, part: 0 }, summary }),
    frame('one-sample', one, { seq: 5, startMs: 283_000 }),
    frame('extremes', edge, { seq: 0xffffffff, startMs: 316_224_000_000, utcMs: 7_258_118_400_000 }),
    frame('position-only', positions, { seq: 6, startMs: 290_000, samples: packedPositions }),
    frame('no-samples', undefined, {
      seq: 7,
      startMs: 300_000,
      occurrences: [{ kind: 'mounting-found', atMs: 299_900, durationMs: 0, peak: 0, speedDmS: 140 }],
    }),
    frame('power-lost', undefined, {
      seq: 9,
      startMs: 0,
      trip: { number: 7, boot: earlierBoot, part: 3, ending: 'power-lost', tailMs: 0 },
      summary,
    }),
    frame('gap', undefined, {
      seq: 8,
      startMs: 302_000,
      trip: { number: 8, part: 1 },
      summary,
      dropped: [
        { boot: earlierBoot, from: 0, count: 41 },
        { boot, from: 6, count: 1 },
      ],
    }),
  ];
}

/** A hard braking over a rough road, 2 s of it. */
function brakingTrace(): Trace {
  const draw = seededDraw(5);
  const trace = newTrace();
  trace.fromMs = -640;
  trace.count = TRACE_SAMPLES_MAX;
  for (let i = 0; i < trace.count; i++) {
    const pedal = Math.min(i, 46, trace.count - i);
    const means = [-pedal, 3, 98];
    for (const [axis, cg] of trace.axesCg.entries()) cg[i] = means[axis] + draw(9) - 4;
  }
  return trace;
}

/** What no predictor can know, and the earliest begin. */
function extremeTrace(): Trace {
  const trace = { ...newTrace(), fromMs: -60_000, cadenceMs: 1000, count: 4 };
  for (const [axis, cg] of trace.axesCg.entries()) cg.set([3277, -3277, 0, axis]);
  return trace;
}

/** Came later than the others, and stand behind them. */
function framesWithTraces(): Golden {
  const traces = [brakingTrace(), extremeTrace()];
  const [first, second] = traces.map(packTrace);
  const cornering = { kind: 'harsh-cornering', atMs: 300_000, durationMs: 400, peak: 38, speedDmS: 84 } as const;
  return {
    name: 'frame-raw-traces',
    traces,
    value: {
      boot,
      seq: 10,
      startMs: 291_000,
      trip: { number: 8, part: 2 },
      occurrences: [{ ...braking, trace: first }, cornering, { ...cornering, atMs: 316_223_999_999, trace: second }],
      summary,
    },
  };
}

/** All golden values, the same in every run. */
export function goldenValues(): Golden[] {
  const state = { boot, online: true, atMs: 0, firmware: '0.1.0', reset: 'brown-out', waiting: 3, mounted: true };
  return [
    ...frames(),
    { name: 'notice', value: { boot, number: 0, what: braking } },
    {
      name: 'notice-trip',
      value: {
        boot,
        number: 1,
        what: { kind: 'trip-end', atMs: 163_000, durationMs: 0, peak: 0, speedDmS: 0 },
        utcMs: utcMs + 92_000,
        trip: { number: 1, boot: earlierBoot, part: 2, ending: 'parked', tailMs: 120_000 },
      },
    },
    { name: 'state-birth', value: { ...state, offMs: 4200 } },
    { name: 'state-will', value: { ...state, online: false } },
    { name: 'receipt', value: { boot, through: 4, missing: [], refused: [] } },
    { name: 'receipt-gaps', value: { boot, through: 0xffffffff, missing: [2, 300, 70_000], refused: [3] } },
    { name: 'connect', value: { boot } },
    {
      name: 'manifest',
      value: {
        number: 1,
        devices: [
          { publicKey: devicePublicKey, kind: 'sensor', serial: 'S-000001' },
          { publicKey: testDevice.gatewayKey, kind: 'box', serial: '' },
        ],
      },
    },
    framesWithTraces(),
    {
      name: 'frame-blocked',
      value: {
        boot,
        seq: 11,
        startMs: 320_000,
        trip: { number: 8, part: 3, ending: 'blocked', tailMs: 0 },
        occurrences: [],
        summary,
      },
    },
    { name: 'state-configured', value: { ...state, atMs: 321_000, configuration: 1_793_178_321 } },
    { name: 'configuration', value: { number: 1_793_178_321, vehicle: 2, blocker: true } },
    { name: 'configuration-least', value: { number: 0, vehicle: 0, blocker: false } },
  ];
}
