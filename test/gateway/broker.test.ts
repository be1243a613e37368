import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { type RunningGateway, startGateway } from '../../gateway/main.ts';
import { unseal } from '../../protocol/envelope.ts';
import { Receipt } from '../../protocol/messages.ts';
import { backendFilter, downlinkFilter, uplinkTopic } from '../../protocol/topics.ts';
import { crypto, driveFrames, filled, makeDevice, sealFrame, sealState, stateOf } from './frame-maker.ts';
import { enrolIn } from './shell-rig.ts';
import { deviceLogin, type Heard, WireClient } from './wire-client.ts';

const device = makeDevice(1);
const other = makeDevice(2);
const boot = filled(16, 1);
const running: RunningGateway[] = [];
after(async () => {
  for (const gateway of running) await gateway.close();
});

async function gatewayWith(...devices: readonly (typeof device)[]): Promise<{ gateway: RunningGateway; port: number }> {
  const gateway = await startGateway({ port: 0 });
  running.push(gateway);
  await enrolIn(gateway.store, devices);
  assert.ok(gateway.port !== null);
  return { gateway, port: gateway.port };
}

async function connectedDevice(port: number, who = device): Promise<WireClient> {
  const client = await WireClient.connect(port, deviceLogin(who));
  await client.client.subscribeAsync(downlinkFilter(who.id), { qos: 1 });
  return client;
}

async function connectedTenant({ tenants, port }: RunningGateway): Promise<WireClient> {
  const [{ name, password }] = tenants;
  const client = await WireClient.connect(port ?? 0, { username: name, password });
  await client.client.subscribeAsync(backendFilter(name), { qos: 1 });
  return client;
}

function receiptThrough(gateway: RunningGateway, through: number) {
  return ({ payload }: Heard): Receipt | null => {
    const scope = { type: 'bb-receipt', direction: 'dn', device: device.id } as const;
    const receipt = unseal(Receipt, payload, scope, gateway.publicKey, crypto);
    assert.ok(receipt.ok);
    return receipt.value.through >= through ? receipt.value : null;
  };
}

test('a drive over a real socket is receipted to its device and scored for its tenant', async () => {
  const { gateway, port } = await gatewayWith(device);
  const tenant = await connectedTenant(gateway);
  const client = await connectedDevice(port);
  for (const frame of driveFrames({ boot, frames: 6 })) {
    await client.publish(uplinkTopic(device.id, 'frame'), sealFrame(device, frame));
  }
  const receipt = await client.hear(receiptThrough(gateway, 5));
  assert.deepEqual(receipt, { boot, through: 5, missing: [], refused: [] });
  const scored = await tenant.hear(({ topic, payload }) => {
    return topic.endsWith('/trip.scored') ? JSON.parse(Buffer.from(payload).toString()) : null;
  });
  assert.equal(scored.specversion, '1.0');
  assert.deepEqual(
    tenant.heard.map(({ topic }) => topic.split('/').at(-1)),
    ['trip.started', 'trip.closed', 'trip.scored'],
  );
  await client.close();
  await tenant.close();
});

test('a publish on a foreign topic is acknowledged, quarantined, and the connection stays', async () => {
  const { gateway, port } = await gatewayWith(device, other);
  const client = await connectedDevice(port);
  const [frame] = driveFrames({ boot, frames: 1 });
  await client.publish(uplinkTopic(other.id, 'frame'), sealFrame(other, frame));
  await client.publish('bb/1/out/insurer/tariff/trip.scored', Buffer.from('{"score":7}'));
  await client.publish('$SYS/anything', Buffer.from('x'));
  await client.publish(uplinkTopic(device.id, 'frame'), sealFrame(device, frame));
  await client.hear(receiptThrough(gateway, 0));
  const { quarantined, frames } = await gateway.stats();
  assert.deepEqual(quarantined, { 'foreign-topic': 3 });
  assert.equal(frames.stored, 1);
  const rows = await gateway.store.quarantine(9);
  assert.deepEqual(new Set(rows.map((row) => row.device)), new Set([device.id]));
  await client.close();
});

test('a message of 10 MB is acknowledged, counted and kept from the broker, and the next frame is stored', async () => {
  const { gateway, port } = await gatewayWith(device);
  const client = await connectedDevice(port);
  await client.publish(uplinkTopic(device.id, 'frame'), new Uint8Array(10_000_000));
  const [frame] = driveFrames({ boot, frames: 1 });
  await client.publish(uplinkTopic(device.id, 'frame'), sealFrame(device, frame));
  await client.hear(receiptThrough(gateway, 0));
  assert.deepEqual((await gateway.stats()).quarantined, { oversize: 1 });
  const [row] = await gateway.store.quarantine(1);
  assert.ok(row.device === device.id && row.sizeBytes > 10_000_000);
  await client.close();
});

test('a last will comes in as a state, and a foreign one as nothing', async () => {
  const { gateway, port } = await gatewayWith(device, other);
  const tenant = await connectedTenant(gateway);
  const payload = Buffer.from(sealState(device, stateOf(boot, false, 5)));
  const will = { topic: uplinkTopic(device.id, 'state'), payload, qos: 1, retain: true } as const;
  const dying = await WireClient.connect(port, { ...deviceLogin(device), will });
  const liar = await WireClient.connect(port, { ...deviceLogin(other), will });
  liar.client.stream.destroy();
  dying.client.stream.destroy();
  const state = await tenant.hear(({ payload: json }) => JSON.parse(Buffer.from(json).toString()));
  assert.equal(state.type, 'device.state');
  assert.equal(state.data.online, false);
  await tenant.close();
  running.pop();
  assert.deepEqual((await gateway.close()).quarantined, { 'foreign-topic': 1 });
});

test('who is not known is not let in, by reason', async () => {
  const { gateway, port } = await gatewayWith(device);
  const [{ name, password }] = gateway.tenants;
  const { password: proof } = deviceLogin(device);
  const refused = (options: Parameters<typeof WireClient.connect>[1]): Promise<void> =>
    assert.rejects(WireClient.connect(port, options), /Not authorized/);
  await refused({});
  await refused({ ...deviceLogin(other) });
  await refused({ ...deviceLogin(device), clientId: 'someone' });
  await refused({ clientId: device.id, username: device.id, password: 'guess' });
  await refused({ clientId: other.id, username: other.id, password: proof });
  await refused({ username: name, password: 'guess' });
  await refused({ username: 'nobody', password });
  await refused({ clientId: device.id, username: name, password });
  const { refused: counted } = await gateway.close();
  running.pop();
  assert.deepEqual(counted, { 'bad-password': 2, 'bad-proof': 3, 'client-id': 2, 'no-credentials': 1 });
});

test('what is no MQTT is ended and counted by reason', async () => {
  const { gateway, port } = await gatewayWith();
  const nonsense = Uint8Array.from({ length: 20 }, (_, i) => (i * 37) & 0xff);
  for (const bytes of [
    [0x47, 0x45, 0x54, 0x20],
    // TLS begins with the digit of a CONNECT, and with flags that a CONNECT has not.
    [0x16, 3, 1, 0, 200],
    [0x10, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0x10, 0xff, 0xff, 0xff, 0x7f],
    [0x10, nonsense.length, ...nonsense],
  ]) {
    const socket = connect(port, '127.0.0.1').resume();
    socket.on('error', () => undefined);
    socket.write(Uint8Array.from(bytes));
    await once(socket, 'close');
  }
  running.pop();
  const { refused } = await gateway.close();
  assert.deepEqual(refused, { 'bad-length': 1, 'not-connect': 2, 'packet-too-large': 1, protocol: 1 });
});

test('a device hears its own downlink only, a tenant its own plane only', async () => {
  const { gateway, port } = await gatewayWith(device, other);
  const client = await connectedDevice(port);
  const tenant = await connectedTenant(gateway);
  const granted = async ({ client: mqtt }: WireClient, topic: string): Promise<number | undefined> => {
    // The library reports a refusal as an error that holds what was granted.
    try {
      return (await mqtt.subscribeAsync(topic, { qos: 1 }))[0]?.qos;
    } catch {
      return 128;
    }
  };
  for (const topic of [
    '#',
    downlinkFilter(other.id),
    'bb/1/d/+/dn/+',
    uplinkTopic(device.id, 'frame'),
    backendFilter('insurer'),
  ]) {
    assert.equal(await granted(client, topic), 128, topic);
  }
  for (const topic of [
    '#',
    'bb/#',
    'bb/1/out/+/#',
    backendFilter('insurer2'),
    downlinkFilter(device.id),
    'bb/0/#',
    '$SYS/#',
  ]) {
    assert.equal(await granted(tenant, topic), 128, topic);
  }
  assert.equal(await granted(tenant, 'bb/1/out/insurer/tariff/+'), 1);
  await client.close();
  await tenant.close();
  running.splice(running.indexOf(gateway), 1);
  assert.deepEqual((await gateway.close()).refused, { subscription: 12 });
});

test('B9: without TLS nothing but loopback is listened on, and a busy port says so in one line', async () => {
  await assert.rejects(startGateway({ host: '0.0.0.0', port: 0 }), /every link is encrypted \(B9\)/);
  const { port } = await gatewayWith();
  await assert.rejects(
    startGateway({ port }),
    new RegExp(`^StartError: port ${port} is in use; .* --port$|port ${port} is in use`),
  );
  await assert.rejects(startGateway({ brokerUrl: 'mqtt://198.51.100.1:1883' }), /use mqtts:/);
});
