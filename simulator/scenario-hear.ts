/** What a device sends, as facts. Nothing is looked into before its signature is right. */

import { toHex } from '../protocol/bytes.ts';
import type { Scope } from '../protocol/cose.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { type OpenReason, unseal } from '../protocol/envelope.ts';
import { DeviceState, Frame, Notice, type Occurrence, Receipt } from '../protocol/messages.ts';
import type { Result } from '../protocol/result.ts';
import type { RecordingChannel, UplinkChannel } from '../protocol/topics.ts';
import type { Fact } from './scenario-facts.ts';

type News = Omit<Fact, 'atMs'>;

const KMH_PER_DMS = 0.36;
const SIGNATURE_REASONS: ReadonlySet<OpenReason> = new Set(['signature', 'type', 'algorithm', 'framing', 'too-large']);

export class Hearing {
  private readonly device: string;
  private readonly publicKey: Uint8Array;
  private readonly crypto: Crypto;
  private readonly bootIds = new Map<string, Uint8Array>();
  private readonly arrived = new Set<string>();
  private readonly uncovered = new Map<string, { readonly boot: string; readonly seq: number }>();

  constructor(device: string, publicKey: Uint8Array, crypto: Crypto) {
    this.device = device;
    this.publicKey = publicKey;
    this.crypto = crypto;
  }

  hear(channel: UplinkChannel, bytes: Uint8Array): readonly News[] {
    switch (channel) {
      case 'frame':
        return this.facts('frame', unseal(Frame, bytes, this.scope('bb-frame'), this.publicKey, this.crypto), (frame) =>
          this.frame(frame, bytes.length),
        );
      case 'event':
        return this.facts(
          'event',
          unseal(Notice, bytes, this.scope('bb-event'), this.publicKey, this.crypto),
          (notice) => [occurrence(notice.what, 'notice')],
        );
      case 'state':
        return this.facts(
          'state',
          unseal(DeviceState, bytes, this.scope('bb-state'), this.publicKey, this.crypto),
          state,
        );
      default:
        return [];
    }
  }

  /** Boots whose frames have arrived. */
  boots(): readonly Uint8Array[] {
    return [...this.bootIds.values()];
  }

  /** A receipt is handed to the device: what it covers waits no longer. Nothing for one that is not the gateway's. */
  receipted(bytes: Uint8Array, gatewayKey: Uint8Array): readonly News[] {
    const scope: Scope = { type: 'bb-receipt', direction: 'dn', device: this.device };
    const opened = unseal(Receipt, bytes, scope, gatewayKey, this.crypto);
    if (!opened.ok) return [];
    const { boot, through, missing, refused } = opened.value;
    const name = toHex(boot);
    for (const [key, frame] of this.uncovered) {
      if (frame.boot === name && frame.seq <= through && !missing.includes(frame.seq)) this.uncovered.delete(key);
    }
    const fields = { through, missing: missing.length, refused: refused.length };
    return [{ kind: 'receipt', fields }, this.queue()];
  }

  private scope(type: Scope['type']): Scope {
    return { type, direction: 'up', device: this.device };
  }

  private facts<T>(
    channel: RecordingChannel,
    opened: Result<T, OpenReason>,
    tell: (value: T) => readonly News[],
  ): readonly News[] {
    if (opened.ok) return tell(opened.value);
    const reason = SIGNATURE_REASONS.has(opened.reason) ? 'signature' : 'schema';
    return [{ kind: 'refused', fields: { channel, reason } }];
  }

  private frame(frame: Frame, bytes: number): readonly News[] {
    const boot = toHex(frame.boot);
    const key = `${boot} ${frame.seq}`;
    this.bootIds.set(boot, frame.boot);
    const again = this.arrived.has(key);
    this.arrived.add(key);
    if (!again) this.uncovered.set(key, { boot, seq: frame.seq });
    const { summary, trip, samples } = frame;
    const news: News = {
      kind: 'frame',
      fields: {
        again,
        seq: frame.seq,
        gap: frame.dropped !== undefined,
        samples: samples?.count ?? 0,
        dated: frame.utcMs !== undefined,
        vehicleAxes: samples?.vehicleAxes ?? false,
        bytes,
        ...(trip === undefined ? {} : { part: trip.part }),
        ...(trip?.ending === undefined ? {} : { ending: trip.ending }),
        ...(summary === undefined ? {} : summaryFields(summary)),
      },
    };
    if (again) return [news];
    return [news, ...frame.occurrences.map((what) => occurrence(what, 'frame')), this.queue()];
  }

  private queue(): News {
    return { kind: 'queue', fields: { waiting: this.uncovered.size } };
  }
}

function summaryFields(summary: NonNullable<Frame['summary']>) {
  const { distanceM, durationS, topSpeedDmS, brakings, accelerations, cornerings } = summary;
  return { distanceM, durationS, brakings, accelerations, cornerings, topKmh: Math.round(topSpeedDmS * KMH_PER_DMS) };
}

function occurrence(what: Occurrence, by: 'notice' | 'frame'): News {
  const { kind, peak, durationMs, speedDmS, trace } = what;
  const kmh = Math.round(speedDmS * KMH_PER_DMS);
  return { kind: 'event', fields: { kind, by, peak, durationMs, kmh, trace: trace !== undefined } };
}

function state({ online, reset, offMs, waiting, mounted, configuration }: DeviceState): readonly News[] {
  const fields: Record<string, string | number | boolean> = { online, reset, waiting, mounted };
  fields.offKnown = offMs !== undefined;
  if (offMs !== undefined) fields.offMs = offMs;
  if (configuration !== undefined) fields.configuration = configuration;
  return [{ kind: 'state', fields }];
}
