import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { startGateway } from '../../gateway/main.ts';
import { unseal } from '../../protocol/envelope.ts';
import { Receipt } from '../../protocol/messages.ts';
import { downlinkFilter, uplinkTopic } from '../../protocol/topics.ts';
import { crypto, driveFrames, filled, makeDevice, sealFrame } from './frame-maker.ts';
import { enrolIn } from './shell-rig.ts';
import { type Heard, WireClient } from './wire-client.ts';

const BINARY = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find(existsSync);
const skip = BINARY === undefined ? 'needs mosquitto' : false;
const folder = mkdtempSync(join(tmpdir(), 'bordbox-mosquitto-'));
let broker: ChildProcess | null = null;
after(() => {
  broker?.kill();
  rmSync(folder, { recursive: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function startMosquitto(): Promise<number> {
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const process = spawn(BINARY ?? '', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  broker = process;
  for await (const line of createInterface({ input: process.stderr })) if (/ running$/.test(line)) break;
  return port;
}

const device = makeDevice(1);
const frames = driveFrames({ boot: filled(16, 1), frames: 5 });

function receiptIn({ payload }: Heard, gatewayKey: Uint8Array): Receipt {
  const scope = { type: 'bb-receipt', direction: 'dn', device: device.id } as const;
  const receipt = unseal(Receipt, payload, scope, gatewayKey, crypto);
  assert.ok(receipt.ok);
  return receipt.value;
}

test('behind Mosquitto, frames wait while the gateway is down, and are stored once when it is back', {
  skip,
}, async () => {
  const port = await startMosquitto();
  const config = { brokerUrl: `mqtt://127.0.0.1:${port}`, dataDir: join(folder, 'data') };
  const client = await WireClient.connect(port, { clientId: device.id });
  const tenant = await WireClient.connect(port, { clientId: 'tenant' });
  await client.client.subscribeAsync(downlinkFilter(device.id), { qos: 1 });
  await tenant.client.subscribeAsync('bb/1/out/#', { qos: 1 });
  const send = (n: number): Promise<void> =>
    client.publish(uplinkTopic(device.id, 'frame'), sealFrame(device, frames[n]));

  const first = await startGateway(config);
  await enrolIn(first.store, [device]);
  await send(0);
  await client.hear(() => true);
  await first.close();
  for (const n of [1, 2, 3, 1, 4]) await send(n);
  const second = await startGateway(config);
  await tenant.hear(({ topic }) => (topic.endsWith('trip.scored') ? true : null));
  await client.publish('bb/1/d/nobody/up/frame', filled(3, 1));
  await client.publish(uplinkTopic(device.id, 'frame'), sealFrame(device, { ...frames[0], seq: 5, trip: undefined }));
  await client.hear((heard) => (receiptIn(heard, second.publicKey).through === 5 ? true : null));
  const stats = await second.close();
  assert.deepEqual([stats.frames.stored, stats.frames.duplicate, stats.trips.scored, stats.outbox], [6, 1, 1, 0]);
  assert.deepEqual(stats.quarantined, { 'bad-topic': 1 });
  await client.close();
  await tenant.close();
});

test('a broker that is not there is one line, and no process that hangs', async () => {
  const port = await freePort();
  await assert.rejects(
    startGateway({ brokerUrl: `mqtt://127.0.0.1:${port}` }),
    /broker mqtt:\/\/127.0.0.1:\d+ refuses: .*is it running\?/,
  );
});
