import assert from 'node:assert/strict';
import test from 'node:test';
import { findPort, openAdvice, parsePortChoice, portText, SerialError } from '../../gateway/edge/serial-ports.ts';

const FTDI = { path: '/dev/ttyUSB0', vid: '0403', pid: '6001', serial: 'A50285BI', maker: 'FTDI' };
const SECOND = { ...FTDI, path: '/dev/ttyUSB1', serial: 'B7' };
const BUILT_IN = { path: '/dev/ttyS0' };

test('a port is named by its path, or by what is plugged in', () => {
  assert.deepEqual(parsePortChoice('/dev/ttyUSB0'), { path: '/dev/ttyUSB0' });
  assert.deepEqual(parsePortChoice('COM3'), { path: 'COM3' });
  assert.deepEqual(parsePortChoice('vid=0x403,pid=6001'), { vid: '0403', pid: '6001' });
  assert.deepEqual(parsePortChoice('vid=0403,pid=6001,serial=A=1'), { vid: '0403', pid: '6001', serial: 'A=1' });
  for (const wrong of ['', 'vid=zz', 'vid=', 'vid=04033', 'vid=0403;pid=1', 'vid=0403,path=/dev/x']) {
    assert.throws(
      () => parsePortChoice(wrong),
      (error) => error instanceof SerialError && error.kind === 'input',
      wrong,
    );
  }
});

test('a port that was plugged in elsewhere is found again by vendor, product and serial number', async () => {
  const list = async () => [BUILT_IN, FTDI, SECOND];
  assert.equal(await findPort(parsePortChoice('vid=0403,pid=6001,serial=B7'), list), '/dev/ttyUSB1');
  assert.equal(await findPort({ path: '/dev/other' }, list), '/dev/other');
  await assert.rejects(
    findPort(parsePortChoice('vid=0403'), list),
    /ttyUSB0 and \/dev\/ttyUSB1; add the serial number/,
  );
  await assert.rejects(
    findPort(parsePortChoice('vid=1a86'), list),
    /no port fits vid=1a86; plugged in: \/dev\/ttyUSB0 vid=0403,pid=6001,serial=A50285BI \(FTDI\)/,
  );
  await assert.rejects(
    findPort(parsePortChoice('serial=B8'), async () => [BUILT_IN]),
    /no USB port is plugged in/,
  );
  assert.equal(portText(BUILT_IN), '/dev/ttyS0');
});

test('what a port cannot be opened for is one line that says what to do', () => {
  const cases: readonly [string, RegExp, SerialError['kind']][] = [
    ['Error Resource temporarily unavailable Cannot lock port', /used by another program; close/, 'environment'],
    ['Error: No such file or directory, cannot open /dev/x', /not there; plug it in/, 'environment'],
    ['Error: Permission denied, cannot open /dev/x', /add your user to its group/, 'environment'],
    ['Error: Inappropriate ioctl for device setting custom baud rate', /no serial port/, 'input'],
    ['Error: something new', /cannot be opened: something new/, 'environment'],
  ];
  for (const [text, advice, kind] of cases) {
    const told = openAdvice('/dev/x', new Error(text));
    assert.match(told.message, advice);
    assert.equal(told.kind, kind);
    assert.ok(!told.message.includes('\n'), '!told.message.includes(n)');
  }
});
