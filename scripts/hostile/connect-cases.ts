/** Before anybody is let in. */

import { connect as dial, type Socket } from 'node:net';
import type { IClientOptions } from 'mqtt';
import { utf8 } from '../../protocol/bytes.ts';
import type { HostileCase } from './case.ts';
import { refusal } from './party.ts';
import type { Stage } from './stage.ts';
import { allOf, fact, type Growth } from './verdict.ts';

const CLOSE_MS = 3000;
const IDLE_SOCKETS = 200;

function refused(name: string, wish: Growth, login: (stage: Stage) => IClientOptions): HostileCase {
  return {
    name,
    async run(stage) {
      let heard = '';
      const counters = await stage.counted(wish, async () => {
        heard = await refusal(stage.gateway.url, login(stage));
      });
      return allOf(counters, fact(/not authorized/i.test(heard), heard));
    },
  };
}

/** Bytes instead of MQTT: each connection is ended and counted. */
function notMqtt(name: string, wish: Growth, bytes: readonly Uint8Array[]): HostileCase {
  return {
    name,
    async run(stage) {
      let closed = 0;
      const counters = await stage.counted(wish, async () => {
        for (const each of bytes) if (await closesAfter(stage.port, each)) closed++;
      });
      return allOf(counters, fact(closed === bytes.length, `${closed} of ${bytes.length} connections ended`));
    },
  };
}

/** True when the other side ends the connection. */
async function closesAfter(port: number, bytes: Uint8Array): Promise<boolean> {
  const socket = dial(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(bytes);
  const closed = await new Promise<boolean>((resolve) => {
    const limit = setTimeout(() => resolve(false), CLOSE_MS);
    socket.once('close', () => {
      clearTimeout(limit);
      resolve(true);
    });
  });
  socket.destroy();
  return closed;
}

const silence: HostileCase = {
  name: `${IDLE_SOCKETS} connections that say nothing`,
  async run(stage) {
    const sockets: Socket[] = [];
    for (let i = 0; i < IDLE_SOCKETS; i++) {
      const socket = dial(stage.port, '127.0.0.1');
      socket.on('error', () => undefined);
      sockets.push(socket);
      await new Promise((resolve) => socket.once('connect', resolve));
    }
    const before = stage.honest.journaled;
    await stage.honest.drive(() => stage.honest.journaled > before && stage.honest.waiting === 0);
    const open = sockets.filter((socket) => !socket.destroyed).length;
    for (const socket of sockets) socket.destroy();
    return fact(open === IDLE_SOCKETS, `${open} stay open beside the honest device, until their 30 s are over`);
  },
};

const garbage = Uint8Array.from({ length: 4000 }, (_, i) => (i * 197 + 101) & 0xff);
/** Fixed header and length of a CONNECT, and nonsense in it. */
const badConnect = Uint8Array.from([0x10, 20, ...garbage.subarray(0, 20)]);
const endlessLength = Uint8Array.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff]);
const hugeConnect = Uint8Array.from([0x10, 0xff, 0xff, 0xff, 0x7f]);

export const CONNECT_CASES: readonly HostileCase[] = [
  refused(
    'unknown device at CONNECT: a valid key, never enrolled',
    { 'refused/bad-proof': 1 },
    (stage) => stage.stranger.login,
  ),
  refused("the honest device's name with a stranger's proof", { 'refused/bad-proof': 1 }, ({ honest, stranger }) => {
    const { id } = honest.maker.identity;
    return { ...stranger.login, clientId: id, username: id };
  }),
  refused("the honest device's client id under another name", { 'refused/client-id': 1 }, ({ honest, mallory }) => ({
    ...mallory.login,
    clientId: honest.maker.identity.id,
  })),
  refused('no credentials', { 'refused/no-credentials': 1 }, () => ({})),
  refused("a guessed tenant's password", { 'refused/bad-password': 1 }, ({ gateway }) => ({
    username: gateway.access.tenant,
    password: '12345678',
  })),
  notMqtt('garbage on the MQTT port: HTTP, TLS, noise', { 'refused/not-connect': 3 }, [
    utf8('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n'),
    Uint8Array.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]),
    garbage,
  ]),
  notMqtt('a CONNECT with nonsense in it', { 'refused/protocol': 1 }, [badConnect]),
  notMqtt('a length without an end', { 'refused/bad-length': 1 }, [endlessLength]),
  notMqtt('a CONNECT of 256 MB', { 'refused/packet-too-large': 1 }, [hugeConnect]),
  silence,
];
