/** Digital keys (B38-B43): the owner signs them, the gateway keeps the list and revokes, the box judges. */

import type { Refusal, SharedKey } from '../../../protocol/access-messages.ts';
import { toHex } from '../../../protocol/bytes.ts';
import { unseal } from '../../../protocol/envelope.ts';
import { deviceIdOf } from '../../../protocol/identity.ts';
import { Grant } from '../../../protocol/near-messages.ts';
import { checkPublicKey } from '../../../protocol/noble.ts';
import { serviceIsOn } from '../../../protocol/services.ts';
import { BINDING, type BindingRecord, type GrantRecord, keysInForce } from './binding-record.ts';
import { BOX, switchesOf } from './box-record.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './hex.ts';
import { bind } from './pairing.ts';
import { PARTY } from './party-record.ts';
import { presenceFlaw, useOnce } from './presence.ts';
import { type Asked, type Rules, refused } from './ruling.ts';

export const KEY_RULES = {
  share: (asked) => {
    const { draft, message } = asked;
    const { request, party: owner } = message;
    const binding = draft.get(BINDING, request.aud);
    if (binding?.owner !== owner) return refused('account');
    if (request.grant === undefined || request.presence === undefined) return refused('arguments');
    if (!serviceIsOn('digital-key', switchesOf(draft.get(BOX, request.aud)))) return refused('services-off');
    const absent = presenceFlaw(asked, request.presence);
    if (absent !== null) return refused(absent);
    const grant = grantOf(asked, request.grant);
    if (grant === null) return refused('arguments');
    const flaw = grantFlaw(draft, binding, grant);
    if (flaw !== null) return refused(flaw);
    if (!useOnce(asked, request.presence)) return refused('presence');
    draft.put(BINDING, request.aud, { ...binding, grants: [...keysInForce(binding, draft.context.nowMs), grant] });
    return { verdict: 'executed', keys: [listed(grant)] };
  },
  revoke: ({ draft, message }) => {
    const { request, party: owner } = message;
    const { nowMs } = draft.context;
    const binding = draft.get(BINDING, request.aud);
    if (binding?.owner !== owner) return refused('account');
    if (request.subject === undefined) return refused('arguments');
    const id = toHex(request.subject);
    const grant = binding.grants.find((other) => other.id === id);
    if (grant === undefined) return refused('key-unknown');
    if (grant.revoked) return { verdict: 'executed', keys: [listed(grant)] };
    const gone = { ...grant, revoked: true };
    const grants = keysInForce(binding, nowMs).map((other) => (other.id === id ? gone : other));
    const revoked = grants.filter((other) => other.revoked).map((other) => other.id);
    bind(draft, request.aud, owner, { ...binding, grants, revoked });
    return { verdict: 'executed', keys: [listed(gone)] };
  },
  keys: ({ draft, message }) => {
    const { request, party } = message;
    const binding = draft.get(BINDING, request.aud);
    const known = binding === undefined ? [] : keysInForce(binding, draft.context.nowMs);
    const own = binding?.owner === party ? known : known.filter(({ holder }) => holder === party);
    if (binding?.owner !== party && own.length === 0) return refused('account');
    // The newest are the ones that matter; a reply has room for so many.
    return { verdict: 'executed', keys: own.slice(-KEYS_LISTED_MAX).map(listed) };
  },
} as const satisfies Rules;

const KEYS_LISTED_MAX = 32;

/** The grant, if the owner has signed it for this box and its holder may have a key at all. */
function grantOf({ draft, message, party }: Asked, sealed: Uint8Array): GrantRecord | null {
  const { crypto } = draft.context;
  const scope = { type: 'bb-grant', direction: 'sr', device: message.request.aud } as const;
  const grant = unseal(Grant, sealed, scope, bytesOf(party.publicKey), crypto);
  if (!grant.ok || !checkPublicKey(grant.value.holder).ok) return null;
  const { id, holder, actions, fromS, toS } = grant.value;
  return { id: toHex(id), holder: deviceIdOf(holder, crypto), actions, fromS, toS, revoked: false };
}

function grantFlaw(draft: Draft, binding: BindingRecord, grant: GrantRecord): Refusal | null {
  const { nowMs, limits } = draft.context;
  const { id, holder, actions, fromS, toS } = grant;
  const isPlausible = toS > fromS && toS - fromS <= limits.keyLifeS && actions.length > 0;
  if (!isPlausible || binding.grants.some((other) => other.id === id)) return 'arguments';
  if (toS * 1000 <= nowMs) return 'key-late';
  // B42: the receiver is somebody the operator knows, and no courier.
  const receiver = draft.get(PARTY, holder);
  if (receiver === undefined || receiver.revoked || receiver.role !== 'user') return 'key-unknown';
  const inForce = keysInForce(binding, nowMs);
  const living = inForce.filter(({ revoked }) => !revoked);
  if (living.length >= limits.sharedKeysMax) return 'keys-full';
  // Each may be revoked, and the box has to remember it until the key ends by itself.
  return inForce.length >= limits.revokedKeysMax ? 'keys-full' : null;
}

function listed({ id, holder, fromS, toS, revoked }: GrantRecord): SharedKey {
  return { grant: bytesOf(id), holder, fromS, toS, revoked };
}
