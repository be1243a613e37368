import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import mqtt from 'mqtt';
import { startGateway } from '../../gateway/main.ts';
import { makeDevice } from './frame-maker.ts';
import { enrolIn } from './shell-rig.ts';
import { deviceLogin } from './wire-client.ts';

const skip = spawnSync('openssl', ['version']).error === undefined ? false : 'needs openssl';
const folder = mkdtempSync(join(tmpdir(), 'bordbox-tls-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const openssl = (...words: readonly string[]): void =>
  void execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });

/** A certificate for the common name, signed by the test CA. */
function certify(name: string, commonName: string): { key: Buffer; cert: Buffer } {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
  if (name === 'ca') openssl('req', '-x509', ...key, '-out', 'ca.pem', '-subj', `/CN=${commonName}`, '-days', '2');
  else {
    openssl('req', ...key, '-out', `${name}.csr`, '-subj', `/CN=${commonName}`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.pem`,
      '-days',
      '2',
    );
  }
  return { key: readFileSync(at(`${name}.key`)), cert: readFileSync(at(`${name}.pem`)) };
}

test('B9: TLS 1.3 with client certificates: the common name has to be the user name', { skip }, async () => {
  const [device, other] = [makeDevice(1), makeDevice(2)];
  const ca = certify('ca', 'test CA').cert;
  const [own, foreign] = [certify('own', device.id), certify('foreign', other.id)];
  const gateway = await startGateway({ host: '0.0.0.0', port: 0, tls: { ...certify('server', 'localhost'), ca } });
  await enrolIn(gateway.store, [device, other]);
  const connect = async (options: object): Promise<void> => {
    const client = await mqtt.connectAsync(
      `mqtts://localhost:${gateway.port}`,
      { ...deviceLogin(device), reconnectPeriod: 0, ca, ...options },
      false,
    );
    await client.endAsync();
  };
  await connect(own);
  await assert.rejects(connect(foreign), /Not authorized/);
  await assert.rejects(connect({}));
  await assert.rejects(connect({ ...own, maxVersion: 'TLSv1.2' }));
  assert.deepEqual((await gateway.close()).refused, { certificate: 1 });
});
