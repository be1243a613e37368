/** TCP on loopback, or TLS 1.3 anywhere (B9). */

import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type TLSSocket } from 'node:tls';

export interface TlsFiles {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** With it, clients must show a certificate of this CA, whose common name is their user name. */
  readonly ca?: Buffer;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls?: TlsFiles;
}

export interface Listening {
  readonly port: number;
  readonly closed: Promise<void>;
  stop(): void;
}

/** There is no link; the message is for people. */
export class ListenError extends Error {
  /** `environment`: the machine or the peer does not let us. `input`: what was asked for is not done. */
  readonly kind: 'environment' | 'input';

  constructor(kind: ListenError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

export async function listen(
  { host, port, tls }: ListenOptions,
  onConnection: (socket: Socket, certificateName: string | null) => void,
): Promise<Listening> {
  if (tls === undefined && !isLoopback(host)) {
    throw new ListenError(
      'input',
      `${host} is not loopback, and every link is encrypted (B9): give --tls-key and --tls-cert`,
    );
  }
  const server =
    tls === undefined ? createServer((socket) => onConnection(socket, null)) : tlsServer(tls, onConnection);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ListenError('environment', listenAdvice(error, host, port))));
    server.listen(port, host, resolve);
  });
  server.on('error', () => undefined);
  const address = server.address();
  const stop = (): void => {
    server.close();
  };
  return { port: typeof address === 'object' && address !== null ? address.port : port, closed, stop };
}

function tlsServer(tls: TlsFiles, onConnection: (socket: Socket, certificateName: string | null) => void): Server {
  const mutual = tls.ca !== undefined;
  const { key, cert, ca } = tls;
  const flaw = tlsFlaw(tls);
  if (flaw !== null)
    throw new ListenError('input', `the TLS files cannot be used (${flaw}); give PEM files that match`);
  const options = { key, cert, ca, minVersion: 'TLSv1.3', requestCert: mutual, rejectUnauthorized: mutual } as const;
  const server = createTlsServer(options, (socket: TLSSocket) => {
    onConnection(socket, mutual ? commonNameOf(socket) : null);
  });
  server.on('tlsClientError', () => undefined);
  return server;
}

/** Why these are no key and certificate, or null. */
export function tlsFlaw(tls: { readonly [part in 'key' | 'cert' | 'ca']?: Buffer | string }): string | null {
  try {
    createSecureContext(tls);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown error';
  }
}

function commonNameOf(socket: TLSSocket): string {
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : '';
}

function listenAdvice(error: Error, host: string, port: number): string {
  const code = 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE') return `port ${port} is in use; stop the other program or give another one with --port`;
  if (code === 'EACCES') return `port ${port} needs more rights; give one above 1023 with --port`;
  return `cannot listen on ${host}:${port}: ${error.message}`;
}
