import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SerialLine, type SerialLineOptions } from '../../gateway/edge/serial-line.ts';
import { SerialError } from '../../gateway/edge/serial-ports.ts';
import { probePort } from '../../gateway/edge/serial-probe.ts';
import type { LineEvent } from '../../protocol/serial-events.ts';
import { Ptys, withoutSocat } from './serial-pty.ts';

const skip = withoutSocat;

/** One end, and everything that it heard. */
class End {
  readonly events: LineEvent[] = [];
  readonly logged: string[] = [];
  line: SerialLine | null = null;
  private wake: () => void = () => undefined;

  static async open(path: string, role: 'device' | 'host', more: Partial<SerialLineOptions> = {}): Promise<End> {
    const end = new End();
    end.line = await SerialLine.open({
      self: { role, build: 'product', firmware: 'test' },
      port: { path },
      baud: 115_200,
      paced: false,
      onEvent: (event) => {
        end.events.push(event);
        if (event.kind === 'message') end.line?.release(event);
        end.wake();
      },
      log: (line) => {
        end.logged.push(line);
        end.wake();
      },
      ...more,
    });
    return end;
  }

  async until(fits: () => boolean): Promise<void> {
    while (!fits()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  hears(kind: LineEvent['kind'], times = 1): Promise<void> {
    return this.until(() => this.events.filter((event) => event.kind === kind).length >= times);
  }
}

async function withPtys(work: (ptys: Ptys, ends: End[]) => Promise<void>): Promise<void> {
  const ptys = new Ptys();
  const ends: End[] = [];
  await ptys.plug();
  try {
    await work(ptys, ends);
  } finally {
    for (const end of ends) await end.line?.close();
    await ptys.remove();
  }
}

test('two ends on a pty find each other and messages go both ways, in order', { skip, timeout: 120_000 }, () =>
  withPtys(async (ptys, ends) => {
    const host = await End.open(ptys.b, 'host');
    const device = await End.open(ptys.a, 'device');
    ends.push(host, device);
    await Promise.all([host.hears('up'), device.hears('up')]);
    for (let i = 0; i < 60; i++) {
      assert.equal(device.line?.send('uplink', new Uint8Array(260).fill(i)).ok, true);
      if (i < 30) assert.equal(host.line?.send('downlink', new Uint8Array(200).fill(i)).ok, true);
    }
    await Promise.all([host.hears('message', 60), device.hears('message', 30)]);
    const firsts = (end: End): number[] =>
      end.events.flatMap((event) => (event.kind === 'message' ? [event.bytes[0]] : []));
    assert.deepEqual(
      firsts(host),
      Array.from({ length: 60 }, (_, i) => i),
    );
    assert.deepEqual(
      firsts(device),
      Array.from({ length: 30 }, (_, i) => i),
    );
  }),
);

test('a port is opened for one program alone, and one that is not there is said so', { skip, timeout: 120_000 }, () =>
  withPtys(async (ptys, ends) => {
    ends.push(await End.open(ptys.a, 'host'));
    await assert.rejects(End.open(ptys.a, 'host'), (error) => {
      return (
        error instanceof SerialError && error.kind === 'environment' && /used by another program/.test(error.message)
      );
    });
    await assert.rejects(End.open(`${ptys.a}-not`, 'host'), /is not there; plug it in/);
    await assert.rejects(End.open('/dev/null', 'host'), SerialError);
  }),
);

test(
  'a dead peer is noticed without a busy loop, the port is opened again, and the two ends go on',
  { skip, timeout: 120_000 },
  () =>
    withPtys(async (ptys, ends) => {
      const host = await End.open(ptys.b, 'host');
      const device = await End.open(ptys.a, 'device');
      ends.push(host, device);
      await Promise.all([host.hears('up'), device.hears('up')]);
      await ptys.unplug();
      await Promise.all([host.hears('down'), device.hears('down')]);
      assert.equal(host.line?.isOpen, false);
      const before = performance.eventLoopUtilization();
      await host.until(() => host.logged.some((line) => /is not there/.test(line)));
      // A loop that spins never waits; the compiler's own threads and a slow machine do not count.
      const { utilization } = performance.eventLoopUtilization(before);
      assert.ok(utilization < 0.95, `the loop was busy for ${Math.round(100 * utilization)} % of the time`);
      await ptys.plug();
      await Promise.all([host.hears('up', 2), device.hears('up', 2)]);
      assert.equal(host.logged.filter((line) => /is not there/.test(line)).length, 1, 'said once');
      const ups = host.events.filter((event) => event.kind === 'up');
      assert.deepEqual(
        ups.map(({ resumed }) => resumed),
        [false, true],
      );
      assert.equal(device.line?.send('uplink', Uint8Array.of(1)).ok, true);
      await host.hears('message');
    }),
);

test(
  'an end that goes away without a word is noticed, also where its port stays open',
  { skip, timeout: 120_000 },
  () =>
    withPtys(async (ptys, ends) => {
      const host = await End.open(ptys.b, 'host');
      const device = await End.open(ptys.a, 'device');
      ends.push(host, device);
      await host.hears('up');
      await device.line?.close();
      await host.hears('down');
      const downs = host.events.filter((event) => event.kind === 'down');
      assert.deepEqual(
        downs.map(({ reason }) => reason),
        ['silent'],
      );
    }),
);

test(
  'a reset line that a port does not have is said, and the line comes up all the same',
  { skip, timeout: 120_000 },
  () =>
    withPtys(async (ptys, ends) => {
      const host = await End.open(ptys.b, 'host', { reset: 'dtr' });
      ends.push(host, await End.open(ptys.a, 'device'));
      assert.match(host.logged[0], /has no modem lines; the device is not reset/);
      await host.hears('up');
    }),
);

test(
  'who answers on a port: a device, bytes that are none of ours, nobody, or no port',
  { skip, timeout: 120_000 },
  () =>
    withPtys(async (ptys, ends) => {
      assert.deepEqual(await probePort({ path: ptys.b }, 115_200, 300), { answer: 'nothing' });
      const device = await End.open(ptys.a, 'device');
      ends.push(device);
      const probed = await probePort({ path: ptys.b }, 115_200, 10_000);
      assert.ok(probed.answer === 'device', JSON.stringify(probed));
      assert.deepEqual([probed.version, probed.hello.build, probed.hello.firmware], [1, 'product', 'test']);
      await device.line?.close();
      const other = await End.open(ptys.a, 'device', {
        self: { role: 'device', build: 'product', firmware: 'newer', versionMin: 7, versionMax: 9 },
      });
      ends.push(other);
      const newer = await probePort({ path: ptys.b }, 115_200, 10_000);
      assert.ok(newer.answer === 'incompatible' && newer.reason === 'version', JSON.stringify(newer));
      await other.line?.close();
      const closed = await probePort({ path: `${ptys.b}-not` }, 115_200, 100);
      assert.ok(
        closed.answer === 'closed' && /is not there/.test(closed.reason),
        'closed.answer === closed && /is not there/.test(closed.reason)',
      );
    }),
);
