/** A box with its car, its flash and an office, in virtual time: the stage of every scenario about the box alone. */

import { Box } from '../../firmware/box.ts';
import type { BoxHal, BoxIdentity } from '../../firmware/box-hal.ts';
import { BOX_PRODUCTION, type BoxLimits } from '../../firmware/box-limits.ts';
import type { FlashGeometry } from '../../firmware/hal.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { deviceIdOf } from '../../protocol/identity.ts';
import { BOOT_BYTES } from '../../protocol/messages.ts';
import type { DownlinkChannel } from '../../protocol/topics.ts';
import { AccessChecker } from '../../simulator/access-checkers.ts';
import { Body, type BodyOptions } from '../../simulator/body.ts';
import { BoxStation, type BoxStationOptions } from '../../simulator/box-station.ts';
import { DEFAULT_GEOMETRY, NorFlash } from '../../simulator/flash.ts';
import { CALM_RADIO, type RadioProfile } from '../../simulator/radio.ts';
import { Rng } from '../../simulator/rng.ts';
import { ShortRangeAir, type ShortRangeProfile } from '../../simulator/short-range.ts';
import { World } from '../../simulator/world.ts';
import { testKey } from '../test-keys.ts';
import { Office } from './office.ts';

export interface BoxRigOptions {
  readonly crypto: Crypto;
  readonly seed?: number;
  readonly limits?: BoxLimits;
  readonly geometry?: FlashGeometry;
  /** Instead of a new one. */
  readonly flash?: NorFlash;
  readonly radio?: RadioProfile;
  readonly air?: ShortRangeProfile;
  readonly body?: BodyOptions;
  readonly gnss?: BoxStationOptions['gnss'];
  /** Online services are switched on at once (they are off in a new box). */
  readonly online?: boolean;
}

export interface BoxRig {
  readonly world: World;
  readonly flash: NorFlash;
  readonly body: Body;
  readonly air: ShortRangeAir;
  readonly station: BoxStation;
  readonly office: Office;
  readonly checker: AccessChecker;
  readonly identity: BoxIdentity;
  /** Of the last boot. */
  readonly box: () => Box;
  readonly boot: () => Uint8Array;
  readonly run: (ms: number) => void;
  readonly downlink: (channel: DownlinkChannel, bytes: Uint8Array) => void;
}

/** Fast enough for a hash a second: what a password costs is not what these scenarios are about. */
function quickHash(crypto: Crypto): BoxHal['passwordHash'] {
  return (password, salt) => crypto.hmacSha256(salt, new TextEncoder().encode(password));
}

export function boxIdentity(label: string, crypto: Crypto): BoxIdentity {
  const secretKey = testKey(label, crypto);
  const publicKey = crypto.publicKey(secretKey);
  const rootKey = crypto.publicKey(testKey('root', crypto));
  const issuers = { number: 1, keys: [crypto.publicKey(testKey('issuer', crypto))] };
  return { id: deviceIdOf(publicKey, crypto), secretKey, publicKey, rootKey, issuers };
}

export function boxRig(options: BoxRigOptions): BoxRig {
  const { crypto, seed = 1, limits = BOX_PRODUCTION, geometry = DEFAULT_GEOMETRY } = options;
  const rng = Rng.seeded(seed);
  const world = new World();
  const checker = new AccessChecker();
  const identity = boxIdentity('box', crypto);
  const flash = options.flash ?? new NorFlash(geometry, rng.fork('flash'));
  const body = new Body(world, options.body);
  const air = new ShortRangeAir(world, rng.fork('air'), options.air);
  let box: Box | null = null;
  let boot: Uint8Array = new Uint8Array(BOOT_BYTES);
  const office = new Office({
    crypto,
    rootKey: testKey('root', crypto),
    issuerKey: testKey('issuer', crypto),
    box: identity.id,
    boxKey: identity.publicKey,
    checker,
    now: () => world.nowMs,
    send: (channel, bytes) => station.radio.downlink(channel, bytes),
  });
  const station: BoxStation = new BoxStation({
    name: identity.id,
    world,
    rng: rng.fork('station'),
    flash,
    body,
    air,
    radio: options.radio ?? CALM_RADIO,
    gnss: options.gnss,
    passwordHash: quickHash(crypto),
    network: {
      connect: () => undefined,
      disconnect: () => undefined,
      uplink: (_, { channel, bytes }) => {
        if (!office.uplink(channel, bytes)) checker.violation(`a ${channel} that the box did not sign`);
      },
    },
    makeBox(hal) {
      flash.powerCycle();
      box = new Box(hal, identity, crypto, limits);
      boot = box.bootId;
      return box;
    },
  });
  station.onActuate = ({ command, order }) => {
    checker.moved({ command, order, boot, boxMs: station.boxNowMs });
  };
  station.powerOn();
  if (options.online ?? true) station.panel({ what: 'switch', name: 'online', on: true });
  return {
    world,
    flash,
    body,
    air,
    station,
    office,
    checker,
    identity,
    box() {
      if (box === null) throw new Error('box rig: it has never been on');
      return box;
    },
    boot: () => boot,
    run: (ms) => world.runUntil(world.nowMs + ms),
    downlink: (channel, bytes) => station.radio.downlink(channel, bytes),
  };
}
