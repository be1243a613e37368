/** Manifests that nobody should believe, imported into the gateway that runs. */

import { writeFileSync } from 'node:fs';
import { signManifest } from '../../gateway/core/enrolment.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { testKey } from '../test-keys.ts';
import type { HostileCase } from './case.ts';
import { bordbox } from './command.ts';
import type { Stage } from './stage.ts';
import { allOf, fact, judgeCommand } from './verdict.ts';

/** One line, and not one device more. */
function manifest(
  name: string,
  file: string,
  bytes: (stage: Stage) => Uint8Array,
  wish: { readonly code: ExitCode; readonly says: RegExp },
): HostileCase {
  return {
    name: `enrol: ${name}`,
    async run(stage) {
      writeFileSync(stage.path(file), bytes(stage));
      const before = (await stage.store.stats()).devices;
      const ended = await bordbox(stage.folder, ['enrol', file, '--data', stage.gatewayFolder]);
      const grown = (await stage.store.stats()).devices - before;
      return allOf(judgeCommand(ended, wish), fact(grown === 0, `${grown} devices more`));
    },
  };
}

function signedBy(label: string, number: number) {
  return ({ stranger, crypto }: Stage): Uint8Array => {
    const { publicKey } = stranger.identity;
    return signManifest(
      { number, devices: [{ publicKey, kind: 'sensor', serial: 'X' }] },
      testKey(label, crypto),
      crypto,
    );
  };
}

/** The stage itself used number 0. */
const OLD = 0;
const NEW = 7;
const pinned = signedBy('manufacturer', NEW);

export const TRUST_CASES: readonly HostileCase[] = [
  manifest('a manifest signed by nobody pinned', 'unpinned.manifest', signedBy('somebody', NEW), {
    code: EXIT.failed,
    says: /not signed by a pinned manufacturer/,
  }),
  manifest('an old manifest, played again', 'old.manifest', signedBy('manufacturer', OLD), {
    code: EXIT.failed,
    says: /higher number/,
  }),
  manifest(
    'a manifest with one bit changed',
    'bit.manifest',
    (stage) => pinned(stage).map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    {
      code: EXIT.failed,
      says: /not signed by a pinned manufacturer/,
    },
  ),
  manifest(
    'a manifest cut in half',
    'half.manifest',
    (stage) => {
      const whole = pinned(stage);
      return whole.subarray(0, whole.length >> 1);
    },
    { code: EXIT.usage, says: /not a manifest/ },
  ),
  manifest('a text in place of a manifest', 'text.manifest', () => Uint8Array.from(Buffer.from('dear diary')), {
    code: EXIT.usage,
    says: /not a manifest/,
  }),
];
