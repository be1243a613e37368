import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { operate } from '../../gateway/edge/access-operator.ts';
import { type GatewayConfig, type RunningGateway, startGateway } from '../../gateway/main.ts';
import { Lease, NetworkTime, Reply } from '../../protocol/access-messages.ts';
import { sameBytes } from '../../protocol/bytes.ts';
import type { Codec } from '../../protocol/codec.ts';
import type { AccessMessageType } from '../../protocol/cose.ts';
import { unseal } from '../../protocol/envelope.ts';
import { downlinkFilter, downlinkTopic, uplinkTopic } from '../../protocol/topics.ts';
import { enrolTestDevices } from '../../scripts/test-keys.ts';
import { Car, type Claims, Phone, type Said } from '../gateway/access-parties.ts';
import { crypto } from '../gateway/frame-maker.ts';
import { deviceLogin, type Heard, WireClient } from '../gateway/wire-client.ts';

const scene = {
  get nowMs() {
    return Date.now();
  },
  random: (count: number) => Uint8Array.from(randomBytes(count)),
  say: async () => undefined,
  replies: () => [],
};
const ports = { crypto, now: () => Date.now(), random: scene.random };

async function gatewayFor(t: TestContext, config: Partial<GatewayConfig> = {}): Promise<RunningGateway> {
  const gateway = await startGateway({ port: 0, pace: { tickMs: 50 }, ...config });
  t.after(() => gateway.close());
  return gateway;
}

async function register({ accessStore }: RunningGateway, phone: Phone, carrier?: string): Promise<void> {
  const role = carrier === undefined ? ({ role: 'user' } as const) : ({ role: 'courier', carrier } as const);
  assert.ok((await operate(accessStore, { kind: 'register', publicKey: phone.publicKey, ...role }, ports)).ok);
}

/** A phone or a box at one of the brokers. */
class Client {
  private readonly who: Phone | Car;
  private readonly wire: WireClient;
  private readonly issuer: Uint8Array;

  static async connect(t: TestContext, who: Phone | Car, { port, publicKey }: RunningGateway): Promise<Client> {
    const wire = await WireClient.connect(port ?? 0, deviceLogin(who as never));
    t.after(() => wire.close());
    wire.client.setMaxListeners(100);
    await wire.client.subscribeAsync(downlinkFilter(who.id), { qos: 1 });
    return new Client(who, wire, publicKey);
  }

  private constructor(who: Phone | Car, wire: WireClient, issuer: Uint8Array) {
    this.who = who;
    this.wire = wire;
    this.issuer = issuer;
  }

  say({ device, channel, bytes }: Said): Promise<void> {
    return this.wire.publish(uplinkTopic(device, channel), bytes);
  }

  /** The first message, of the past or the future, that fits. */
  hear<T>(
    channel: 'reply' | 'lease' | 'time',
    codec: Codec<T>,
    type: AccessMessageType,
    fits: (value: T) => boolean,
  ): Promise<T> {
    return new Promise<T>((resolve) => {
      const look = (): void => {
        const found = this.wire.heard
          .map((heard) => this.read(heard, channel, codec, type))
          .find((value) => value && fits(value));
        if (!found) return;
        this.wire.client.off('message', look);
        resolve(found);
      };
      this.wire.client.on('message', look);
      look();
    });
  }

  private read<T>(
    { topic, payload }: Heard,
    channel: 'reply' | 'lease' | 'time',
    codec: Codec<T>,
    type: AccessMessageType,
  ) {
    if (topic !== downlinkTopic(this.who.id, channel)) return null;
    const scope = { type, direction: 'dn', device: this.who.id } as const;
    const value = unseal(codec, payload, scope, this.issuer, crypto);
    assert.ok(value.ok);
    return value.value;
  }

  /** The first reply to a new request with this verdict or a final one. */
  async ask(car: Car, claims: Claims, until: (reply: Reply) => boolean): Promise<Reply> {
    assert.ok(this.who instanceof Phone);
    const request = this.who.claims(car, claims);
    await this.say(this.who.request(request));
    return this.hear('reply', Reply, 'bb-reply', (reply) => sameBytes(reply.cti, request.cti) && until(reply));
  }
}

const isFinal = ({ verdict }: Reply): boolean => verdict !== 'pending';

async function paired(t: TestContext, gateway: RunningGateway, boxAt: RunningGateway = gateway) {
  const owner = new Phone(1, scene);
  const car = new Car(1, scene);
  await register(gateway, owner);
  await enrolTestDevices(gateway.store, [car.publicKey], crypto, 'box');
  const box = await Client.connect(t, car, boxAt);
  const phone = await Client.connect(t, owner, gateway);
  await box.say(car.clock());
  await box.hear('time', NetworkTime, 'bb-time', () => true);
  assert.equal((await phone.ask(car, car.pairing(owner), isFinal)).verdict, 'executed');
  car.binding = 1;
  await box.say(car.clock());
  return { owner, car, box, phone };
}

test('a registered phone and an enrolled box speak over the broker: request, lease, result, reply', async (t) => {
  const gateway = await gatewayFor(t);
  const { car, box, phone } = await paired(t, gateway);
  const answered = phone.ask(car, { kind: 'unlock' }, isFinal);
  const lease = await box.hear('lease', Lease, 'bb-lease', () => true);
  await box.say(car.result(lease, 'executed'));
  assert.equal((await answered).verdict, 'executed');
  const { access } = await gateway.stats();
  assert.deepEqual([access.leases, access['ended/executed']], [1, 1]);
});

test('A4: a phone that is not registered, or revoked, is not let in', async (t) => {
  const gateway = await gatewayFor(t);
  const phone = new Phone(1, scene);
  const connect = () => WireClient.connect(gateway.port ?? 0, deviceLogin(phone as never));
  await assert.rejects(connect());
  await register(gateway, phone);
  await (await connect()).close();
  assert.ok((await operate(gateway.accessStore, { kind: 'revoke-party', party: phone.id }, ports)).ok);
  await assert.rejects(connect());
});

test('A14: two gateway processes on one folder: the box is at one, the courier at the other, and one of many openings happens', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bordbox-access-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const first = await gatewayFor(t, { dataDir });
  const second = await gatewayFor(t, { dataDir, join: true });
  const { car, box, phone } = await paired(t, first, second);
  const courier = new Phone(2, scene);
  await register(first, courier, 'DHL');
  const clients = [await Client.connect(t, courier, first), await Client.connect(t, courier, second)];
  const fromS = Math.floor(Date.now() / 1000) - 5;
  const order = { kind: 'order', carrier: 'DHL', fromS, toS: fromS + 3600 } as const;
  const { delivery, tan } = await phone.ask(car, order, isFinal);
  await clients[0].ask(car, { kind: 'load', delivery }, isFinal);
  const replies = Array.from({ length: 40 }, (_, n) =>
    clients[n % 2].ask(car, { kind: 'redeem', delivery, tan }, () => true),
  );
  const lease = await box.hear('lease', Lease, 'bb-lease', ({ action }) => action === 'trunk');
  const verdicts = await Promise.all(replies);
  assert.equal(verdicts.filter(({ verdict }) => verdict === 'pending').length, 1);
  assert.equal(verdicts.filter(({ reason }) => reason === 'tan-reserved').length, 39);
  await box.say(car.result(lease, 'executed'));
  for (let state = ''; state !== 'open'; ) {
    state = (await phone.ask(car, { kind: 'delivery', delivery }, isFinal)).state ?? '';
  }
  assert.equal(readdirSync(join(dataDir, 'tan-keys')).length, 1);
});
