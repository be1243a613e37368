/** Options that all commands with a serial port share. */

import { InvalidArgumentError, Option } from 'commander';
import { type PortChoice, parsePortChoice, SerialError } from '../gateway/edge/serial-ports.ts';
import { wholeNumberIn } from './arguments.ts';
import { CommandError, EXIT } from './exit.ts';

export function baudOption(): Option {
  return new Option('--baud <n>', 'of the serial port').argParser(wholeNumberIn(300, 12_000_000)).default(115_200);
}

export function pacingOption(): Option {
  return new Option('--no-pacing', 'write as fast as the port takes it: for a pty, or USB without a UART behind it');
}

export function resetOption(): Option {
  return new Option('--reset <line>', 'pulse this modem line, which resets the device').choices(['dtr', 'rts']);
}

/** For commander: what is wrong is a usage line. */
export function portArgument(text: string): PortChoice {
  try {
    return parsePortChoice(text);
  } catch (error) {
    if (error instanceof SerialError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

export function portChoice(text: string): PortChoice {
  try {
    return parsePortChoice(text);
  } catch (error) {
    if (error instanceof SerialError) throw new CommandError(EXIT.usage, error.message);
    throw error;
  }
}
