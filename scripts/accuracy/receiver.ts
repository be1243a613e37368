/** The other end of one device's uplink: opens frames, keeps their events and sends receipts. */

import type { Publish } from '../../firmware/hal.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import type { DeviceIdentity } from '../../protocol/identity.ts';
import { Frame, type Occurrence, Receipt } from '../../protocol/messages.ts';
import type { Network } from '../../simulator/radio.ts';

export class Receiver implements Network {
  readonly occurrences: Occurrence[] = [];
  downlink: (bytes: Uint8Array) => void = () => {};
  private readonly identity: DeviceIdentity;
  private readonly gatewayKey: Uint8Array;
  private readonly crypto: Crypto;
  private readonly seen = new Set<number>();

  constructor(identity: DeviceIdentity, gatewaySecretKey: Uint8Array, crypto: Crypto) {
    this.identity = identity;
    this.gatewayKey = gatewaySecretKey;
    this.crypto = crypto;
  }

  connect(): void {}

  disconnect(): void {}

  uplink(_device: string, { channel, bytes }: Publish): void {
    if (channel !== 'frame') return;
    const { id, publicKey } = this.identity;
    const frame = unseal(Frame, bytes, { type: 'bb-frame', direction: 'up', device: id }, publicKey, this.crypto);
    if (!frame.ok) throw new Error(`a frame of the device is ${frame.reason}`);
    const { boot, seq, occurrences } = frame.value;
    if (!this.seen.has(seq)) this.occurrences.push(...occurrences);
    this.seen.add(seq);
    const receipt = { boot, through: seq, missing: [], refused: [] };
    const scope = { type: 'bb-receipt', direction: 'dn', device: id } as const;
    this.downlink(seal(Receipt, receipt, scope, this.gatewayKey, this.crypto));
  }
}
