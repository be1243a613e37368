import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { RULES } from '../../protocol/messages.ts';
import { schemaText } from '../../scripts/cddl.ts';

test('protocol/schema.cddl is what the declarations print', () => {
  const committed = readFileSync(new URL('../../protocol/schema.cddl', import.meta.url), 'utf8');
  assert.equal(committed, schemaText(), 'run: npm run cddl -- --write');
});

test('every rule that the schema uses is defined once', () => {
  const text = schemaText().replace(/;.*$/gm, '');
  for (const { rule, fields } of RULES) {
    assert.equal(text.match(new RegExp(`^${rule} = `, 'gm'))?.length, 1, rule);
    const keys = Object.values(fields).map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length, `${rule}: a key is used twice`);
  }
});

test('every message stays in the limits of its decoder, except a frame that nobody cut', () => {
  for (const { rule, maxBytes } of RULES) {
    if (['frame', 'samples', 'manifest'].includes(rule)) continue;
    assert.ok(maxBytes < 4096 - 128, `${rule}: ${maxBytes}`);
  }
});

test('docs/SPEC.md has a row for every field, with its key', () => {
  const spec = readFileSync(new URL('../../docs/SPEC.md', import.meta.url), 'utf8');
  for (const { rule, fields } of RULES) {
    const heading = spec.search(new RegExp(`^#+ (\\d\\.\\d )?${rule}$`, 'm'));
    assert.ok(heading >= 0, `no heading for ${rule}`);
    const rows = [...spec.slice(heading).matchAll(/^\| *(\d+) *\| *(\w+) *\|/gm)].slice(0, Object.keys(fields).length);
    const declared = Object.entries(fields).map(([name, { key }]) => `${key} ${name}`);
    assert.deepEqual(
      rows.map(([, key, name]) => `${key} ${name}`),
      declared,
      rule,
    );
  }
});
