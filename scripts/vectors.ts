// Writes the golden bytes of this schema version. Golden bytes never change: a change of the wire is a new
// SCHEMA_VERSION and a new file. What an optional field or a new message adds goes behind what is there.
// Usage: node --import tsx scripts/vectors.ts
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toHex } from '../protocol/bytes.ts';
import { SCHEMA_VERSION } from '../protocol/cose.ts';
import { encodeMessage, seal } from '../protocol/envelope.ts';
import { nobleCrypto } from '../protocol/noble.ts';
import { goldenValues, KINDS, SIGNERS, seedOf } from '../test/protocol/golden.ts';
import {
  ACCESS_KINDS,
  ACCESS_SIGNERS,
  accessSeedOf,
  goldenAccess,
  shortRangeCodec,
} from '../test/protocol/golden-access.ts';
import { samplesToReadable, toReadable, traceToReadable } from '../test/protocol/readable.ts';

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
  const vectors = goldenValues().map(({ name, value, samples, traces }) => {
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
      traces: traces?.map(traceToReadable),
      ...(kind === 'connect' && {
        mqtt: { username: scope.device, password: Buffer.from(sealed).toString('base64url') },
      }),
    };
  });
  return print({ schema: SCHEMA_VERSION, keys: Object.fromEntries(keys), vectors });
}

/** The whole text of test/vectors/access-N.json. */
export function accessVectorsText(): string {
  const keys = ACCESS_SIGNERS.map((signer) => {
    const seed = accessSeedOf(signer);
    return [signer, { seed: toHex(seed), publicKey: toHex(nobleCrypto.publicKey(seed)) }];
  });
  const vectors = goldenAccess().map(({ name, kind, value }) => {
    const signed = ACCESS_KINDS[kind];
    const payload = toHex(encodeMessage(signed?.codec ?? shortRangeCodec, value));
    if (signed === undefined) return { name, kind, value: toReadable(value), payload };
    const { codec, signer, scope } = signed;
    const sealed = toHex(seal(codec, value, scope, accessSeedOf(signer), nobleCrypto));
    return { name, kind, signer, scope, value: toReadable(value), payload, sealed };
  });
  return print({ schema: SCHEMA_VERSION, keys: Object.fromEntries(keys), vectors });
}

/** Whether `text` says byte for byte all that `before` says, and perhaps more behind it. */
export function extendsVectors(before: string, text: string): boolean {
  const end = /\n \]\n\}\n$/;
  return text === before || (end.test(before) && text.startsWith(`${before.replace(end, '')},\n`));
}

/** False where there are other bytes already. */
function writeOnce(name: string, text: string): boolean {
  const file = new URL(`../test/vectors/${name}-${SCHEMA_VERSION}.json`, import.meta.url);
  if (!existsSync(file) || extendsVectors(readFileSync(file, 'utf8'), text)) writeFileSync(file, text);
  else {
    console.error(
      `${fileURLToPath(file)} has other bytes: golden bytes never change. Undo the change of the wire, or raise SCHEMA_VERSION.`,
    );
    return false;
  }
  return true;
}

function main(): number {
  const written = [writeOnce('schema', vectorsText()), writeOnce('access', accessVectorsText())];
  return written.every((good) => good) ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
