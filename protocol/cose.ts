/**
 * COSE_Sign1 (RFC 9052 4.2) with EdDSA over Ed25519, untagged, payload attached.
 *
 * Domain separation: the protected header names the message type (`typ`, RFC 9596), and `external_aad` is the
 * deterministic CBOR of [direction, device id, schema version]. A signature made for one type, direction,
 * device or schema is not a signature for another.
 */

import { sameBytes } from './bytes.ts';
import { decodeCbor, encodeCbor, MESSAGE_LIMITS } from './cbor.ts';
import type { CborLimits } from './cbor-scan.ts';
import { type Crypto, SIGNATURE_BYTES } from './crypto.ts';
import { accept, type Result, refuse } from './result.ts';

export const SCHEMA_VERSION = 1;

const ALG = 1;
const TYP = 16;
const EDDSA = -8;

/** `sr`: the short-range link between a phone and a box, and what is signed to be shown there. */
export type Direction = 'up' | 'dn' | 'enrol' | 'sr';
export type MessageType =
  | 'bb-frame'
  | 'bb-event'
  | 'bb-state'
  | 'bb-receipt'
  | 'bb-config'
  | 'bb-connect'
  | 'bb-manifest';
/** Messages of the connectivity box and of phones. */
export type AccessMessageType =
  | 'bb-request'
  | 'bb-reply'
  | 'bb-clock'
  | 'bb-time'
  | 'bb-lease'
  | 'bb-result'
  | 'bb-report'
  | 'bb-settled'
  | 'bb-inquiry'
  | 'bb-issuers'
  | 'bb-binding'
  | 'bb-grant'
  | 'bb-registered'
  | 'bb-ticket'
  | 'bb-presence-ask'
  | 'bb-presence'
  | 'bb-key-use'
  | 'bb-ferry'
  | 'bb-checkpoint';

/** What a signature is bound to besides its payload. */
export interface Scope {
  readonly type: MessageType | AccessMessageType;
  readonly direction: Direction;
  /** Device id; the words "manifest", "issuers" and "checkpoint" for what is addressed to nobody. */
  readonly device: string;
}

export type CoseReason = 'too-large' | 'framing' | 'algorithm' | 'type' | 'signature';

export function sign1(payload: Uint8Array, scope: Scope, secretKey: Uint8Array, crypto: Crypto): Uint8Array {
  const header = protectedHeader(scope.type);
  const signature = crypto.sign(secretKey, toBeSigned(header, scope, payload));
  return encodeCbor([header, new Map(), payload, signature]);
}

/** The payload, if `bytes` is a COSE_Sign1 of this scope by this key. */
export function open1(
  bytes: Uint8Array,
  scope: Scope,
  publicKey: Uint8Array,
  crypto: Crypto,
  limits: CborLimits = MESSAGE_LIMITS,
): Result<Uint8Array, CoseReason> {
  const parts = takeApart(bytes, limits);
  if (!parts.ok) return parts;
  const { header, payload, signature } = parts.value;
  const expected = protectedHeader(scope.type);
  if (!sameBytes(header, expected)) return refuse(headerFlaw(header));
  const good = crypto.verify(publicKey, toBeSigned(header, scope, payload), signature);
  return good ? accept(payload) : refuse('signature');
}

/** A signed message of messages.ts with a payload of `payloadBytes`, at most. */
export function signedBytesMax(payloadBytes: number): number {
  return payloadBytes + protectedHeader('bb-manifest').length + SIGNATURE_BYTES + 12;
}

interface Sign1Parts {
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

function takeApart(bytes: Uint8Array, limits: CborLimits): Result<Sign1Parts, CoseReason> {
  const item = decodeCbor(bytes, limits);
  if (!item.ok) return refuse(item.reason === 'too-large' ? 'too-large' : 'framing');
  if (!Array.isArray(item.value) || item.value.length !== 4) return refuse('framing');
  const [header, unprotected, payload, signature] = item.value;
  if (!(header instanceof Uint8Array) || !(payload instanceof Uint8Array) || !(signature instanceof Uint8Array)) {
    return refuse('framing');
  }
  // Nothing unprotected is ever used, so nothing unprotected is accepted.
  if (!(unprotected instanceof Map) || unprotected.size !== 0) return refuse('framing');
  return accept({ header, payload, signature });
}

const headers = new Map<Scope['type'], Uint8Array>();

function protectedHeader(type: Scope['type']): Uint8Array {
  let header = headers.get(type);
  if (header === undefined) {
    header = encodeCbor(
      new Map<number, number | string>([
        [ALG, EDDSA],
        [TYP, type],
      ]),
    );
    headers.set(type, header);
  }
  return header;
}

function headerFlaw(header: Uint8Array): CoseReason {
  const item = decodeCbor(header);
  if (!item.ok || !(item.value instanceof Map)) return 'framing';
  return item.value.get(ALG) === EDDSA ? 'type' : 'algorithm';
}

/** Sig_structure of RFC 9052 4.4. */
function toBeSigned(header: Uint8Array, scope: Scope, payload: Uint8Array): Uint8Array {
  const aad = encodeCbor([scope.direction, scope.device, SCHEMA_VERSION]);
  return encodeCbor(['Signature1', header, aad, payload]);
}
