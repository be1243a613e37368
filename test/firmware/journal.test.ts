import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FACTORY_SETTINGS } from '../../firmware/settings.ts';
import { DROPPED_MAX } from '../../protocol/messages.ts';
import { type Fault, NorFlash, PowerCut } from '../../simulator/flash.ts';
import { droppedFrames, eventFrame, frameName, liveFrames, newFlash, openJournal, SMALL } from './journal-rig.ts';

test('a frame stays until it is done, over resets, in the order of writing', () => {
  const flash = newFlash();
  const journal = openJournal(flash, 1);
  for (let i = 0; i < 3; i++) journal.closeFrame(eventFrame(journal, i));
  const second = journal.nextLive('content', journal.nextLive('content', null));
  assert.ok(second);
  journal.markDone(second);
  assert.equal(journal.waiting, 2);
  const again = openJournal(flash, 2);
  assert.equal(again.waiting, 2);
  assert.deepEqual(
    liveFrames(again).map(({ startMs }) => startMs),
    [0, 2],
  );
});

test('full flash: each frame is there or a gap frame stands for it, whatever the number of boots', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 12 }), (framesPerBoot) => {
      const flash = newFlash();
      const names: string[] = [];
      let journal = openJournal(flash, 0);
      for (const [boot, count] of framesPerBoot.entries()) {
        journal = openJournal(flash, boot + 1);
        for (let i = 0; i < count; i++) {
          const frame = eventFrame(journal);
          journal.closeFrame(frame);
          names.push(frameName(frame));
        }
      }
      const live = liveFrames(journal);
      assert.equal(journal.waiting, live.length);
      const there = new Set([...live.map(frameName), ...droppedFrames(live)]);
      assert.deepEqual(
        names.filter((name) => !there.has(name)),
        [],
      );
    }),
  );
});

test('hundreds of boots with a frame each: the ring goes on, and no gap frame has more ranges than the wire allows', () => {
  const flash = newFlash();
  for (let boot = 0; boot < 400; boot++) {
    const journal = openJournal(flash, boot % 251);
    journal.closeFrame(eventFrame(journal));
    const live = liveFrames(journal);
    const content = live.filter(({ dropped }) => dropped === undefined);
    assert.equal(
      frameName(content[content.length - 1]),
      frameName({ boot: new Uint8Array(16).fill(boot % 251), seq: 0 }),
    );
    assert.ok(live.every(({ dropped }) => (dropped?.length ?? 0) <= DROPPED_MAX));
  }
  assert.ok(flash.erasesPerSector.every((erases) => erases > 10));
});

test('a frame is given up once, whatever the operation at which the power goes', () => {
  for (let operation = 0; operation < 40; operation++) {
    const flash = newFlash(operation);
    const journal = openJournal(flash, 1);
    for (let i = 0; i < 30; i++) journal.closeFrame(eventFrame(journal));
    flash.cutAt = { operation: flash.operations + operation, damage: 'clean' };
    assert.throws(() => {
      for (;;) journal.closeFrame(eventFrame(journal));
    }, PowerCut);
    const ranges = liveFrames(openJournal(flash, 2)).flatMap(({ dropped }) => dropped ?? []);
    const names = ranges.flatMap(({ boot, from, count }) =>
      Array.from({ length: count }, (_, i) => frameName({ boot, seq: from + i })),
    );
    assert.equal(names.length, new Set(names).size, `cut at ${operation}`);
  }
});

test('settings that do not change cost no flash, and each sector brings the newest along', () => {
  const flash = newFlash();
  const journal = openJournal(flash, 1);
  const settings = { trips: 7, engineSeen: true };
  journal.saveSettings(settings);
  const { operations } = flash;
  for (let i = 0; i < 100; i++) journal.saveSettings({ ...settings });
  assert.equal(flash.operations, operations);
  for (let i = 0; i < 60; i++) journal.closeFrame(eventFrame(journal));
  assert.ok(
    flash.erasesPerSector.every((erases) => erases > 1),
    'no sector is left of those days',
  );
  assert.deepEqual(openJournal(flash, 2).settings, settings);
});

test('settings that change all the time do not push frames out unseen', () => {
  const flash = newFlash();
  const journal = openJournal(flash, 1);
  const frame = eventFrame(journal);
  journal.closeFrame(frame);
  for (let trips = 0; trips < 500; trips++) journal.saveSettings({ trips, engineSeen: true });
  const live = liveFrames(journal);
  assert.ok(new Set([...live.map(frameName), ...droppedFrames(live)]).has(frameName(frame)));
});

test('a flash with anything in it becomes a journal', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('noise', 'zeros', 'sparse', 'ours, cut off'), (seed, kind) => {
      const flash = newFlash(seed);
      const image = flash.image();
      if (kind === 'ours, cut off') {
        const before = openJournal(flash, 9);
        for (let i = 0; i < 30; i++) before.closeFrame(eventFrame(before));
        image.set(flash.image());
        image.fill(0xff, seed % image.length);
      } else {
        let state = seed | 1;
        for (let i = 0; i < image.length; i++) {
          state = (Math.imul(state, 1103515245) + 12345) >>> 0;
          if (kind === 'zeros') image[i] = 0;
          else if (kind === 'noise' || state % 97 === 0) image[i] = state >>> 16;
        }
      }
      flash.load(image);
      const journal = openJournal(flash, 1);
      const names = Array.from({ length: 5 }, () => {
        const frame = eventFrame(journal);
        journal.closeFrame(frame);
        return frameName(frame);
      });
      const live = liveFrames(openJournal(flash, 2));
      const there = new Set([...live.map(frameName), ...droppedFrames(live)]);
      assert.ok(names.every((name) => there.has(name)));
      assert.ok(live.map(frameName).includes(names[4]));
      if (kind !== 'ours, cut off') assert.deepEqual(journal.settings, FACTORY_SETTINGS);
    }),
  );
});

test('a frame that no sector can hold is counted, and nothing else is lost for it', () => {
  const flash = new NorFlash({ ...SMALL, sectorBytes: 512 });
  const journal = openJournal(flash, 1);
  journal.closeFrame(eventFrame(journal));
  const { occurrences } = eventFrame(journal, 1_000_000_000);
  journal.closeFrame({ ...eventFrame(journal), occurrences: new Array(32).fill(occurrences[0]) });
  assert.equal(journal.stats.recordsLost, 1);
  assert.equal(liveFrames(journal).length, 1);
});

test('sectors that wear out, one after the other, do not stop the device', () => {
  const faults: Fault[] = ['no-erase', 'stuck-low', 'stuck-high'];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...faults), { minLength: SMALL.sectors, maxLength: SMALL.sectors }),
      (order) => {
        const flash = newFlash();
        for (let worn = 0; worn <= SMALL.sectors; worn++) {
          if (worn > 0) flash.wearOut(worn - 1, order[worn - 1]);
          const journal = openJournal(flash, worn);
          const names: string[] = [];
          for (let i = 0; i < 25; i++) {
            const frame = eventFrame(journal);
            journal.closeFrame(frame);
            names.push(frameName(frame));
          }
          const live = liveFrames(journal);
          const there = new Set([...live.map(frameName), ...droppedFrames(live)]);
          // With fewer sound sectors a gap frame may find no place before the next is given up.
          if (worn <= SMALL.sectors - 4)
            assert.ok(
              names.every((name) => there.has(name)),
              `${worn} worn`,
            );
        }
      },
    ),
    { numRuns: 50 },
  );
});
