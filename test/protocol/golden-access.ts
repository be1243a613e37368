/** The values behind test/vectors/access-1.json: at least one of every message of phones, boxes, keys and deliveries. */

import {
  Binding,
  BoxClock,
  BoxReport,
  BoxResult,
  Inquiry,
  IssuerSet,
  Lease,
  NetworkTime,
  Reply,
  Request,
  Settled,
} from '../../protocol/access-messages.ts';
import { Checkpoint } from '../../protocol/audit-messages.ts';
import type { Codec } from '../../protocol/codec.ts';
import type { Scope } from '../../protocol/cose.ts';
import { seal } from '../../protocol/envelope.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import {
  Ferry,
  Grant,
  KeyRegistration,
  KeyUse,
  PairingTicket,
  Presence,
  PresenceAsk,
  ShortRange,
} from '../../protocol/near-messages.ts';
import { nobleCrypto } from '../../protocol/noble.ts';

export const ACCESS_SIGNERS = ['box', 'issuer', 'root', 'phone', 'holder', 'courier'] as const;
export type AccessSigner = (typeof ACCESS_SIGNERS)[number];

/** Test keys: 32 bytes that count up, none of them a key of schema-1.json. */
export function accessSeedOf(signer: AccessSigner): Uint8Array {
  const first = 0x60 + 0x10 * ACCESS_SIGNERS.indexOf(signer);
  return Uint8Array.from({ length: 32 }, (_, i) => first + i);
}

function keyOf(signer: AccessSigner): Uint8Array {
  return nobleCrypto.publicKey(accessSeedOf(signer));
}

function idOf(signer: AccessSigner): string {
  return deviceIdOf(keyOf(signer), nobleCrypto);
}

export interface AccessKind {
  readonly codec: Codec<unknown>;
  readonly signer: AccessSigner;
  readonly scope: Scope;
}

const box = idOf('box');
const phone = idOf('phone');

function kind<T>(
  codec: Codec<T>,
  signer: AccessSigner,
  type: Scope['type'],
  direction: Scope['direction'],
  device: string,
): AccessKind {
  return { codec: codec as Codec<unknown>, signer, scope: { type, direction, device } };
}

/** Which codec, key and scope belong to a signed message: the name of a vector up to its variant in brackets. */
export const ACCESS_KINDS: Readonly<Record<string, AccessKind>> = {
  request: kind(Request, 'phone', 'bb-request', 'up', phone),
  reply: kind(Reply, 'issuer', 'bb-reply', 'dn', phone),
  'box-clock': kind(BoxClock, 'box', 'bb-clock', 'up', box),
  'network-time': kind(NetworkTime, 'issuer', 'bb-time', 'dn', box),
  lease: kind(Lease, 'issuer', 'bb-lease', 'dn', box),
  'box-result': kind(BoxResult, 'box', 'bb-result', 'up', box),
  'box-report': kind(BoxReport, 'box', 'bb-report', 'up', box),
  settled: kind(Settled, 'issuer', 'bb-settled', 'dn', box),
  inquiry: kind(Inquiry, 'issuer', 'bb-inquiry', 'dn', box),
  'issuer-set': kind(IssuerSet, 'root', 'bb-issuers', 'dn', 'issuers'),
  binding: kind(Binding, 'issuer', 'bb-binding', 'dn', box),
  grant: kind(Grant, 'phone', 'bb-grant', 'sr', box),
  'key-registration': kind(KeyRegistration, 'issuer', 'bb-registered', 'dn', box),
  'pairing-ticket': kind(PairingTicket, 'box', 'bb-ticket', 'sr', box),
  'presence-ask': kind(PresenceAsk, 'phone', 'bb-presence-ask', 'sr', box),
  presence: kind(Presence, 'box', 'bb-presence', 'sr', box),
  'key-use': kind(KeyUse, 'holder', 'bb-key-use', 'sr', box),
  ferry: kind(Ferry, 'phone', 'bb-ferry', 'up', phone),
  checkpoint: kind(Checkpoint, 'issuer', 'bb-checkpoint', 'up', 'checkpoint'),
};

/** Travels unsigned; what it carries is signed. */
export const SHORT_RANGE_KIND = 'short-range';

export interface GoldenAccess {
  /** `kind` or `kind (variant)`. */
  readonly name: string;
  readonly kind: string;
  readonly value: unknown;
}

function sealed(of: string, value: unknown): Uint8Array {
  const { codec, signer, scope } = ACCESS_KINDS[of];
  return seal(codec, value, scope, accessSeedOf(signer), nobleCrypto);
}

function counting(first: number, length = 16): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => first + i);
}

const boot = counting(0xa0);
const [cti, lease, delivery, grantId, nonce, report] = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60].map((first) =>
  counting(first),
);
const nowS = 1_793_178_000;
const clock = {
  boot,
  atMs: 71_000,
  nonce,
  power: 'edrx',
  wakeMs: 20_480,
  issuers: 1,
  binding: 0xffffffff,
  intact: true,
  online: true,
  profile: false,
};
const grant = {
  id: grantId,
  holder: keyOf('holder'),
  actions: ['lock', 'unlock', 'start'],
  fromS: nowS,
  toS: nowS + 7200,
};
const registration = { grant: grantId, pairing: 7 };
const ticket = { box, nonce, boot, endMs: 300_000 };
const presence = { nonce, phone, boot, atMs: 72_345 };
const time = { boot, atMs: 71_000, utcMs: nowS * 1000 + 123 };
const bound = { ...time, binding: 0xffffffff };
const unlocking = { iss: idOf('issuer'), aud: box, cti: lease, action: 'unlock', boot, endMs: 121_480, holder: phone };
const asked = { iss: phone, aud: box, exp: nowS + 120, iat: nowS, cti };
/** Every item of a body, at one end of its range or the other. */
const wholeBody = {
  doorsOpen: 15,
  doorsLocked: false,
  trunkOpen: true,
  trunkLocked: false,
  windowsOpen: 0,
  alarm: 'alarm',
  engineOn: false,
  immobilised: true,
  odometerKm: 0xffffffff,
  batteryMv: 12_640,
  chargePercent: 100,
  charging: false,
  climateOn: true,
  cabinC: -60,
  latE6: -90_000_000,
  lonE6: 180_000_000,
  speedDmS: 2000,
  headingDeg: 359,
  valet: false,
  keys: 8,
  tyresKpa: [0, 1000, 230, 240],
  consumptionDl: 65_535,
  remainingMin: 0,
};
const result = { id: lease, cause: 'lease', holder: phone, action: 'unlock', boot, atMs: 80_000, outcome: 'executed' };

function requests(): GoldenAccess[] {
  const request = (variant: string, rest: object): GoldenAccess => ({
    name: `request (${variant})`,
    kind: 'request',
    value: { ...asked, ...rest },
  });
  return [
    request('unlock', { kind: 'unlock' }),
    request('climate-on', { kind: 'climate-on', celsius: 32, clock: sealed('box-clock', clock) }),
    request('order', { kind: 'order', carrier: 'DHL', fromS: nowS, toS: nowS + 14_400 }),
    request('redeem', { kind: 'redeem', delivery, tan: '7K3MZ9QX' }),
    request('share', {
      kind: 'share',
      grant: sealed('grant', grant),
      presence: sealed('presence', presence),
      clock: sealed('box-clock', clock),
    }),
    request('pair', { kind: 'pair', ticket: sealed('pairing-ticket', ticket), presence: sealed('presence', presence) }),
    request('hand-over', { kind: 'hand-over', person: idOf('holder') }),
    request('outcome', { kind: 'outcome', subject: lease }),
    request('earliest and latest', { kind: 'lock', iat: 0, exp: 7_258_118_400 }),
  ];
}

function replies(): GoldenAccess[] {
  const reply = (variant: string, rest: object): GoldenAccess => ({
    name: `reply (${variant})`,
    kind: 'reply',
    value: { cti, ...rest },
  });
  const shared = { grant: grantId, holder: idOf('holder'), fromS: nowS, toS: nowS + 7200, revoked: false };
  return [
    reply('pending', { verdict: 'pending', lease: sealed('lease', unlocking), time: sealed('network-time', time) }),
    reply('executed', { verdict: 'executed', body: wholeBody }),
    reply('refused', { verdict: 'refused', reason: 'wrong-tan' }),
    reply('tan', { verdict: 'executed', delivery, tan: '7K3MZ9QX', state: 'ordered' }),
    reply('keys', { verdict: 'executed', keys: [shared, { ...shared, revoked: true }] }),
    reply('share', { verdict: 'executed', registration: sealed('key-registration', registration) }),
  ];
}

function ofBox(): GoldenAccess[] {
  return [
    { name: 'box-clock', kind: 'box-clock', value: clock },
    {
      name: 'box-clock (first)',
      kind: 'box-clock',
      value: { ...clock, atMs: 0, power: 'awake', wakeMs: 0, intact: false },
    },
    { name: 'box-result', kind: 'box-result', value: { ...result, body: { doorsOpen: 0, doorsLocked: false } } },
    {
      name: 'box-result (refused key)',
      kind: 'box-result',
      value: { ...result, id: nonce, cause: 'key', outcome: 'refused', reason: 'no-time', grant: grantId },
    },
    {
      name: 'box-report (secured)',
      kind: 'box-report',
      value: {
        id: report,
        boot,
        atMs: 95_000,
        what: 'secured',
        opening: lease,
        body: { trunkOpen: false, trunkLocked: true },
      },
    },
    {
      name: 'box-report (alarm)',
      kind: 'box-report',
      value: { id: report, boot, atMs: 316_224_000_000, what: 'alarm' },
    },
    { name: 'pairing-ticket', kind: 'pairing-ticket', value: ticket },
    { name: 'presence', kind: 'presence', value: presence },
  ];
}

function ofGateway(): GoldenAccess[] {
  const other = counting(0x70);
  return [
    { name: 'network-time', kind: 'network-time', value: bound },
    { name: 'network-time (of an unbound box)', kind: 'network-time', value: time },
    { name: 'lease (unlock)', kind: 'lease', value: unlocking },
    {
      name: 'lease (delivery)',
      kind: 'lease',
      value: { ...unlocking, action: 'trunk', delivery, holder: idOf('courier') },
    },
    { name: 'lease (climate-on)', kind: 'lease', value: { ...unlocking, action: 'climate-on', celsius: 10 } },
    { name: 'settled', kind: 'settled', value: { ids: [lease, report] } },
    { name: 'inquiry', kind: 'inquiry', value: { ids: [lease] } },
    { name: 'issuer-set', kind: 'issuer-set', value: { number: 2, keys: [keyOf('issuer'), keyOf('root')] } },
    {
      name: 'binding',
      kind: 'binding',
      value: { number: 8, owner: keyOf('phone'), revoked: [grantId, other], pairing: 7 },
    },
    { name: 'key-registration', kind: 'key-registration', value: registration },
    {
      name: 'checkpoint',
      kind: 'checkpoint',
      value: {
        number: 1,
        size: 9_007_199_254_740_991,
        root: counting(0x80, 32),
        previous: new Uint8Array(32),
        atMs: nowS * 1000,
      },
    },
    { name: 'binding (nobody)', kind: 'binding', value: { number: 9, revoked: [] } },
  ];
}

function besideTheCar(): GoldenAccess[] {
  const carried = (kindName: string, body: Uint8Array): GoldenAccess => ({
    name: `${SHORT_RANGE_KIND} (${kindName})`,
    kind: SHORT_RANGE_KIND,
    value: { kind: kindName, body },
  });
  const use = { nonce, action: 'unlock', holder: keyOf('holder') };
  return [
    { name: 'grant', kind: 'grant', value: grant },
    { name: 'presence-ask', kind: 'presence-ask', value: { nonce, phone: keyOf('phone') } },
    {
      name: 'key-use',
      kind: 'key-use',
      value: { ...use, grant: sealed('grant', grant), registration: sealed('key-registration', registration) },
    },
    { name: "key-use (the owner's own key)", kind: 'key-use', value: use },
    { name: 'ferry', kind: 'ferry', value: { box, kind: 'result', body: sealed('box-result', result) } },
    carried('hello', new Uint8Array(0)),
    carried('lease', sealed('lease', unlocking)),
    carried('clock', sealed('box-clock', clock)),
  ];
}

/** All golden values, the same in every run. */
export function goldenAccess(): GoldenAccess[] {
  return [...requests(), ...replies(), ...ofBox(), ...ofGateway(), ...besideTheCar()];
}

export const shortRangeCodec = ShortRange as Codec<unknown>;
