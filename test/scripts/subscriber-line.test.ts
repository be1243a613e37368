import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { outsideBrokerLine, ownBrokerLine } from '../../scripts/subscriber-line.ts';

const skip = spawnSync('openssl', ['version']).error === undefined ? false : 'needs openssl';
const folder = mkdtempSync(join(tmpdir(), 'bordbox-line-'));
after(() => rmSync(folder, { recursive: true }));
const LOGIN = { name: 'insurer', password: 'secret' };

function selfSigned(name: string, ...more: readonly string[]): string {
  const file = join(folder, `${name}.pem`);
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...words, '-keyout', `${file}.key`, '-out', file, '-subj', `/CN=${name}`, ...more], {
    stdio: 'pipe',
  });
  return file;
}

test('on loopback: host, port, tenant and QoS 1', () => {
  assert.equal(
    ownBrokerLine({ host: '127.0.0.1', port: 1883 }, LOGIN),
    "mosquitto_sub -h 127.0.0.1 -p 1883 -u insurer -P secret -q 1 -t 'bb/1/out/insurer/#' -v",
  );
});

test('under TLS: a host that the certificate names, never all addresses, and the file to verify it with', {
  skip,
}, () => {
  const named = selfSigned('gw.example', '-addext', 'subjectAltName=DNS:*.example,DNS:edge.example,IP:192.0.2.1');
  const at = { host: '0.0.0.0', port: 8883 };
  assert.match(
    ownBrokerLine({ ...at, tlsCert: named }, LOGIN),
    /-h edge\.example -p 8883 --cafile \S+gw\.example\.pem -u/,
  );
  const common = selfSigned('plain.example');
  const line = ownBrokerLine({ ...at, tlsCert: common, tlsCa: common }, LOGIN);
  assert.match(line, /-h plain\.example .* --cert insurer\.pem --key insurer\.key -u insurer/);
  const foreign = ownBrokerLine({ ...at, tlsCert: named, tlsCa: common }, LOGIN);
  assert.match(foreign, /--cafile \S+gw\.example\.pem /);
});

test('an outside broker: its own port, without TLS and with it', () => {
  assert.match(outsideBrokerLine('mqtt://[::1]', undefined, 'insurer'), /-h ::1 -p 1883 -q 1/);
  assert.match(outsideBrokerLine('mqtts://b.example', undefined, 'insurer'), /-p 8883 --tls-use-os-certs -q 1/);
  assert.match(outsideBrokerLine('mqtts://b.example:99', 'ca.pem', 'insurer'), /-p 99 --cafile ca\.pem -q 1/);
});
