// Writes the golden bytes of this schema version, once. Golden bytes never change: a change of the wire is a new
// SCHEMA_VERSION and a new file.
// Usage: node --import tsx scripts/vectors.ts
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toHex } from '../protocol/bytes.ts';
import { SCHEMA_VERSION } from '../protocol/cose.ts';
import { encodeMessage, seal } from '../protocol/envelope.ts';
import { nobleCrypto } from '../protocol/noble.ts';
import { goldenValues, KINDS, SIGNERS, seedOf } from '../test/protocol/golden.ts';
import { samplesToReadable, toReadable } from '../test/protocol/readable.ts';

/** A JSON array of flat values per line keeps the file readable. */
function print(document: unknown): string {
  const text = JSON.stringify(document, null, 1);
  return `${text.replace(/\[\s+(-?\d+(?:,\s+-?\d+)*)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, '')}]`)}\n`;
}

/** The whole text of test/vectors/schema-N.json. */
export function vectorsText(): string {
  const keys = SIGNERS.map((signer) => {
    const seed = seedOf(signer);
    return [signer, { seed: toHex(seed), publicKey: toHex(nobleCrypto.publicKey(seed)) }];
  });
  const vectors = goldenValues().map(({ name, value, samples }) => {
    const kind = name.split('-')[0];
    const { codec, signer, scope } = KINDS[kind];
    const sealed = seal(codec, value, scope, seedOf(signer), nobleCrypto);
    return {
      name,
      kind,
      signer,
      scope,
      value: toReadable(value),
      payload: toHex(encodeMessage(codec, value)),
      sealed: toHex(sealed),
      samples: samples && samplesToReadable(samples),
      ...(kind === 'connect' && {
        mqtt: { username: scope.device, password: Buffer.from(sealed).toString('base64url') },
      }),
    };
  });
  return print({ schema: SCHEMA_VERSION, keys: Object.fromEntries(keys), vectors });
}

function main(): number {
  const file = new URL(`../test/vectors/schema-${SCHEMA_VERSION}.json`, import.meta.url);
  const text = vectorsText();
  if (!existsSync(file)) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(
      `${fileURLToPath(file)} has other bytes: golden bytes never change. Undo the change of the wire, or raise SCHEMA_VERSION.`,
    );
    return 1;
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
