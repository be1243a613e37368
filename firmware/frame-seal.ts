import { type Scope, signedBytesMax } from '../protocol/cose.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { encodeMessage, seal, unseal } from '../protocol/envelope.ts';
import type { DeviceIdentity } from '../protocol/identity.ts';
import { Frame } from '../protocol/messages.ts';
import type { FrameSeal } from './journal.ts';

/** Frames under the device's own key: what is put into flash is what will be sent. */
export class DeviceSeal implements FrameSeal {
  private readonly identity: DeviceIdentity;
  private readonly crypto: Crypto;

  constructor(identity: DeviceIdentity, crypto: Crypto) {
    this.identity = identity;
    this.crypto = crypto;
  }

  seal(frame: Frame): Uint8Array {
    return seal(Frame, frame, this.scope, this.identity.secretKey, this.crypto);
  }

  size(frame: Frame): number {
    return signedBytesMax(encodeMessage(Frame, frame).length);
  }

  open(sealed: Uint8Array): Frame | null {
    const frame = unseal(Frame, sealed, this.scope, this.identity.publicKey, this.crypto);
    return frame.ok ? frame.value : null;
  }

  private get scope(): Scope {
    return { type: 'bb-frame', direction: 'up', device: this.identity.id };
  }
}
