import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusalLog } from '../../gateway/edge/refusal-log.ts';
import { makeDevice } from './frame-maker.ts';

test('a refused client is named once for each reason, and what it calls itself is not believed', () => {
  const lines: string[] = [];
  const refusals = new RefusalLog((line) => lines.push(line));
  const { id } = makeDevice(1);
  for (let i = 0; i < 3; i++) {
    refusals.refused('bad-proof', id);
    refusals.refused('certificate', id);
    refusals.refused('bad-proof', makeDevice(2).id);
    refusals.refused('bad-password', `\u001b[2J${i}`);
  }
  assert.equal(lines.length, 4);
  assert.match(lines[0], new RegExp(`^gateway: ${id} refused .bad-proof.: it is not enrolled here`));
  assert.match(lines[3], /^gateway: a client refused/);
});

test('names without end are not remembered without end', () => {
  const lines: string[] = [];
  const refusals = new RefusalLog((line) => lines.push(line));
  for (let i = 0; i < 5000; i++) refusals.refused('bad-password', `name-${i}`);
  assert.equal(lines.length, 1000);
});
