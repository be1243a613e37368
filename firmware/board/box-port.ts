/**
 * The box's local port, on loopback only: phones in short range, and what somebody does in and at the car. Each
 * connection is one peer.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { type BoxChannel, BoxFramer, boxFrame } from './box-frames.ts';

const LOOPBACK = '127.0.0.1';
const PEERS_MAX = 8;

export interface BoxPortEvents {
  onAir(peer: string, bytes: Uint8Array): void;
  onAirEnd(peer: string): void;
  /** What is done in the car, as JSON; the answer is JSON too. */
  onCar(text: string): string;
}

export class BoxPort {
  readonly port: number;
  private readonly server: Server;
  private readonly sockets = new Map<string, Socket>();

  /** Throws what the operating system throws. */
  static async listen(port: number, events: BoxPortEvents): Promise<BoxPort> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, LOOPBACK, resolve);
    });
    return new BoxPort(server, events);
  }

  private constructor(server: Server, events: BoxPortEvents) {
    this.server = server;
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    let count = 0;
    server.on('error', () => undefined);
    server.on('connection', (socket) => {
      if (this.sockets.size >= PEERS_MAX) socket.destroy();
      else this.meet(`peer-${++count}`, socket, events);
    });
  }

  /** To a phone in range; nothing happens when it has gone. */
  send(peer: string, channel: BoxChannel, body: Uint8Array): void {
    const socket = this.sockets.get(peer);
    if (socket !== undefined && !socket.destroyed) socket.write(boxFrame(channel, body));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.values()) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private meet(peer: string, socket: Socket, events: BoxPortEvents): void {
    const framer = new BoxFramer();
    this.sockets.set(peer, socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(peer);
      events.onAirEnd(peer);
    });
    socket.on('data', (data) => {
      const frames = framer.take(data);
      if (frames === null) socket.destroy();
      for (const { channel, body } of frames ?? []) {
        if (channel === 'air') events.onAir(peer, body);
        else this.send(peer, 'car', Buffer.from(events.onCar(Buffer.from(body).toString('utf8'))));
      }
    });
  }
}
