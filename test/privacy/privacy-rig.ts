/** A gateway in virtual time with two persons in it: drives, raw frames, quarantine, waiting events, boxes and logs. */

import type { AccessWrites } from '../../gateway/core/access/access-store.ts';
import { UNBOUND } from '../../gateway/core/access/binding-record.ts';
import type { Tenant } from '../../gateway/core/backend.ts';
import type { PrivacyStore } from '../../gateway/core/privacy/privacy-store.ts';
import type { Store } from '../../gateway/core/store.ts';
import { MemoryAccessStore } from '../../gateway/edge/memory-access-store.ts';
import { MemoryPrivacyStore } from '../../gateway/edge/memory-privacy-store.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { type DeskPorts, PrivacyDesk } from '../../gateway/edge/privacy-desk.ts';
import { GatewayShell } from '../../gateway/edge/shell.ts';
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { SqlitePrivacyStore } from '../../gateway/edge/sqlite-privacy-store.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { placeOf } from '../../gateway/map/place.ts';
import { appdrivexRater } from '../../gateway/scoring/appdrivex.ts';
import { fahrstilScorer } from '../../gateway/scoring/fahrstil.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Frame } from '../../protocol/messages.ts';
import { newSamples, packSamples } from '../../protocol/samples.ts';
import { attempt, GATEWAY_LOG, outcome } from '../gateway/audit-rig.ts';
import {
  crypto,
  driveFrames,
  filled,
  type MadeDevice,
  makeDevice,
  sealFrame,
  sealRaw,
  sealState,
  stateOf,
  UTC_MS,
} from '../gateway/frame-maker.ts';
import { enrolIn, GATEWAY_KEY } from '../gateway/shell-rig.ts';

export const ADA = makeDevice(1);
export const BEN = makeDevice(2);
export const ADA_BOX = makeDevice(101);
export const BEN_BOX = makeDevice(102);
/** The phone of test/gateway/audit-rig.ts. */
export const PHONE = makeDevice(201);
export const ADA_BOOT = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);
export const BEN_BOOT = Uint8Array.from({ length: 16 }, (_, i) => 0x50 + i);
export const TENANT: Tenant = { name: 'insurer', pseudonymKey: filled(32, 3) };
export const TAN_MAC = 'c0ffee'.repeat(10);
export const VERIFIED = 'ID card, desk 3';
export const NOW_MS = UTC_MS + 3_600_000;
const MS_PER_DAY = 86_400_000;

export interface Stores {
  readonly store: Store;
  readonly access: DeskPorts['access'] & { close(): Promise<void> };
  readonly privacy: PrivacyStore;
}

const SETUP = { crypto, log: GATEWAY_LOG };

export function inMemory(): Stores {
  const store = new MemoryStore();
  const access = new MemoryAccessStore(store, SETUP);
  return { store, access, privacy: new MemoryPrivacyStore(store, access) };
}

export function inFile(file: string): Stores {
  return {
    store: new SqliteStore(file),
    access: new SqliteAccessStore(file, SETUP),
    privacy: new SqlitePrivacyStore(file),
  };
}

export class PrivacyRig {
  readonly stores: Stores;
  readonly desk: PrivacyDesk;
  readonly shell: GatewayShell;
  /** Signed bytes of what Ada's sensor said. */
  readonly said: Uint8Array[] = [];
  /** The same of Ben's. */
  readonly saidByBen: Uint8Array[] = [];
  readonly published: string[] = [];
  nowMs = NOW_MS;
  brokerAway = false;
  private drawn = 0;

  constructor(stores: Stores) {
    this.stores = stores;
    const { store, privacy } = stores;
    const shared = {
      store,
      crypto,
      tenants: [TENANT],
      scorer: fahrstilScorer(),
      roads: null,
      placeOf: (latE6: number, lonE6: number) => placeOf(null, latE6, lonE6),
      now: () => this.nowMs,
    };
    this.desk = new PrivacyDesk({
      ...shared,
      ...stores,
      rater: appdrivexRater(),
      random: (count) => Uint8Array.from({ length: count }, () => (this.drawn = (this.drawn * 31 + 7) % 251)),
    });
    this.shell = new GatewayShell({
      ...shared,
      gatewaySecretKey: GATEWAY_KEY,
      stopped: () => privacy.stopped(),
      sendDownlink: () => undefined,
      publishBackend: async (_topic, json) => {
        if (this.brokerAway) throw new Error('away');
        this.published.push(json);
      },
      log: () => undefined,
    });
  }

  hear(device: MadeDevice, channel: 'frame' | 'state', bytes: Uint8Array): void {
    (device === ADA ? this.said : this.saidByBen).push(bytes);
    this.shell.receive(device.id, channel, bytes);
  }

  drive(device: MadeDevice, number = 0): void {
    const boot = device === ADA ? ADA_BOOT : BEN_BOOT;
    const frames = driveFrames({ boot, number, frames: 3, firstSeq: number * 3 });
    for (const frame of frames)
      this.hear(device, 'frame', sealFrame(device, device === ADA ? frame : elsewhere(frame)));
  }

  types(): string[] {
    return this.published.map((json) => JSON.parse(json).type);
  }

  async fill(): Promise<void> {
    await enrolIn(this.stores.store, [ADA, BEN]);
    for (const device of [ADA, BEN]) {
      const boot = device === ADA ? ADA_BOOT : BEN_BOOT;
      this.hear(device, 'state', sealState(device, stateOf(boot, true, 1)));
      this.drive(device);
    }
    // A body of another version, and one whose signature is not good.
    this.hear(ADA, 'frame', sealRaw(ADA, Uint8Array.from([0xa2, 1, 0x50, ...ADA_BOOT, 2, 0x18, 99])));
    this.hear(ADA, 'frame', sealFrame(BEN, driveFrames({ boot: ADA_BOOT, number: 9, frames: 1, firstSeq: 90 })[0]));
    await this.shell.flush();
    this.brokerAway = true;
    for (const device of [ADA, BEN]) this.drive(device, 1);
    await this.stores.store.configure(ADA.id, { blocker: false }, this.nowMs);
    await this.shell.flush();
    await this.stores.access.commit(accessWrites());
  }

  async close(): Promise<void> {
    await this.stores.privacy.close();
    await this.stores.access.close();
    await this.stores.store.close();
  }
}

/** The same frame far away and faster, so that nothing in it is like Ada's. */
function elsewhere(frame: Frame): Frame {
  const samples = newSamples();
  samples.count = 30;
  for (let i = 0; i < samples.count; i++) {
    samples.fix[i] = 1;
    samples.latE6[i] = 47_100_000 + i * i * 37;
    samples.lonE6[i] = 8_900_000 - i * 211;
    samples.speedDmS[i] = 200 + (i % 7) * 3;
    samples.altitudeM[i] = 600 + (i % 3);
  }
  return { ...frame, samples: packSamples(samples, 0, samples.count) };
}

function accessWrites(): AccessWrites {
  const write = (key: string, record: unknown) => ({ key, expected: 0, json: JSON.stringify(record), dueMs: null });
  const delivery = toHex(filled(16, 0xd1));
  const lease = toHex(filled(16, 0xe1));
  const request = `${PHONE.id}/${toHex(filled(16, 0xf1))}`;
  const grant = { id: '77'.repeat(16), holder: PHONE.id, actions: ['lock'], fromS: 1, toS: 2, revoked: false };
  const party = { publicKey: toHex(PHONE.publicKey), role: 'user', carrier: null, revoked: false };
  const bound = { ...UNBOUND, number: 4, owner: PHONE.id, ownerKey: toHex(PHONE.publicKey), deliveries: [delivery] };
  return {
    documents: [
      write(`party/${PHONE.id}`, party),
      write(`binding/${ADA_BOX.id}`, bound),
      write(`binding/${BEN_BOX.id}`, { ...UNBOUND, number: 7, owner: BEN.id, ownerKey: '00', grants: [grant] }),
      write(`delivery/${delivery}`, deliveryOf(ADA_BOX.id, PHONE.id)),
      write(`quota/${PHONE.id}`, { hour: 1, used: 1 }),
      write(`lease/${lease}`, leaseOf(request)),
      write(`request/${request}`, requestOf(lease)),
    ],
    audit: [attempt(ADA_BOX.id, 1), outcome(ADA_BOX, 1), attempt(BEN_BOX.id, 2)],
    events: [],
    counts: new Map(),
  };
}

function deliveryOf(box: string, owner: string) {
  const nothing = { courier: null, pausedMs: null, reserved: null, opening: null, locating: null, openMs: null };
  const counts = { tan: 1, used: false, wrong: 0, located: false, alert: 0, endedMs: null };
  return {
    box,
    owner,
    order: 'o',
    carrier: 'c',
    fromS: 1,
    toS: 2,
    state: 'ordered',
    mac: TAN_MAC,
    ...nothing,
    ...counts,
  };
}

function leaseOf(request: string) {
  const rest = { delivery: null, celsius: null, issuedMs: 1, outcome: null, secured: false, doneMs: null };
  return { box: ADA_BOX.id, request, action: 'unlock', boot: '11', endMs: 5, holder: PHONE.id, ...rest };
}

function requestOf(lease: string) {
  const rest = { delivery: null, person: null, celsius: null, answer: null, body: null, held: null, tan: null };
  return { hash: 'h', kind: 'unlock', box: ADA_BOX.id, expS: 9, verdict: 'pending', lease, doneMs: null, ...rest };
}

export function inYears(years: number): number {
  return NOW_MS + years * 365 * MS_PER_DAY;
}
