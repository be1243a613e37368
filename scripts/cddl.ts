// Prints the schema of the wire from its declarations.
// Usage: npm run cddl            prints it
//        npm run cddl -- --write writes protocol/schema.cddl
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SCHEMA_VERSION } from '../protocol/cose.ts';
import { RULES } from '../protocol/messages.ts';

const FRAMING = `; The wire of Bordbox, schema version ${SCHEMA_VERSION} (RFC 8610). Printed by "npm run cddl -- --write", not written by hand.
; docs/SPEC.md says what the fields mean and how columns are packed. Encoding is deterministic (RFC 8949 4.2.1).

wire = sealed-frame / sealed-notice / sealed-state / sealed-receipt / sealed-connect-proof / sealed-manifest

sealed-frame = sealed<"bb-frame", frame>                         ; direction "up"
sealed-notice = sealed<"bb-event", notice>                       ; direction "up"
sealed-state = sealed<"bb-state", state>                         ; direction "up"
sealed-receipt = sealed<"bb-receipt", receipt>                   ; direction "dn"
sealed-connect-proof = sealed<"bb-connect", connect-proof>       ; direction "up"
sealed-manifest = sealed<"bb-manifest", manifest>                ; direction "enrol"

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
  direction: "up" / "dn" / "enrol",
  device: tstr,                           ; device id; "manifest" for a manifest
  schema: ${SCHEMA_VERSION},
]
`;

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/DmS$/, '0.1 m/s'],
  [/Ms$/, 'ms'],
  [/M$/, 'm'],
  [/S$/, 's'],
];

function unitOf(name: string): string {
  return UNITS.find(([ending]) => ending.test(name))?.[1] ?? '';
}

function ruleText(rule: (typeof RULES)[number]): string {
  const lines = Object.entries(rule.fields).map(([name, { key, codec, optional, note }]) => {
    const entry = `  ${optional ? '? ' : ''}${key}: ${codec.cddl},`;
    const meaning = note || unitOf(name);
    return `${entry.padEnd(41)} ; ${name}${meaning === '' ? '' : `, ${meaning}`}`;
  });
  return `${rule.rule} = {\n${lines.join('\n')}\n}\n`;
}

/** The whole text of protocol/schema.cddl. */
export function schemaText(): string {
  return `${[FRAMING, ...RULES.map(ruleText)].join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write'))
    writeFileSync(new URL('../protocol/schema.cddl', import.meta.url), schemaText());
  else process.stdout.write(schemaText());
}
