/** What a phone shows of a reply: one line with verdict, reason and time, and the items that came along. */

import type { BodyState, Refusal, Reply } from '../../protocol/access-messages.ts';
import { toHex } from '../../protocol/bytes.ts';
import type { Answer } from './live-phone.ts';

/** Why, in words; docs/SPEC.md 9.19. */
const REASONS: Readonly<Record<Refusal, string>> = {
  'services-off': 'the switch for this is off in the car',
  scope: 'this phone may not do that',
  'key-revoked': 'the key was revoked',
  'key-early': 'the key is not valid yet',
  'key-late': 'the key has ended',
  'key-unknown': 'there is no such key',
  arguments: 'something that this needs is missing or makes no sense',
  moving: 'the car is moving',
  'other-box': 'it is for another box',
  'other-boot': 'the box has started anew since',
  issuer: 'the box does not believe this gateway',
  burnt: 'it can act no more',
  'table-full': 'too many results of the box wait to be settled',
  'no-time': 'the box does not know the time, which a shared key needs',
  'no-contact': 'the box has not heard of its gateway for a day, and shared keys rest',
  presence: 'the proof of being beside the car is used or old',
  valet: 'the car is not in valet mode',
  'engine-on': 'the engine is running',
  'lid-open': 'the lid is open',
  armed: 'the car is armed from afar',
  oversize: 'the message is too large',
  framing: 'the message is no message',
  signature: 'the signature is not good',
  schema: 'the message is not of this version',
  'request-window': "the phone's clock is wrong, or the request is too old",
  account: 'this phone has no say over that box',
  'box-unknown': 'the gateway does not know this box',
  'box-away': 'the box cannot be reached',
  'box-owned': 'the box has an owner; the owner unpairs first',
  ticket: 'the pairing code is used, old or of another box; show a new one',
  quota: 'too many requests; wait a while',
  'keys-full': 'eight shared keys live; revoke one',
  'delivery-unknown': 'there is no such delivery',
  'delivery-ended': 'the delivery has ended',
  'delivery-paused': 'too many wrong TANs; wait 15 minutes',
  'wrong-courier': 'this delivery is not on the tour of this courier',
  'wrong-tan': 'the TAN is not the one of this delivery',
  'tan-used': 'the TAN was used',
  'tan-reserved': 'an opening with this TAN is on its way',
  early: 'the window has not begun',
  late: 'the window is over',
  'located-already': 'the car was located already, which works once',
  'in-use': 'an opening goes on',
  'id-reused': 'the id of another request was used again',
};

export function verdictOf({ reply }: Answer): Reply['verdict'] | 'unanswered' {
  return reply?.verdict ?? 'unanswered';
}

export function reasonText(reason: Refusal): string {
  return `${reason} (${REASONS[reason]})`;
}

/** One line for people. */
export function answerLine(answer: Answer): string {
  const { request, reply, seconds } = answer;
  const verdict = verdictOf(answer);
  const why = reply?.reason === undefined ? '' : `, ${reasonText(reply.reason)}`;
  const later =
    verdict === 'pending' || verdict === 'unanswered'
      ? `; ask later with: bordbox outcome ${toHex(request.cti)} --phone ...`
      : '';
  return `${request.kind}: ${verdict}${why}, after ${seconds.toFixed(2)} s${later}`;
}

/** Further lines: what else the reply says. */
export function detailLines({ request, reply }: Answer): string[] {
  if (reply === null) return [];
  const lines: string[] = [];
  if (reply.delivery !== undefined) lines.push(`  delivery  ${toHex(reply.delivery)}`);
  if (reply.tan !== undefined) lines.push(`  TAN       ${reply.tan}   (shown once; for the carrier)`);
  if (reply.state !== undefined) lines.push(`  state     ${reply.state}`);
  if (reply.body !== undefined) lines.push(...bodyLines(reply.body));
  for (const { grant, holder, fromS, toS, revoked } of reply.keys ?? []) {
    lines.push(`  key ${toHex(grant)} of ${holder}, ${day(fromS)} to ${day(toS)}${revoked ? ', revoked' : ''}`);
  }
  if (request.kind === 'keys' && (reply.keys ?? []).length === 0) lines.push('  no shared keys');
  return lines;
}

/** The one document of `--json`. */
export function answerJson(answer: Answer): object {
  const { request, reply, seconds } = answer;
  const { delivery, tan, state, body, keys, reason } = reply ?? {};
  return {
    request: toHex(request.cti),
    kind: request.kind,
    box: request.aud,
    verdict: verdictOf(answer),
    ...(reason && { reason, why: REASONS[reason] }),
    seconds: Math.round(seconds * 1000) / 1000,
    ...(delivery && { delivery: toHex(delivery) }),
    ...(tan && { tan }),
    ...(state && { state }),
    ...(body && { body }),
    ...(keys && { keys: keys.map(({ grant, ...key }) => ({ grant: toHex(grant), ...key })) }),
  };
}

function bodyLines(body: BodyState): string[] {
  return Object.entries(body)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name.padEnd(14)} ${Array.isArray(value) ? value.join(' ') : String(value)}`);
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(':00.000Z', 'Z');
}

/** Whether what was asked for came out. */
export function wentWell(answer: Answer): boolean {
  return verdictOf(answer) === 'executed';
}
