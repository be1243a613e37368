/** The short-range link of a phone of the command line: TCP to the local port of a live box. */

import { connect, type Socket } from 'node:net';
import { type BoxChannel, BoxFramer, boxFrame } from '../../firmware/board/box-frames.ts';
import { CommandError, EXIT } from '../exit.ts';

const CONNECT_MS = 3_000;

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, `PORT`, or null. */
export function placeFrom(text: string): Place | null {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const port = Number(match[2]);
  return port > 0 && port < 65_536 ? { host: match[1] ?? '127.0.0.1', port } : null;
}

export class NearLine {
  private readonly socket: Socket;

  /** Throws a CommandError when no box is there. */
  static async open({ host, port }: Place): Promise<NearLine> {
    const socket = connect({ host, port, noDelay: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
        socket.setTimeout(CONNECT_MS, () => reject(new Error('it does not answer')));
      });
    } catch (error) {
      socket.destroy();
      const why = error instanceof Error ? error.message : 'no connection';
      throw new CommandError(
        EXIT.environment,
        `no box is beside ${host}:${port} (${why}); start one with: bordbox box --near ${port}`,
      );
    }
    socket.setTimeout(0);
    return new NearLine(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
  }

  /** Frames from now on. `onEnd` is called when the box hangs up or speaks something else. */
  listen(onFrame: (channel: BoxChannel, body: Uint8Array) => void, onEnd: () => void): void {
    const framer = new BoxFramer();
    this.socket.on('data', (data) => {
      const frames = framer.take(data);
      if (frames === null) this.socket.destroy();
      for (const { channel, body } of frames ?? []) onFrame(channel, body);
    });
    this.socket.on('close', onEnd);
  }

  send(channel: BoxChannel, body: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(boxFrame(channel, body));
  }

  close(): void {
    this.socket.end();
    this.socket.unref();
  }
}
