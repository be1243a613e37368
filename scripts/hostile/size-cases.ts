/** Messages that want to be held in memory. */

import { connect as dial } from 'node:net';
import { uplinkTopic } from '../../protocol/topics.ts';
import type { HostileCase } from './case.ts';
import { refusal } from './party.ts';
import type { Stage } from './stage.ts';
import { allOf, fact, type Growth, type Verdict } from './verdict.ts';

const BIG_BYTES = 10_000_000;
const BIG_MESSAGES = 10;
const UNFINISHED_BYTES = 100_000_000;
const CHUNK = new Uint8Array(1_000_000);
/** Sockets and the collector's laziness; what was sent is 100 MB in both cases. */
const GROWTH_MIB_MAX = 60;

/** The counters, and that the gateway's memory did not follow what was sent. */
async function withMemory(stage: Stage, wish: Growth, work: () => Promise<unknown>): Promise<Verdict> {
  const before = stage.gatewayMiB();
  const counters = await stage.counted(wish, work);
  const after = stage.gatewayMiB();
  if (before === null || after === null) return allOf(counters, fact(true, 'memory not told by this system'));
  const grown = Math.round(after - before);
  return allOf(counters, fact(grown < GROWTH_MIB_MAX, `memory ${grown >= 0 ? '+' : ''}${grown} MiB for 100 MB sent`));
}

export const SIZE_CASES: readonly HostileCase[] = [
  {
    name: `${BIG_MESSAGES} messages of 10 MB`,
    async run(stage) {
      const session = await stage.mallory.connect(stage.gateway.url);
      try {
        const verdict = await withMemory(stage, { 'quarantine/oversize': BIG_MESSAGES }, async () => {
          for (let i = 0; i < BIG_MESSAGES; i++) await session.publish(new Uint8Array(BIG_BYTES));
        });
        const { connected } = session.client;
        return allOf(verdict, fact(connected, connected ? 'each swallowed and acknowledged' : 'thrown out'));
      } finally {
        await session.close();
      }
    },
  },
  {
    name: 'a message of 256 MB that stops after 100 MB',
    run: (stage) => withMemory(stage, {}, () => unfinished(stage)),
  },
];

/** A PUBLISH on the wire by hand, after a CONNECT that is good. */
async function unfinished({ mallory, port, gateway }: Stage): Promise<void> {
  const socket = dial(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(connectPacket(mallory.id, String(mallory.login.password)));
  await new Promise((resolve) => socket.once('data', resolve));
  const topic = Buffer.from(uplinkTopic(mallory.id, 'frame'));
  socket.write(Uint8Array.from([0x32, 0xff, 0xff, 0xff, 0x7f, 0, topic.length, ...topic, 0, 1]));
  for (let sent = 0; sent < UNFINISHED_BYTES; sent += CHUNK.length) {
    await new Promise((resolve) => socket.write(CHUNK, resolve));
  }
  // Answers somebody else meanwhile.
  await refusal(gateway.url, mallory.login);
  socket.destroy();
}

function connectPacket(id: string, password: string): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
  };
  const body = Buffer.concat([text('MQTT'), Uint8Array.of(4, 0xc2, 0, 60), text(id), text(id), text(password)]);
  return Buffer.concat([Uint8Array.of(0x10, 0x80 | (body.length & 0x7f), body.length >> 7), body]);
}
