import { type Scope, signedBytesMax } from '../protocol/cose.ts';
import type { Crypto } from '../protocol/crypto.ts';
import { encodeMessage, seal, unseal } from '../protocol/envelope.ts';
import type { DeviceIdentity } from '../protocol/identity.ts';
import { Frame } from '../protocol/messages.ts';
import type { FrameSeal } from './journal.ts';

/** Frames under the device's own key: what is put into flash is what will be sent. */
export function frameSeal(identity: DeviceIdentity, crypto: Crypto): FrameSeal {
  const scope: Scope = { type: 'bb-frame', direction: 'up', device: identity.id };
  return {
    seal: (frame) => seal(Frame, frame, scope, identity.secretKey, crypto),
    size: (frame) => signedBytesMax(encodeMessage(Frame, frame).length),
    open(sealed) {
      const frame = unseal(Frame, sealed, scope, identity.publicKey, crypto);
      return frame.ok ? frame.value : null;
    },
  };
}
