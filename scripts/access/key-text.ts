/** A shared key as text: the grant and the gateway's word that it is registered, both in base64url, a dot between. */

import { sameBytes } from '../../protocol/bytes.ts';
import { Grant, KeyRegistration } from '../../protocol/near-messages.ts';
import { unread } from '../../simulator/peers/unread.ts';

export interface KeyText {
  readonly value: Grant;
  /** As they stand in a phone file. */
  readonly grant: string;
  readonly registration: string;
}

export function keyText(grant: Uint8Array, registration: Uint8Array): string {
  return `${Buffer.from(grant).toString('base64url')}.${Buffer.from(registration).toString('base64url')}`;
}

/** Null when it is no key; whether it is good is for the box to say. */
export function keyFromText(text: string): KeyText | null {
  const parts = text.trim().split('.');
  if (parts.length !== 2) return null;
  const [grant, registration] = parts;
  const value = unread(Grant, keyBytes(grant));
  const registered = unread(KeyRegistration, keyBytes(registration));
  if (value === null || registered === null || !sameBytes(value.id, registered.grant)) return null;
  return { value, grant, registration };
}

export function keyBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}
