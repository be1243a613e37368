/** Sensors that send frames to a gateway at a steady rate, in a process of its own. */

import mqtt, { type MqttClient } from 'mqtt';
import { connectPassword } from '../../gateway/edge/credentials.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { seal } from '../../protocol/envelope.ts';
import { Frame } from '../../protocol/messages.ts';
import { newSamples, packSamples } from '../../protocol/samples.ts';
import { uplinkTopic } from '../../protocol/topics.ts';
import { testIdentity, testKey } from '../test-keys.ts';

export interface LoadSetup {
  readonly url: string;
  readonly sensors: number;
  readonly framesPerSecond: number;
}

/** Said once, when frames are on their way. */
export type LoadWord = 'sending';

const SAMPLES = 60;
const TURN_MS = 20;

const { url, sensors, framesPerSecond } = JSON.parse(process.argv[2]) as LoadSetup;
const crypto = nodeCrypto();
const gatewayKey = crypto.publicKey(testKey('gateway', crypto));
const boot = new Uint8Array(16);
globalThis.crypto.getRandomValues(boot);

const samples = newSamples();
samples.count = SAMPLES;
for (let i = 0; i < SAMPLES; i++) {
  samples.fix[i] = 1;
  samples.latE6[i] = 51_180_000 + i * 125;
  samples.lonE6[i] = 14_420_000;
  samples.speedDmS[i] = 139;
  samples.altitudeM[i] = 200;
}
const columns = packSamples(samples, 0, SAMPLES);

class LoadSensor {
  private readonly identity;
  private readonly client: MqttClient;
  private seq = 0;

  constructor(n: number) {
    this.identity = testIdentity(`load ${n}`, gatewayKey, crypto);
    const { id, secretKey } = this.identity;
    const password = connectPassword(id, boot, secretKey, crypto);
    this.client = mqtt.connect(url, { protocolVersion: 4, clientId: id, username: id, password, keepalive: 60 });
    this.client.on('error', () => undefined);
  }

  get connected(): Promise<void> {
    return new Promise((resolve) => this.client.once('connect', () => resolve()));
  }

  send(): void {
    const { id, secretKey } = this.identity;
    const seq = this.seq++;
    const frame: Frame = { boot, seq, startMs: 1000 + seq * SAMPLES * 1000, samples: columns, occurrences: [] };
    const bytes = seal(Frame, frame, { type: 'bb-frame', direction: 'up', device: id }, secretKey, crypto);
    this.client.publish(uplinkTopic(id, 'frame'), Buffer.from(bytes), { qos: 1 }, () => undefined);
  }
}

const crowd = Array.from({ length: sensors }, (_, n) => new LoadSensor(n));
await Promise.all(crowd.map((sensor) => sensor.connected));
const startedMs = performance.now();
let sent = 0;
setInterval(() => {
  const due = Math.floor(((performance.now() - startedMs) * framesPerSecond) / 1000);
  for (; sent < due; sent++) crowd[sent % crowd.length].send();
}, TURN_MS);
process.on('disconnect', () => process.exit(0));
const word: LoadWord = 'sending';
process.send?.(word);
