/** A broker and a gateway reduced to what devices notice of them: each frame is answered with a signed receipt. */

import type { Publish } from '../../firmware/hal.ts';
import { decodeCbor } from '../../protocol/cbor.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage, seal } from '../../protocol/envelope.ts';
import { Frame, Receipt } from '../../protocol/messages.ts';
import type { DownlinkChannel } from '../../protocol/topics.ts';
import type { Network } from '../../simulator/radio.ts';

type Send = (device: string, channel: DownlinkChannel, bytes: Uint8Array) => void;

export class ReceiptingNetwork implements Network {
  frames = 0;
  send: Send = () => {};
  private readonly secretKey: Uint8Array;
  private readonly crypto: Crypto;

  constructor(secretKey: Uint8Array, crypto: Crypto) {
    this.secretKey = secretKey;
    this.crypto = crypto;
  }

  connect(): void {}

  disconnect(): void {}

  uplink(device: string, { channel, bytes }: Publish): void {
    if (channel !== 'frame') return;
    const { boot, seq } = frameOf(bytes);
    this.frames++;
    const receipt: Receipt = { boot, through: seq, missing: [], refused: [] };
    const scope = { type: 'bb-receipt', direction: 'dn', device } as const;
    this.send(device, 'receipt', seal(Receipt, receipt, scope, this.secretKey, this.crypto));
  }
}

/** The frame in a COSE_Sign1 of our own making; nobody checks the signature here. */
export function frameOf(signed: Uint8Array): Frame {
  const cose = decodeCbor(signed);
  const payload = cose.ok && Array.isArray(cose.value) ? cose.value[2] : null;
  if (!(payload instanceof Uint8Array)) throw new Error('bench: not a COSE_Sign1');
  const frame = decodeMessage(Frame, payload);
  if (!frame.ok) throw new Error(`bench: ${frame.reason}`);
  return frame.value;
}
