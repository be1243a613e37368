/** Serial ports of this machine: listing them, and finding one by its path or by what is plugged in. */

import { SerialPort } from 'serialport';

/** There is no such line; the message is for people. */
export class SerialError extends Error {
  /** `environment`: the machine or the peer does not let us. `input`: what was asked for is wrong. */
  readonly kind: 'environment' | 'input';

  constructor(kind: SerialError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** A path, or what a USB adapter says of itself: ports change their names when they are plugged in again. */
export type PortChoice =
  | { readonly path: string }
  | { readonly vid?: string; readonly pid?: string; readonly serial?: string };

export interface ListedPort {
  readonly path: string;
  readonly vid?: string;
  readonly pid?: string;
  readonly serial?: string;
  readonly maker?: string;
}

const ADVICE = 'give a path such as /dev/ttyUSB0, or vid=0403,pid=6001,serial=A50285BI';

/** Throws a SerialError for a text that is neither. */
export function parsePortChoice(text: string): PortChoice {
  if (!/^(vid|pid|serial)=/.test(text)) {
    if (text === '') throw new SerialError('input', `no port is named; ${ADVICE}`);
    return { path: text };
  }
  const choice: { vid?: string; pid?: string; serial?: string } = {};
  for (const part of text.split(',')) {
    const [, name, value] = /^(vid|pid|serial)=(.+)$/.exec(part) ?? [];
    const isHex = /^(0x)?[0-9a-f]{1,4}$/i.test(value ?? '');
    if (name === undefined || (name !== 'serial' && !isHex)) {
      throw new SerialError('input', `${text} is no port; ${ADVICE}`);
    }
    if (name === 'serial') choice.serial = value;
    else choice[name as 'vid' | 'pid'] = hexId(value);
  }
  return choice;
}

export async function listPorts(): Promise<readonly ListedPort[]> {
  try {
    const ports = await SerialPort.list();
    return ports.map(({ path, vendorId, productId, serialNumber, manufacturer }) => ({
      path,
      vid: vendorId === undefined ? undefined : hexId(vendorId),
      pid: productId === undefined ? undefined : hexId(productId),
      serial: serialNumber,
      maker: manufacturer,
    }));
  } catch (error) {
    const why = error instanceof Error && /udevadm/.test(error.message) ? 'udevadm is not installed' : String(error);
    throw new SerialError('environment', `the ports cannot be listed (${why}); name a port by its path`);
  }
}

/** The path of the one port that was chosen. Throws a SerialError when there is none, or more than one. */
export async function findPort(
  choice: PortChoice,
  list: () => Promise<readonly ListedPort[]> = listPorts,
): Promise<string> {
  if ('path' in choice) return choice.path;
  const ports = await list();
  const { vid, pid, serial } = choice;
  const found = ports.filter(
    (port) =>
      (vid === undefined || port.vid === vid) &&
      (pid === undefined || port.pid === pid) &&
      (serial === undefined || port.serial === serial),
  );
  if (found.length === 1) return found[0].path;
  if (found.length > 1) {
    const paths = found.map(({ path }) => path).join(' and ');
    throw new SerialError('input', `${choiceText(choice)} fits ${paths}; add the serial number, or give the path`);
  }
  const there = ports.filter((port) => port.vid !== undefined).map(portText);
  const seen = there.length === 0 ? 'no USB port is plugged in' : `plugged in: ${there.join('; ')}`;
  throw new SerialError('environment', `no port fits ${choiceText(choice)}; ${seen}`);
}

export function choiceText(choice: PortChoice): string {
  if ('path' in choice) return choice.path;
  const { vid, pid, serial } = choice;
  return Object.entries({ vid, pid, serial })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

export function portText({ path, vid, pid, serial, maker }: ListedPort): string {
  if (vid === undefined) return path;
  const name = maker === undefined ? '' : ` (${maker})`;
  return `${path} vid=${vid},pid=${pid ?? '?'}${serial === undefined ? '' : `,serial=${serial}`}${name}`;
}

/** What opening a port went wrong with, as one line that says what to do. */
export function openAdvice(path: string, error: Error): SerialError {
  const text = error.message;
  if (/cannot lock|EBUSY|busy|Access denied/i.test(text)) {
    return new SerialError('environment', `${path} is used by another program; close that one`);
  }
  if (/No such file|ENOENT|File not found/i.test(text)) {
    return new SerialError('environment', `${path} is not there; plug it in, or see bordbox rig list`);
  }
  if (/Permission denied|EACCES/i.test(text)) {
    return new SerialError('environment', `${path} may not be opened; add your user to its group (often dialout)`);
  }
  if (/ioctl|not a tty|tcgetattr|custom baud/i.test(text)) {
    return new SerialError('input', `${path} is no serial port, or does not know this baud rate (${text})`);
  }
  return new SerialError('environment', `${path} cannot be opened: ${text.replace(/^Error:? /, '')}`);
}

function hexId(text: string): string {
  return text.toLowerCase().replace(/^0x/, '').padStart(4, '0');
}
