/**
 * What the connectivity box's board adds to `hal.ts`: the car's body, the short-range link to phones, the display.
 *
 * The box has no wall clock: `now` is integer milliseconds since this boot, and UTC comes only from signed messages.
 */

import type { IssuerSet, PowerState } from '../protocol/access-messages.ts';
import type { SwitchName } from '../protocol/services.ts';
import type { Connect, Downlink, GnssTick, Hal, LinkChange, Publish, SupplyBlock, UnderVoltage } from './hal.ts';

/** What a box is made with. Its id is a hash of its public key. */
export interface BoxIdentity {
  readonly id: string;
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
  /** Offline root: signs the numbered sets of issuer keys. */
  readonly rootKey: Uint8Array;
  /** The set of the day of manufacture. */
  readonly issuers: IssuerSet;
}

export interface BoxHal extends Pick<Hal, 'flash' | 'reset' | 'random'> {
  /** 32 bytes of scrypt over a password (B98). The box waits for it. */
  passwordHash(password: string, salt: Uint8Array): Uint8Array;
}

/** What the sensors of the body show. Masks: 1 front left, 2 front right, 4 rear left, 8 rear right. */
export interface CarBody {
  readonly doorsOpen: number;
  /** All four. */
  readonly doorsLocked: boolean;
  /** The lid stands open. */
  readonly lidOpen: boolean;
  /** The lid sits in its latch; false for one that is down and did not catch. */
  readonly lidLatched: boolean;
  readonly trunkLocked: boolean;
  readonly windowsOpen: number;
  readonly engineOn: boolean;
  /** The driver asks for a start. */
  readonly startPressed: boolean;
  /** The mechanical key is turned in a lock of the car. */
  readonly mechanicalKey: boolean;
  /** The immobiliser is engaged: the engine cannot be started. */
  readonly immobilised: boolean;
  readonly lightsOn: boolean;
  readonly hornOn: boolean;
  readonly sirenOn: boolean;
  readonly climateOn: boolean;
  readonly charging: boolean;
  readonly speedDmS: number;
  readonly odometerKm: number;
  readonly batteryMv: number;
  readonly chargePercent: number;
  /** Until the battery is full; meaningful while charging. */
  readonly remainingMin: number;
  readonly cabinC: number;
  readonly tyresKpa: readonly number[];
  /** 0.1 l or 0.1 kWh for 100 km. */
  readonly consumptionDl: number;
}

/** After a boot, and whenever something has changed. */
export interface BodyInput {
  readonly kind: 'body';
  readonly body: CarBody;
}

/** Bytes from a phone in range, not yet believed. `peer` names the connection and nobody. */
export interface ShortRangeInput {
  readonly kind: 'short-range';
  readonly peer: string;
  readonly bytes: Uint8Array;
}

/** The phone is out of range. */
export interface ShortRangeEnd {
  readonly kind: 'short-range-end';
  readonly peer: string;
}

/** Somebody in the car touches the display. */
export interface PanelInput {
  readonly kind: 'panel';
  readonly action:
    | { readonly what: 'pair' }
    | { readonly what: 'switch'; readonly name: SwitchName; readonly on: boolean }
    | { readonly what: 'valet'; readonly password: string };
}

export type BoxInput =
  | BodyInput
  | ShortRangeInput
  | ShortRangeEnd
  | PanelInput
  | GnssTick
  | SupplyBlock
  | LinkChange
  | Downlink
  | UnderVoltage;

/** What an actuator is told. `unlatch` opens the lid, once; `flash` and `sound` end by themselves. */
export type Command =
  | { readonly actuator: 'doors'; readonly what: 'lock' | 'unlock' }
  | { readonly actuator: 'trunk'; readonly what: 'unlatch' | 'lock' }
  | { readonly actuator: 'lights'; readonly what: 'flash' }
  | { readonly actuator: 'horn'; readonly what: 'sound' }
  | { readonly actuator: 'siren'; readonly what: 'on' | 'off' }
  | { readonly actuator: 'climate'; readonly what: 'on' | 'off'; readonly celsius?: number }
  | { readonly actuator: 'charger'; readonly what: 'start' | 'stop' }
  | { readonly actuator: 'immobiliser'; readonly what: 'engage' | 'release' };

export interface Actuate {
  readonly kind: 'actuate';
  readonly command: Command;
  /** The lease or key use that asked for it; absent for what the box does by itself. */
  readonly order?: Uint8Array;
}

export interface ShortRangeEffect {
  readonly kind: 'short-range';
  readonly peer: string;
  readonly bytes: Uint8Array;
}

export type Show =
  /** As a QR code, until the box's clock reads `endMs` (B34). */
  | { readonly what: 'pairing-code'; readonly bytes: Uint8Array; readonly endMs: number }
  | { readonly what: 'paired-already' }
  /** B90. */
  | { readonly what: 'cannot-start' }
  | { readonly what: 'can-start' }
  | { readonly what: 'switches'; readonly online: boolean; readonly profile: boolean }
  /** Armed from afar, or in valet mode. */
  | { readonly what: 'switch-locked' }
  /** The profile is logged out; Bluetooth, voice and multimedia are off (B98). */
  | { readonly what: 'valet'; readonly on: boolean }
  | { readonly what: 'wrong-password'; readonly waitMs: number };

export interface Display {
  readonly kind: 'display';
  readonly show: Show;
}

/** Ends the session with the broker once what was published has left. */
export interface Disconnect {
  readonly kind: 'disconnect';
}

/** `edrx`: the modem listens now and then. `deep-sleep`: it is off, and the box wakes by itself. */
export interface Power {
  readonly kind: 'power';
  readonly state: PowerState;
}

export type BoxEffect = Connect | Publish | Disconnect | Actuate | ShortRangeEffect | Display | Power;

/** The kernel's face towards a board or the world; the rules of `Device` in hal.ts hold. */
export interface BoxDevice {
  boot(now: number): readonly BoxEffect[];
  handle(input: BoxInput, now: number): readonly BoxEffect[];
  nextTimeout(): number;
  onTimeout(now: number): readonly BoxEffect[];
}
