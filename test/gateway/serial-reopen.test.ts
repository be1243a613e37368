import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type SerialPort, SerialPortMock } from 'serialport';
import { type PortAccess, SerialLine } from '../../gateway/edge/serial-line.ts';
import type { ListedPort } from '../../gateway/edge/serial-ports.ts';

after(() => SerialPortMock.binding.reset());

/** A machine of pretended ports: which are opened, and what their modem lines are told. */
class Machine {
  readonly told: string[] = [];
  private there: ListedPort[] = [];
  private port: SerialPort | null = null;
  private wake: () => void = () => undefined;

  readonly access: PortAccess = {
    list: async () => this.there,
    make: (path, baudRate) => {
      const port = new SerialPortMock({ path, baudRate, autoOpen: false }) as unknown as SerialPort;
      const set = port.set.bind(port);
      port.set = (lines, callback) => {
        this.tell(`${path} ${JSON.stringify(lines)}`);
        set(lines, callback);
      };
      const write = port._write.bind(port);
      port._write = (bytes, encoding, callback) => {
        this.tell(`${path} written`);
        write(bytes, encoding, callback);
      };
      this.port = port;
      return port;
    },
  };

  plug(path: string): void {
    SerialPortMock.binding.createPort(path);
    this.there = [{ path, vid: '0403', pid: '6001', serial: 'A5' }];
  }

  unplug(): void {
    this.there = [];
    this.port?.emit('error', new Error('unplugged'));
  }

  open(reset?: 'dtr' | 'rts'): Promise<SerialLine> {
    return SerialLine.open({
      self: { role: 'device', build: 'product', firmware: 'test' },
      port: { vid: '0403', serial: 'A5' },
      baud: 115_200,
      paced: true,
      reset,
      access: this.access,
      onEvent: () => undefined,
      log: (line) => this.tell(line),
    });
  }

  async says(line: string): Promise<void> {
    while (!this.told.includes(line)) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private tell(line: string): void {
    this.told.push(line);
    this.wake();
  }
}

test('the reset line is pulsed before anything is written', { timeout: 60_000 }, async () => {
  for (const reset of ['dtr', 'rts'] as const) {
    const machine = new Machine();
    const path = `/dev/mock-${reset}`;
    machine.plug(path);
    const line = await machine.open(reset);
    await machine.says(`${path} written`);
    await line.close();
    assert.deepEqual(machine.told.slice(0, 3), [
      `${path} {"dtr":${reset === 'dtr'},"rts":${reset === 'rts'}}`,
      `${path} {"dtr":false,"rts":false}`,
      `${path} written`,
    ]);
  }
});

test('an adapter that comes back under another name is found again and opened', { timeout: 60_000 }, async () => {
  const machine = new Machine();
  machine.plug('/dev/mock-first');
  const line = await machine.open();
  await machine.says('/dev/mock-first written');
  machine.unplug();
  await machine.says('serial: vid=0403,serial=A5: no port fits vid=0403,serial=A5; no USB port is plugged in');
  assert.equal(line.isOpen, false);
  machine.plug('/dev/mock-second');
  await machine.says('/dev/mock-second written');
  assert.equal(line.isOpen, true);
  await line.close();
  const logged = machine.told.filter((text) => text.startsWith('serial:'));
  assert.deepEqual(logged, [
    'serial: vid=0403,serial=A5: lost: unplugged; opening it again',
    'serial: vid=0403,serial=A5: no port fits vid=0403,serial=A5; no USB port is plugged in',
    'serial: vid=0403,serial=A5: open again',
  ]);
});
