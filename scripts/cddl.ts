// Prints the schema of the wire from its declarations.
// Usage: npm run cddl            prints it
//        npm run cddl -- --write writes protocol/schema.cddl
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ACCESS_RULES } from '../protocol/access-rules.ts';
import { Checkpoint } from '../protocol/audit-messages.ts';
import { type Direction, SCHEMA_VERSION, type Scope } from '../protocol/cose.ts';
import { RULES } from '../protocol/messages.ts';

/** What is signed: the rule of the payload, the type in the header, the direction. */
const SEALED: readonly (readonly [string, Scope['type'], Direction])[] = [
  ['frame', 'bb-frame', 'up'],
  ['notice', 'bb-event', 'up'],
  ['state', 'bb-state', 'up'],
  ['receipt', 'bb-receipt', 'dn'],
  ['configuration', 'bb-config', 'dn'],
  ['connect-proof', 'bb-connect', 'up'],
  ['manifest', 'bb-manifest', 'enrol'],
  ['request', 'bb-request', 'up'],
  ['reply', 'bb-reply', 'dn'],
  ['box-clock', 'bb-clock', 'up'],
  ['network-time', 'bb-time', 'dn'],
  ['lease', 'bb-lease', 'dn'],
  ['box-result', 'bb-result', 'up'],
  ['box-report', 'bb-report', 'up'],
  ['settled', 'bb-settled', 'dn'],
  ['inquiry', 'bb-inquiry', 'dn'],
  ['issuer-set', 'bb-issuers', 'dn'],
  ['binding', 'bb-binding', 'dn'],
  ['grant', 'bb-grant', 'sr'],
  ['key-registration', 'bb-registered', 'dn'],
  ['pairing-ticket', 'bb-ticket', 'sr'],
  ['presence-ask', 'bb-presence-ask', 'sr'],
  ['presence', 'bb-presence', 'sr'],
  ['key-use', 'bb-key-use', 'sr'],
  ['ferry', 'bb-ferry', 'up'],
  ['checkpoint', 'bb-checkpoint', 'up'],
];

function sealedText(): string {
  const names = SEALED.map(([rule]) => `sealed-${rule}`);
  const lines = SEALED.map(([rule, type, direction]) => {
    const line = `sealed-${rule} = sealed<"${type}", ${rule}>`;
    return `${line.padEnd(64)} ; direction "${direction}"`;
  });
  return `wire = ${names.join(' /\n  ')}\n\n${lines.join('\n')}`;
}

const FRAMING = `; The wire of Bordbox, schema version ${SCHEMA_VERSION} (RFC 8610). Printed by "npm run cddl -- --write", not written by hand.
; docs/SPEC.md says what the fields mean and how columns are packed. Encoding is deterministic (RFC 8949 4.2.1).

${sealedText()}

; On the short-range link a short-range message travels as it is; what it carries is signed.
link = short-range

; An untagged COSE_Sign1 (RFC 9052 4.2). Nothing unprotected is accepted.
sealed<type, message> = [
  protected: bstr .cbor protected-header<type>,
  unprotected: {},
  payload: bstr .cbor message,
  signature: bstr .size 64,
]

protected-header<type> = {
  1: -8,                                  ; alg: EdDSA, here always Ed25519
  16: type,                               ; typ (RFC 9596)
}

; What is signed (RFC 9052 4.4); it does not travel.
to-be-signed<type> = [
  context: "Signature1",
  body-protected: bstr .cbor protected-header<type>,
  external-aad: bstr .cbor external-aad,
  payload: bstr,
]

external-aad = [
  direction: "up" / "dn" / "enrol" / "sr",
  device: tstr,                           ; device id; "manifest" and "issuers" for what is addressed to nobody
  schema: ${SCHEMA_VERSION},
]
`;

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/DmS$/, '0.1 m/s'],
  [/Ms$/, 'ms'],
  [/^(exp|iat)$/, 's since 1970-01-01 UTC'],
  [/Km$/, 'km'],
  [/Mv$/, 'mV'],
  [/Percent$/, '%'],
  [/Deg$/, 'degree'],
  [/Kpa$/, 'kPa'],
  [/C$/, 'degree C'],
  [/M$/, 'm'],
  [/S$/, 's'],
];

function unitOf(name: string): string {
  return UNITS.find(([ending]) => ending.test(name))?.[1] ?? '';
}

const ALL_RULES = [...RULES, ...ACCESS_RULES, Checkpoint] as const;

function ruleText(rule: (typeof ALL_RULES)[number]): string {
  const lines = Object.entries(rule.fields).map(([name, { key, codec, optional, note }]) => {
    const entry = `  ${optional ? '? ' : ''}${key}: ${codec.cddl},`;
    const meaning = note || unitOf(name);
    return `${entry.padEnd(41)} ; ${name}${meaning === '' ? '' : `, ${meaning}`}`;
  });
  return `${rule.rule} = {\n${lines.join('\n')}\n}\n`;
}

/** The whole text of protocol/schema.cddl. */
export function schemaText(): string {
  return `${[FRAMING, ...ALL_RULES.map(ruleText)].join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write'))
    writeFileSync(new URL('../protocol/schema.cddl', import.meta.url), schemaText());
  else process.stdout.write(schemaText());
}
