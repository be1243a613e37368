import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { dataFolder } from '../../gateway/edge/data-folder.ts';
import { secretFromFile } from '../../gateway/edge/key-file.ts';
import { bordbox, type Ended } from '../acceptance/bordbox.ts';
import { ADA, BEN, inFile, PrivacyRig } from './privacy-rig.ts';

const data = mkdtempSync(join(tmpdir(), 'bordbox-privacy-'));
after(() => rmSync(data, { recursive: true }));

function privacy(...words: readonly string[]): Promise<Ended> {
  return bordbox('privacy', ...words, '--data', data);
}

function printed({ stdout }: Ended) {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

test('B105, B107, B109, B112, B113: an operator exercises rights of persons while the gateway holds the folder', async () => {
  const folder = dataFolder(data);
  for (const file of [folder.gatewayKey, folder.tenantKey('insurer')]) secretFromFile(file);
  const rig = new PrivacyRig(inFile(folder.database));
  await rig.fill();
  const verified = ['--verified', 'ID card'];

  const trips = await privacy('trips', ADA.id, '--json');
  assert.equal(trips.code, 0, trips.stderr);
  assert.deepEqual(printed(trips).rows.length, 2);
  assert.deepEqual(Object.keys(printed(trips).rows[0]).sort(), ['end', 'km', 'start']);
  const insurer = printed(await privacy('trips', ADA.id, '--view', 'insurer-appdrivex', '--json'));
  assert.deepEqual(
    [insurer.requirement, Object.keys(insurer.rows[0]).sort()],
    ['E35', ['km', 'points', 'total', 'trips']],
  );

  const out = join(data, 'mine.json');
  assert.equal((await privacy('export', ADA.id, ...verified, '--out', out)).code, 0);
  assert.equal(JSON.parse(readFileSync(out, 'utf8')).data.trips.length, 2);

  const restricted = printed(await privacy('restrict', ADA.id, '--ground', 'accuracy', ...verified, '--json'));
  assert.equal(restricted.restricted.ground, 'accuracy');
  assert.deepEqual([...(await rig.stores.privacy.stopped())], [ADA.id]);
  const kept = await privacy('erase', ADA.id, ...verified);
  assert.deepEqual([kept.code, /lift the restriction/.test(kept.stderr)], [1, true]);
  assert.equal((await privacy('unrestrict', ADA.id, ...verified)).code, 0);

  assert.equal((await privacy('consent', ADA.id, '--give', '2026-01', ...verified)).code, 0);
  const withdrawn = printed(await privacy('consent', ADA.id, '--withdraw', ...verified, '--json'));
  assert.deepEqual([withdrawn.telematics, withdrawn.consents.length], [false, 2]);
  const unverified = await privacy('consent', ADA.id, '--give', '2');
  assert.deepEqual([unverified.code, /--verified/.test(unverified.stderr)], [1, true]);
  assert.equal((await privacy('erase', ADA.id)).code, 2);

  const erased = await privacy('erase', ADA.id, ...verified, '--json');
  assert.deepEqual([erased.code, printed(erased).scoured, printed(erased).removed.trips], [0, true, 2]);
  assert.ok(
    !readFileSync(folder.database).includes(ADA.id) && !readFileSync(`${folder.database}-wal`).includes(ADA.id),
  );
  const gone = await privacy('trips', ADA.id);
  assert.deepEqual([gone.code, /no such device/.test(gone.stderr)], [1, true]);

  assert.equal((await privacy('retention', BEN.id, '--contract-end', '2019-01-01', ...verified)).code, 0);
  assert.equal(printed(await privacy('retention', '--json')).anonymised, 1);
  assert.equal((await rig.stores.privacy.statistics()).length > 0, true);
  await rig.close();
});

test('a folder that is none of a gateway, and half a sentence, are told in one line', async () => {
  for (const [words, code] of [
    [['trips', 'x', '--data', join(data, 'none')], 2],
    [['retention', 'x', '--data', data], 2],
    [['restrict', 'x', '--ground', 'mood', '--verified', 'v', '--data', data], 2],
  ] as const) {
    const ended = await bordbox('privacy', ...words);
    assert.equal(ended.code, code, ended.stderr);
    assert.equal(ended.stderr.trimEnd().split('\n').length, 1);
  }
});
