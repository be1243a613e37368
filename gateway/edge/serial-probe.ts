/** Who answers on a port. */

import type { LineEvent } from '../../protocol/serial-events.ts';
import type { LineHello } from '../../protocol/serial-hello.ts';
import { SerialLine } from './serial-line.ts';
import { type PortChoice, SerialError } from './serial-ports.ts';

export type Probed =
  | { readonly answer: 'device'; readonly version: number; readonly hello: LineHello }
  | { readonly answer: 'incompatible'; readonly reason: string; readonly hello: LineHello }
  /** Bytes come, and none of them is a frame. */
  | { readonly answer: 'noise'; readonly bytes: number; readonly text: string }
  | { readonly answer: 'nothing' }
  /** The port cannot be opened; the reason says what to do. */
  | { readonly answer: 'closed'; readonly reason: string };

const TEXT_BYTES_MAX = 60;

/** Listens for `waitMs`, or until somebody has answered. */
export async function probePort(port: PortChoice, baud: number, waitMs: number): Promise<Probed> {
  let probed: Probed = { answer: 'nothing' };
  let done: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    done = resolve;
  });
  const settle = (found: Probed): void => {
    probed = found;
    done();
  };
  let noise = new Uint8Array(0);
  const onEvent = (event: LineEvent): void => {
    if (event.kind === 'up') settle({ answer: 'device', version: event.version, hello: event.peer });
    else if (event.kind === 'incompatible') {
      settle({ answer: 'incompatible', reason: event.reason, hello: event.peer });
    } else if (event.kind === 'noise') {
      noise = Uint8Array.from([...noise, ...event.bytes]);
      const found = probed.answer === 'device' || probed.answer === 'incompatible';
      if (!found) probed = { answer: 'noise', bytes: noise.length, text: printable(noise) };
    }
  };
  try {
    const line = await SerialLine.open({
      self: { role: 'host', build: 'rig', firmware: 'bordbox rig' },
      port,
      baud,
      paced: true,
      onEvent,
      log: () => undefined,
    });
    const limit = setTimeout(done, waitMs);
    await answered;
    clearTimeout(limit);
    await line.close();
  } catch (error) {
    if (!(error instanceof SerialError)) throw error;
    return { answer: 'closed', reason: error.message };
  }
  return probed;
}

/** What can be read of it; empty when that is next to nothing. */
function printable(bytes: Uint8Array): string {
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^ -~]+/g, ' ')
    .trim();
  return text.length * 2 < bytes.length ? '' : text.slice(0, TEXT_BYTES_MAX);
}
