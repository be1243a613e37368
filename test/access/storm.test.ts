import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../simulator/rng.ts';
import { Street } from './street.ts';

/** Loss, repetition, reordering, power cuts and restarts, by the seed; then calm. */
async function storm(seed: number): Promise<{ street: Street; requests: string[] }> {
  const street = await Street.live({ seed });
  const luck = Rng.seeded(seed).fork('storm');
  const { courier, owner, station, body } = street;
  const { delivery, tan } = await street.order();
  const requests: string[] = [];
  const ask = (kind: 'unlock' | 'lock' | 'lights'): void => void requests.push(owner.ask({ kind, lifeS: 90 }));
  for (let step = 0; step < 40; step++) {
    const what = luck.int(10);
    if (what === 0) station.cutPower(luck.int(2000) + 1);
    else if (what === 1) street.restartGateway();
    else if (what === 2) street.underground = !street.underground;
    else if (what === 3) station.cutAtEffect = station.effects + luck.int(6);
    else if (what === 4) courier.beside(luck.int(2) === 0);
    else if (what === 5) body.closeLid();
    else if (what < 8) ask((['unlock', 'lock', 'lights'] as const)[luck.int(3)]);
    else requests.push(courier.ask({ kind: 'redeem', delivery, tan, lifeS: 90 }));
    await street.pass(luck.int(4000));
  }
  street.underground = false;
  station.cutAtEffect = null;
  station.powerOn();
  courier.beside(false);
  body.closeLid();
  await street.pass(240_000);
  return { street, requests };
}

test('whatever happens on the way, every request ends in one verdict, and one TAN opens at most once', async () => {
  const verdicts = new Map<string, number>();
  for (let seed = 1; seed <= 12; seed++) {
    const { street, requests } = await storm(seed);
    const { courier, owner, body } = street;
    const log = await street.log();
    for (const request of requests) {
      const finals = [...(owner.finals.get(request) ?? []), ...(courier.finals.get(request) ?? [])];
      const words = new Set(finals.map(({ verdict, reason }) => `${verdict} ${reason ?? ''}`));
      assert.equal(words.size, 1, `seed ${seed}: ${[...words].join(', ') || 'no verdict'}`);
      for (const word of words) verdicts.set(word, (verdicts.get(word) ?? 0) + 1);
    }
    assert.ok(body.unlatches <= 1, `seed ${seed}: ${body.unlatches} openings`);
    const opened = log.filter(
      (entry) =>
        entry.kind === 'outcome' && entry.what === 'trunk' && /executed|interrupted|no-motion/.test(entry.outcome),
    );
    assert.ok(opened.length >= body.unlatches && opened.length <= 1, `seed ${seed}: ${opened.length} in the log`);
    assert.deepEqual(body.violations, []);
  }
  assert.ok((verdicts.get('executed ') ?? 0) > 10, JSON.stringify([...verdicts]));
});
