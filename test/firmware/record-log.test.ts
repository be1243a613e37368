import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NONE, RecordLog } from '../../firmware/record-log.ts';
import { type Damage, NorFlash, PowerCut } from '../../simulator/flash.ts';
import { Rng } from '../../simulator/rng.ts';

const GEOMETRY = { sectorBytes: 256, pageBytes: 32, sectors: 5 };
const TYPE = 7;

/** Ready for records. */
function openLog(flash: NorFlash): RecordLog {
  const log = new RecordLog(flash);
  log.mount();
  if (log.current !== NONE) return log;
  while (log.cleanSectors < 2) log.erase(log.nextToErase());
  assert.ok(log.openNext(1, Uint8Array.of(0)));
  return log;
}

function contents(log: RecordLog): string[] {
  return log
    .sectors()
    .flatMap((sector) => [...log.recordsIn(sector)])
    .filter(({ type }) => type === TYPE)
    .map(({ payload, live }) => `${[...payload].join(' ')}${live ? '' : ' done'}`);
}

const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 });

function appendAll(log: RecordLog, records: readonly Uint8Array[]): Uint8Array[] {
  return records.filter((record) => log.fits(record.length) && log.append(TYPE, record) !== NONE);
}

test('records are read back in their order, whatever their bytes, before and after a reset', () => {
  fc.assert(
    fc.property(payloads, (records) => {
      const flash = new NorFlash(GEOMETRY);
      const log = openLog(flash);
      const kept = appendAll(log, records).map((record) => [...record].join(' '));
      assert.deepEqual(contents(log), kept);
      assert.deepEqual(contents(openLog(flash)), kept);
    }),
  );
});

test('a record that is done stays done, and its neighbours stay live', () => {
  const flash = new NorFlash(GEOMETRY);
  const log = openLog(flash);
  const [first, second] = [log.append(TYPE, Uint8Array.of(1)), log.append(TYPE, Uint8Array.of(0xff))];
  assert.ok(log.markDone(first));
  assert.deepEqual(contents(openLog(flash)), ['1 done', '255']);
  assert.deepEqual(openLog(flash).recordAt(second)?.payload, Uint8Array.of(0xff));
});

test('after a cut all that was written is there; what was being written is there or not, and stays so', () => {
  const damages: Damage[] = ['clean', 'torn', 'rotten'];
  fc.assert(
    fc.property(payloads, fc.nat(30), fc.constantFrom(...damages), fc.nat(), (records, operation, damage, seed) => {
      const flash = new NorFlash(GEOMETRY, Rng.seeded(seed));
      const log = openLog(flash);
      flash.cutAt = { operation: flash.operations + operation, damage };
      const kept: string[] = [];
      let coming = '';
      try {
        for (const record of records) {
          coming = [...record].join(' ');
          if (log.fits(record.length) && log.append(TYPE, record) !== NONE) kept.push(coming);
        }
        return;
      } catch (error) {
        assert.ok(error instanceof PowerCut);
      }
      let decided: string[] | null = null;
      for (let boot = 0; boot < 4; boot++) {
        flash.powerCycle();
        const again = openLog(flash);
        const found = contents(again);
        decided ??= found.length > kept.length ? [...kept, coming] : kept;
        assert.deepEqual(found, decided);
        const next = Uint8Array.of(boot);
        if (!again.fits(1)) return;
        assert.notEqual(again.append(TYPE, next), NONE);
        decided = [...decided, `${boot}`];
      }
    }),
    { numRuns: 1000 },
  );
});

test('a sector whose erase was cut is neither taken for one in use nor for a clean one', () => {
  const damages: Damage[] = ['clean', 'torn', 'rotten'];
  fc.assert(
    fc.property(fc.constantFrom(...damages), fc.nat(2), fc.nat(), (damage, operation, seed) => {
      const flash = new NorFlash(GEOMETRY, Rng.seeded(seed));
      const log = openLog(flash);
      appendAll(log, [new Uint8Array(100).fill(0x55)]);
      assert.ok(log.openNext(1, Uint8Array.of(1)));
      flash.cutAt = { operation: flash.operations + operation, damage };
      assert.throws(() => log.erase(0), PowerCut);
      flash.powerCycle();
      const again = openLog(flash);
      assert.ok(again.generation(0) < 0 || operation === 0);
      while (again.cleanSectors < 2) assert.ok(again.erase(again.nextToErase()));
      assert.ok(again.openNext(1, Uint8Array.of(2)));
      assert.notEqual(again.append(TYPE, new Uint8Array(150).fill(0xaa)), NONE);
      flash.powerCycle();
      assert.equal(openLog(flash).recordsIn(again.current).next().value?.payload[0], 2);
      assert.equal(contents(openLog(flash)).at(-1), new Array(150).fill(0xaa).join(' '));
    }),
    { numRuns: 500 },
  );
});

test('a header whose CRC was not yet programmed is no record, even before a payload that looks right', () => {
  const flash = new NorFlash(GEOMETRY);
  const log = openLog(flash);
  const address = log.append(TYPE, Uint8Array.of(1)) + 13;
  // Four bytes 0xff have the CRC 0xffffffff.
  flash.program(address, Uint8Array.of(TYPE, TYPE ^ 4 ^ 0x5a, 4, 0));
  assert.equal(log.recordAt(address), null);
  assert.deepEqual(contents(openLog(flash)), ['1']);
});

test('a length that is garbage is no record', () => {
  const flash = new NorFlash(GEOMETRY);
  const log = openLog(flash);
  const address = log.append(TYPE, Uint8Array.of(1, 2, 3));
  // A header whose check is right.
  flash.program(address + 15, Uint8Array.of(TYPE, TYPE ^ 0x5a, 0xff, 0xff, 1, 2, 3, 4));
  assert.equal(log.recordAt(address + 15), null);
  assert.equal(log.recordAt(GEOMETRY.sectorBytes - 12), null);
  const again = openLog(flash);
  assert.deepEqual(contents(again), ['1 2 3']);
  assert.ok(!again.fits(0), 'it claims the rest of the sector');
  assert.ok(again.openNext(1, Uint8Array.of(0)));
});

test('a sector that cannot be erased is left out; one that cannot be programmed gives no address', () => {
  const flash = new NorFlash(GEOMETRY);
  flash.wearOut(1, 'no-erase');
  flash.program(1 * 256 + 50, Uint8Array.of(0));
  flash.wearOut(3, 'stuck-high');
  const log = openLog(flash);
  assert.deepEqual([log.generation(0), log.cleanSectors], [0, 1]);
  assert.ok(log.erase(log.nextToErase()));
  assert.ok(log.openNext(1, Uint8Array.of(1)));
  assert.ok(log.openNext(1, Uint8Array.of(0xff)), 'the cells that these bytes need are sound');
  assert.equal(log.current, 3);
  assert.equal(log.append(TYPE, new Uint8Array(200)), NONE);
  assert.ok(!log.fits(0));
  assert.deepEqual(contents(openLog(flash)), []);
});

test('a boot without a record takes no flash, and a boot with one does not touch the page of the one before', () => {
  const flash = new NorFlash(GEOMETRY);
  openLog(flash).append(TYPE, Uint8Array.of(1));
  // The first boot confirms the record.
  openLog(flash);
  const before = flash.image();
  for (let boot = 0; boot < 5; boot++) openLog(flash);
  assert.deepEqual(flash.image(), before);
  const address = openLog(flash).append(TYPE, Uint8Array.of(2));
  assert.equal(address % GEOMETRY.pageBytes, 0);
  assert.deepEqual(contents(openLog(flash)), ['1', '2']);
});
