import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ByteGuard, type GuardFlaw } from './byte-guard.ts';

export interface GuardedEvents {
  onOversize(connection: GuardedConnection, packetBytes: number): void;
  onFlaw(connection: GuardedConnection, flaw: GuardFlaw): void;
}

/** A socket as the broker sees it: what comes in has passed the byte guard, what goes out is left alone. */
export class GuardedConnection extends Duplex {
  /** Common name of the verified client certificate, where there is one. */
  readonly certificateName: string | null;
  private readonly socket: Socket;

  constructor(socket: Socket, certificateName: string | null, events: GuardedEvents, packetBytesMax: number) {
    super({ allowHalfOpen: false, readableHighWaterMark: 64 * 1024 });
    this.socket = socket;
    this.certificateName = certificateName;
    let room = true;
    const guard = new ByteGuard(
      (bytes) => {
        room = this.push(bytes) && room;
      },
      (packetBytes) => events.onOversize(this, packetBytes),
      packetBytesMax,
    );
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      room = true;
      const flaw = guard.feed(chunk);
      if (flaw !== null) {
        events.onFlaw(this, flaw);
        this.destroy();
      } else if (!room) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', () => this.destroy());
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.socket.write(chunk)) done();
    else this.socket.once('drain', () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }
}
