import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SerialLine } from '../../gateway/edge/serial-line.ts';
import { type RunningGateway, StartError, startGateway } from '../../gateway/main.ts';
import { toHex } from '../../protocol/bytes.ts';
import { seal, unseal } from '../../protocol/envelope.ts';
import { ConnectProof, Receipt } from '../../protocol/messages.ts';
import { encodeOneOf } from '../../protocol/serial-message.ts';
import { decodeDownlink, encodeUplink, type LineDownlink, LOG_KINDS } from '../../protocol/serial-session.ts';
import {
  crypto,
  driveFrames,
  filled,
  type MadeDevice,
  makeDevice,
  sealFrame,
  sealState,
  stateOf,
} from './frame-maker.ts';
import { Ptys, withoutSocat } from './serial-pty.ts';
import { enrolIn } from './shell-rig.ts';

const skip = withoutSocat;
const boot = filled(16, 5);

/** A device made of nothing but the wire, at the end of a line. */
class WireDevice {
  readonly heard: LineDownlink[] = [];
  private line: SerialLine | null = null;
  /** How often the line came up. */
  ups = 0;
  private wake: () => void = () => undefined;

  static async open(path: string): Promise<WireDevice> {
    const device = new WireDevice();
    device.line = await SerialLine.open({
      self: { role: 'device', build: 'product', firmware: 'wire' },
      port: { path },
      baud: 115_200,
      paced: false,
      onEvent: (event) => {
        if (event.kind === 'up') device.ups++;
        if (event.kind === 'message') {
          const downlink = decodeDownlink(event.bytes);
          assert.ok(downlink.ok, 'downlink.ok');
          device.heard.push(downlink.value);
          device.line?.release(event);
        }
        device.wake();
      },
      log: () => undefined,
    });
    await device.until(() => device.ups === 1);
    return device;
  }

  async until(fits: () => boolean): Promise<void> {
    while (!fits()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  put(channel: 'uplink' | 'log', bytes: Uint8Array): void {
    assert.equal(this.line?.send(channel, bytes).ok, true);
  }

  async connect(made: MadeDevice, secretKey: Uint8Array = made.secretKey): Promise<LineDownlink> {
    const before = this.heard.length;
    const scope = { type: 'bb-connect', direction: 'up', device: made.id } as const;
    const proof = seal(ConnectProof, { boot }, scope, secretKey, crypto);
    const will = sealState(made, stateOf(boot, false, 0));
    this.put('uplink', encodeUplink({ kind: 'connect', device: made.id, proof, will }));
    await this.until(() => this.heard.length > before);
    return this.heard[before];
  }

  async close(): Promise<void> {
    await this.line?.close();
  }
}

interface Scene {
  readonly ptys: Ptys;
  readonly gateway: RunningGateway;
  readonly device: WireDevice;
  readonly made: MadeDevice;
  readonly logged: string[];
}

async function withGateway(work: (scene: Scene) => Promise<void>): Promise<void> {
  const ptys = new Ptys();
  await ptys.plug();
  const logged: string[] = [];
  const gateway = await startGateway({
    port: 0,
    serial: { ports: [{ path: ptys.b }], baud: 115_200, paced: false },
    pace: { tickMs: 50 },
    log: (line) => logged.push(line),
  });
  const made = makeDevice(4711);
  await enrolIn(gateway.store, [made]);
  const device = await WireDevice.open(ptys.a);
  try {
    await work({ ptys, gateway, device, made, logged });
  } finally {
    await device.close();
    await gateway.close();
    await ptys.remove();
  }
}

test(
  'an enrolled device on a line: welcome, frames in, receipts back after the commit',
  { skip, timeout: 120_000 },
  () =>
    withGateway(async ({ gateway, device, made, logged }) => {
      const verdict = await device.connect(made);
      assert.deepEqual(verdict, { kind: 'verdict', verdict: 'welcome', reason: '' });
      const frames = driveFrames({ boot, frames: 5 });
      for (const frame of frames) {
        device.put('uplink', encodeUplink({ kind: 'signed', channel: 'frame', bytes: sealFrame(made, frame) }));
      }
      const covered = (): number =>
        Math.max(
          -1,
          ...device.heard.flatMap((one) => {
            if (one.kind !== 'signed' || one.channel !== 'receipt') return [];
            const scope = { type: 'bb-receipt', direction: 'dn', device: made.id } as const;
            const receipt = unseal(Receipt, one.bytes, scope, gateway.publicKey, crypto);
            return receipt.ok ? [receipt.value.through] : assert.fail('a receipt that no device would believe');
          }),
        );
      await device.until(() => covered() === 4);
      const { frames: counted } = await gateway.stats();
      assert.equal(counted.stored, 5);
      device.put('log', encodeOneOf(LOG_KINDS, { kind: 'line', atMs: 12, text: 'hello from a device' }));
      await device.connect(made);
      assert.ok(logged.includes('device: 12 ms: hello from a device'), logged.join('\n'));
    }),
);

test(
  'the enrolment rules are those of MQTT: nobody is let in who cannot prove an enrolled key',
  { skip, timeout: 120_000 },
  () =>
    withGateway(async ({ gateway, device, made }) => {
      device.put('uplink', encodeUplink({ kind: 'signed', channel: 'frame', bytes: filled(100, 1) }));
      const stranger = makeDevice(99);
      for (const [who, key] of [
        [stranger, stranger.secretKey],
        [made, stranger.secretKey],
      ] as const) {
        const verdict = await device.connect(who, key);
        assert.ok(verdict.kind === 'verdict' && verdict.verdict === 'refused', JSON.stringify(verdict));
        assert.match(verdict.reason, /bad-proof: is the device enrolled\?/);
      }
      await until(async () => (await gateway.stats()).refused['bad-proof'] === 2);
      const { refused, frames } = await gateway.stats();
      assert.deepEqual(refused, { 'no-credentials': 1, 'bad-proof': 2 });
      assert.equal(frames.stored, 0);
      assert.equal((await device.connect(made)).kind, 'verdict');
    }),
);

test(
  'when the line dies the will is published, and after it is back the device proves itself again',
  { skip, timeout: 120_000 },
  () =>
    withGateway(async ({ ptys, gateway, device, made }) => {
      const lastState = async (): Promise<string> => {
        const { states } = await gateway.store.facts({ frames: [], boots: [], trips: [], states: [made.id] });
        return toHex(states.get(made.id)?.hash ?? new Uint8Array(0));
      };
      await device.connect(made);
      const birth = sealState(made, stateOf(boot, true, 1000));
      device.put('uplink', encodeUplink({ kind: 'signed', channel: 'state', bytes: birth }));
      await until(async () => (await lastState()) === toHex(crypto.sha256(birth)));
      await ptys.unplug();
      const will = sealState(made, stateOf(boot, false, 0));
      await until(async () => (await lastState()) === toHex(crypto.sha256(will)));
      await ptys.plug();
      await device.until(() => device.ups === 2);
      const verdict = await device.connect(made);
      assert.deepEqual(verdict, { kind: 'verdict', verdict: 'welcome', reason: '' });
    }),
);

test('a port that is not there stops the gateway with one line', { skip, timeout: 120_000 }, async () => {
  const serial = { ports: [{ path: '/dev/not-there' }], baud: 115_200, paced: true };
  await assert.rejects(startGateway({ port: 0, serial }), (error) => {
    return error instanceof StartError && /^--serial: \/dev\/not-there is not there; plug it in/.test(error.message);
  });
});

/** Resolves once the store says so. */
async function until(fits: () => Promise<boolean>): Promise<void> {
  while (!(await fits())) await new Promise((resolve) => setTimeout(resolve, 20));
}
