import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bootId, frameId } from '../../gateway/core/store.ts';
import { tripKeyOf } from '../../gateway/core/trips.ts';
import { SqliteStore } from '../../gateway/edge/sqlite-store.ts';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { unseal } from '../../protocol/envelope.ts';
import { type Frame, Receipt } from '../../protocol/messages.ts';
import { uplinkTopic } from '../../protocol/topics.ts';
import { crypto, driveFrames, filled, type MadeDevice, makeDevice, sealFrame } from './frame-maker.ts';
import { type CloudEvent, enrolIn } from './shell-rig.ts';
import { deviceLogin, type Heard, WireClient } from './wire-client.ts';

const BORDBOX = fileURLToPath(new URL('../../scripts/bordbox.mjs', import.meta.url));
const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find(existsSync);
const root = mkdtempSync(join(tmpdir(), 'bordbox-two-'));
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

interface Ready {
  readonly port: number;
  readonly publicKey: string;
  readonly tenant: string;
  readonly password: string;
}

/** With devices that it knows. */
async function newFolder(): Promise<string> {
  const folder = mkdtempSync(join(root, 'data-'));
  const store = new SqliteStore(join(folder, 'gateway.db'));
  await enrolIn(store, devices);
  await store.close();
  return folder;
}

async function startGateway(
  folder: string,
  ...words: readonly string[]
): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(BORDBOX, ['gateway', '--data', folder, ...words], {
    stdio: 'ignore',
    execArgv: [],
  });
  children.add(child);
  const [ready] = (await once(child, 'message')) as [Ready];
  return { child, ready };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
  children.delete(child);
}

const FRAMES = 12;
const devices = Array.from({ length: 16 }, (_, n) => makeDevice(500 + n));
const bootOf = (at: number): Uint8Array => filled(16, 1 + at);

/** Two trips of a device, frame by frame. */
function framesOf(at: number): Frame[] {
  const boot = bootOf(at);
  return [
    ...driveFrames({ boot, frames: FRAMES }),
    ...driveFrames({ boot, number: 1, frames: FRAMES, firstSeq: FRAMES }),
  ];
}

/** To one gateway, to the other, or to both: as a broker does it whose sessions move. */
async function drive(device: MadeDevice, at: number, ports: readonly number[]): Promise<void> {
  const clients = await Promise.all(ports.map((port) => WireClient.connect(port, deviceLogin(device))));
  const sent = framesOf(at).flatMap((frame) => {
    const bytes = sealFrame(device, frame);
    const way = (frame.seq * 7 + at * 5) % 3;
    return clients
      .filter((_, which) => way === 2 || way === which)
      .map((client) => client.publish(uplinkTopic(device.id, 'frame'), bytes));
  });
  await Promise.all(sent);
  await Promise.all(clients.map((client) => client.close()));
}

test('two gateways on one folder take in frames of the same devices at once: nothing is lost, no trip is corrupted', async () => {
  const folder = await newFolder();
  const first = await startGateway(folder, '--port', '0');
  const second = await startGateway(folder, '--port', '0', '--join');
  assert.equal(first.ready.publicKey, second.ready.publicKey);
  const { tenant, password } = first.ready;
  const backend = await WireClient.connect(first.ready.port, { username: tenant, password });
  await backend.client.subscribeAsync(`bb/1/out/${tenant}/#`, { qos: 1 });
  await Promise.all(devices.map((device, at) => drive(device, at, [first.ready.port, second.ready.port])));
  await stop(second.child);
  await stop(first.child);
  const store = new SqliteStore(join(folder, 'gateway.db'));
  const { counts, trips, outbox } = await store.stats();
  const total = devices.length * 2 * FRAMES;
  assert.equal(counts.get('stored'), total);
  // A third of the frames went both ways.
  assert.equal(counts.get('duplicate'), total / 3);
  assert.deepEqual(trips, { announced: 0, open: 0, ended: 0, closed: 0, scored: 2 * devices.length });
  for (const [at, device] of devices.entries()) await assertWhole(store, device, at);
  assert.equal(outbox, 0);
  assertEvents(backend);
  await store.close();
});

test('two gateways that have joined share the messages of an outside broker', async (t) => {
  if (MOSQUITTO === undefined) return t.skip('needs mosquitto');
  const folder = await newFolder();
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`);
  const mosquitto = spawn(MOSQUITTO, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(mosquitto);
  for await (const line of createInterface({ input: mosquitto.stderr })) if (/ running$/.test(line)) break;
  const words = ['--broker', `mqtt://127.0.0.1:${port}`, '--join'];
  const gateways = [await startGateway(folder, ...words), await startGateway(folder, ...words)];
  const receipts = await WireClient.connect(port, { clientId: 'receipts' });
  await receipts.client.subscribeAsync('bb/1/d/+/dn/receipt', { qos: 1 });
  const client = await WireClient.connect(port, { clientId: 'devices' });
  const sent = devices.flatMap((device, at) =>
    framesOf(at).map((frame) => client.publish(uplinkTopic(device.id, 'frame'), sealFrame(device, frame))),
  );
  await Promise.all(sent);
  const publicKey = fromHex(gateways[0].ready.publicKey) ?? new Uint8Array();
  for (const { id } of devices) await receipts.hear((heard) => coversAll(heard, id, publicKey));
  await Promise.all([client.close(), receipts.close()]);
  for (const { child } of gateways) await stop(child);
  mosquitto.kill();
  const store = new SqliteStore(join(folder, 'gateway.db'));
  const { counts, trips, outbox } = await store.stats();
  assert.deepEqual([counts.get('stored'), counts.get('duplicate'), outbox], [sent.length, undefined, 0]);
  assert.equal(trips.scored, 2 * devices.length);
  for (const [at, device] of devices.entries()) await assertWhole(store, device, at);
  await store.close();
});

function coversAll({ topic, payload }: Heard, device: string, publicKey: Uint8Array): true | null {
  if (!topic.includes(device)) return null;
  const receipt = unseal(Receipt, payload, { type: 'bb-receipt', direction: 'dn', device }, publicKey, crypto);
  return receipt.ok && receipt.value.through === 2 * FRAMES - 1 && receipt.value.missing.length === 0 ? true : null;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function assertWhole(store: SqliteStore, device: MadeDevice, at: number): Promise<void> {
  const boot = toHex(bootOf(at));
  const trips = [0, 1].map((number) => tripKeyOf(device.id, boot, { number, part: 0 }));
  const frames = framesOf(at).map(({ seq }) => ({ device: device.id, boot, seq }));
  const facts = await store.facts({ frames, boots: [{ device: device.id, boot }], trips, states: [] });
  assert.deepEqual(facts.boots.get(bootId(device.id, boot))?.received, [0, 2 * FRAMES - 1]);
  for (const frame of framesOf(at)) {
    const hash = crypto.sha256(sealFrame(device, frame));
    assert.deepEqual(facts.hashes.get(frameId({ device: device.id, boot, seq: frame.seq })), hash);
  }
  for (const trip of trips) {
    const row = facts.trips.get(trip);
    assert.deepEqual([row?.parts, row?.lastPart, row?.started], [[0, FRAMES - 1], FRAMES - 1, true], trip);
    assert.equal((await store.framesOfTrip(trip)).length, FRAMES);
  }
}

/** Each event once, numbered without a gap; of each trip one start, and a score for its last revision. */
function assertEvents({ heard }: WireClient): void {
  const events: CloudEvent[] = heard.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()));
  assert.deepEqual(
    events.map(({ sequence }) => Number(sequence)),
    events.map((_, at) => at + 1),
  );
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
  const started = events.filter(({ type }) => type === 'trip.started').map(({ data }) => data.tripId);
  assert.deepEqual([started.length, new Set(started).size], [2 * devices.length, 2 * devices.length]);
  const whole = events.filter(({ type, data }) => type === 'trip.closed' && data.whole === true);
  assert.equal(new Set(whole.map(({ data }) => data.tripId)).size, 2 * devices.length);
}
