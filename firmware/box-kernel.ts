/** What all machines of a box share. It decides nothing. */

import type { Crypto } from '../protocol/crypto.ts';
import { BOOT_BYTES } from '../protocol/messages.ts';
import { type ServiceName, serviceIsOn } from '../protocol/services.ts';
import type { BoxHal, BoxIdentity } from './box-hal.ts';
import { type BoxLimits, liveBytesMax } from './box-limits.ts';
import { Outbox } from './box-outbox.ts';
import { StandingRecord } from './box-standing.ts';
import { Status } from './box-status.ts';
import { Vault } from './box-vault.ts';
import { Wires } from './box-wires.ts';

export class Kernel {
  readonly hal: BoxHal;
  readonly identity: BoxIdentity;
  readonly crypto: Crypto;
  readonly limits: BoxLimits;
  /** This start's random identity. */
  readonly boot = new Uint8Array(BOOT_BYTES);
  /** The longest wake latency that a clock of this boot has named: no lease can reckon with more. */
  announcedWakeMs = 0;
  readonly wires = new Wires();
  readonly status = new Status();
  readonly vault: Vault;
  readonly standing: StandingRecord;
  readonly outbox: Outbox;

  constructor(hal: BoxHal, identity: BoxIdentity, crypto: Crypto, limits: BoxLimits) {
    this.hal = hal;
    this.identity = identity;
    this.crypto = crypto;
    this.limits = limits;
    hal.random(this.boot);
    this.vault = new Vault(hal.flash, liveBytesMax(limits));
    this.standing = new StandingRecord(this.vault);
    this.outbox = new Outbox(identity, crypto, this.wires, limits, (service) => this.isOn(service));
  }

  /** Bytes that nobody has seen before. */
  draw(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.hal.random(bytes);
    return bytes;
  }

  isOn(service: ServiceName): boolean {
    return serviceIsOn(service, this.standing.now);
  }

  /** B51, B64, B87: both switches on. */
  get online(): boolean {
    return this.standing.now.online && this.standing.now.profile;
  }
}
