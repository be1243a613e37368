import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import {
  BoxClock,
  BoxReport,
  BoxResult,
  DELIVERY_STATES,
  HAPPENINGS,
  Lease,
  NetworkTime,
  REFUSALS,
  REQUEST_KINDS,
  Reply,
  Request,
  VERDICTS,
} from '../../protocol/access-messages.ts';
import { ACCESS_RULES } from '../../protocol/access-rules.ts';
import { Checkpoint } from '../../protocol/audit-messages.ts';
import { signedBytesMax } from '../../protocol/cose.ts';
import { RULES } from '../../protocol/messages.ts';
import { Ferry, Grant, PairingTicket, Presence, ShortRange } from '../../protocol/near-messages.ts';
import { schemaText } from '../../scripts/cddl.ts';

const ALL_RULES = [...RULES, ...ACCESS_RULES, Checkpoint];

test('protocol/schema.cddl is what the declarations print', () => {
  const committed = readFileSync(new URL('../../protocol/schema.cddl', import.meta.url), 'utf8');
  assert.equal(committed, schemaText(), 'run: npm run cddl -- --write');
});

test('every rule that the schema uses is defined once', () => {
  const text = schemaText().replace(/;.*$/gm, '');
  for (const { rule, fields } of ALL_RULES) {
    assert.equal(text.match(new RegExp(`^${rule} = `, 'gm'))?.length, 1, rule);
    const keys = Object.values(fields).map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length, `${rule}: a key is used twice`);
  }
});

test('every message stays in the limits of its decoder, except a frame that nobody cut', () => {
  for (const { rule, maxBytes } of ALL_RULES) {
    if (['frame', 'samples', 'manifest'].includes(rule)) continue;
    assert.ok(maxBytes < 4096 - 128, `${rule}: ${maxBytes}`);
  }
});

/** A signed message that travels inside others. `bb-presence-ask` has the longest type name. */
const signedMax = (maxBytes: number): number => signedBytesMax(maxBytes) + 'presence-ask'.length;

test('a signed message that another one carries fits into it', () => {
  const room = Request.fields.grant.codec.maxBytes - 3;
  for (const { rule, maxBytes } of [Grant, PairingTicket, Presence, BoxClock, Lease, NetworkTime]) {
    assert.ok(signedMax(maxBytes) <= room, `${rule}: ${signedMax(maxBytes)} bytes where ${room} fit`);
  }
  for (const carrier of [ShortRange, Ferry]) {
    const space = carrier.fields.body.codec.maxBytes - 3;
    for (const { rule, maxBytes } of [BoxClock, BoxResult, BoxReport]) {
      assert.ok(signedMax(maxBytes) <= space, `${rule} in ${carrier.rule}: ${signedMax(maxBytes)}`);
    }
  }
  const keys = Reply.fields.lease.codec.maxBytes - 3;
  for (const { rule, maxBytes } of [Lease, NetworkTime]) assert.ok(signedMax(maxBytes) <= keys, rule);
});

test('docs/SPEC.md has a row for every field, with its key', () => {
  const spec = readFileSync(new URL('../../docs/SPEC.md', import.meta.url), 'utf8');
  for (const { rule, fields } of ALL_RULES) {
    const heading = spec.search(new RegExp(`^#+ (\\d+\\.\\d+ )?${rule}$`, 'm'));
    assert.ok(heading >= 0, `no heading for ${rule}`);
    const rows = [...spec.slice(heading).matchAll(/^\| *(-?\d+) *\| *(\w+) *\|/gm)].slice(
      0,
      Object.keys(fields).length,
    );
    const declared = Object.entries(fields).map(([name, { key }]) => `${key} ${name}`);
    assert.deepEqual(
      rows.map(([, key, name]) => `${key} ${name}`),
      declared,
      rule,
    );
  }
});

test('docs/SPEC.md names every reason, action, kind and happening with its code', () => {
  const spec = readFileSync(new URL('../../docs/SPEC.md', import.meta.url), 'utf8');
  for (const [name, code] of Object.entries(REFUSALS)) {
    assert.match(spec, new RegExp(`^\\| ${code} +\\| ${name} `, 'm'), name);
  }
  for (const [name, code] of Object.entries({ ...REQUEST_KINDS, ...HAPPENINGS, ...VERDICTS, ...DELIVERY_STATES })) {
    assert.ok(spec.includes(`\`${name}\` ${code}`), name);
  }
});
