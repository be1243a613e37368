/** The target that `--target` names. */

import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { type PortChoice, SerialError } from '../../gateway/edge/serial-ports.ts';
import { CommandError, EXIT } from '../exit.ts';
import { portChoice } from '../serial-options.ts';
import { SerialTarget } from './serial-target.ts';
import { SimTarget, type Target } from './target.ts';

export interface TargetSettings {
  readonly baud: number;
  readonly pacing: boolean;
  readonly reset?: 'dtr' | 'rts';
}

export type TargetChoice = 'sim' | { readonly port: PortChoice };

const SERIAL = 'serial:';

export function targetChoice(text: string): TargetChoice {
  if (text === 'sim') return 'sim';
  if (text.startsWith(SERIAL)) return { port: portChoice(text.slice(SERIAL.length)) };
  throw new CommandError(
    EXIT.usage,
    `rig: ${text} is no target; give sim, serial:/dev/ttyUSB0 or serial:vid=0403,pid=6001`,
  );
}

/** Throws a CommandError for a port that cannot be opened, and a RigError when nobody answers on it. */
export async function openTarget(choice: TargetChoice, settings: TargetSettings): Promise<Target> {
  if (choice === 'sim') return new SimTarget(nodeCrypto());
  const { baud, pacing: paced, reset } = settings;
  try {
    return await SerialTarget.open({ port: choice.port, baud, paced, reset });
  } catch (error) {
    if (!(error instanceof SerialError)) throw error;
    throw new CommandError(error.kind === 'input' ? EXIT.usage : EXIT.environment, `rig: ${error.message}`);
  }
}
