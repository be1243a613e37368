/** Devices made of nothing but the wire: frames of a drive, signed, without any firmware. */

import type { DeviceRecord } from '../../gateway/core/enrolment.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { sign1 } from '../../protocol/cose.ts';
import { seal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { DeviceState, Frame, Notice, type Occurrence } from '../../protocol/messages.ts';
import { newSamples, packSamples, type Samples } from '../../protocol/samples.ts';

export const crypto = nodeCrypto();
export const UTC_MS = 1_780_000_000_000;

export function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

export interface MadeDevice {
  readonly id: string;
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly record: DeviceRecord;
}

export function makeDevice(n: number): MadeDevice {
  const secretKey = filled(32, 7);
  new DataView(secretKey.buffer).setUint32(0, n);
  const publicKey = crypto.publicKey(secretKey);
  const id = deviceIdOf(publicKey, crypto);
  return {
    id,
    secretKey,
    publicKey,
    record: { device: id, publicKey, kind: 'sensor', serial: `S${n}`, revoked: false },
  };
}

export function sealFrame(device: MadeDevice, frame: Frame): Uint8Array {
  return seal(Frame, frame, { type: 'bb-frame', direction: 'up', device: device.id }, device.secretKey, crypto);
}

/** A frame whose body is whatever is given. */
export function sealRaw(device: MadeDevice, payload: Uint8Array): Uint8Array {
  return sign1(payload, { type: 'bb-frame', direction: 'up', device: device.id }, device.secretKey, crypto);
}

export function sealNotice(device: MadeDevice, notice: Notice): Uint8Array {
  return seal(Notice, notice, { type: 'bb-event', direction: 'up', device: device.id }, device.secretKey, crypto);
}

export function sealState(device: MadeDevice, state: DeviceState): Uint8Array {
  return seal(DeviceState, state, { type: 'bb-state', direction: 'up', device: device.id }, device.secretKey, crypto);
}

export function stateOf(boot: Uint8Array, online: boolean, atMs: number): DeviceState {
  return { boot, online, atMs, firmware: '0.1.0', reset: 'power-on', waiting: 0, mounted: true };
}

export const SECONDS_PER_FRAME = 30;
const SPEED_DMS = 139;
/** 13.9 m/s northwards for a second, in 1e-6 degree. */
const NORTH_E6 = 125;

function northbound(fromS: number): Samples {
  const samples = newSamples();
  samples.count = SECONDS_PER_FRAME;
  for (let i = 0; i < SECONDS_PER_FRAME; i++) {
    samples.fix[i] = 1;
    samples.latE6[i] = 51_180_000 + (fromS + i) * NORTH_E6;
    samples.lonE6[i] = 14_420_000;
    samples.speedDmS[i] = SPEED_DMS;
    samples.altitudeM[i] = 200;
  }
  return samples;
}

export interface DriveShape {
  readonly boot: Uint8Array;
  readonly number?: number;
  readonly frames: number;
  readonly firstSeq?: number;
  /** Without it the drive never says that it ended. */
  readonly ends?: boolean;
}

/** A drive of 50 km/h to the north, a harsh braking in every frame, with frames of 30 s. */
export function driveFrames({ boot, number = 0, frames, firstSeq = 0, ends = true }: DriveShape): Frame[] {
  return Array.from({ length: frames }, (_, part) => {
    const startMs = 10_000 + part * SECONDS_PER_FRAME * 1000;
    const braking: Occurrence = {
      kind: 'harsh-braking',
      atMs: startMs + 5000,
      durationMs: 600,
      peak: 40,
      speedDmS: SPEED_DMS,
    };
    const last = part === frames - 1;
    const frame: Frame = {
      boot,
      seq: firstSeq + part,
      startMs,
      // One frame in three has not heard the time.
      utcMs: part % 3 === 1 ? undefined : UTC_MS + startMs,
      trip: {
        number,
        part,
        leadMs: part === 0 ? 4000 : undefined,
        ending: last && ends ? 'parked' : undefined,
        tailMs: last && ends ? 2000 : undefined,
      },
      samples: packSamples(northbound(part * SECONDS_PER_FRAME), 0, SECONDS_PER_FRAME),
      occurrences: [braking],
      summary: {
        distanceM: Math.round((part + 1) * SECONDS_PER_FRAME * 13.9),
        durationS: (part + 1) * SECONDS_PER_FRAME,
        topSpeedDmS: SPEED_DMS,
        accelerations: 0,
        brakings: part + 1,
        cornerings: 0,
      },
    };
    return frame;
  });
}
