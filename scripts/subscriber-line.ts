/** The command with which a person watches the backend plane, ready to be pasted. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { backendFilter } from '../protocol/topics.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number | null;
  readonly tlsCert?: string;
  readonly tlsCa?: string;
}

interface Login {
  readonly name: string;
  readonly password: string;
}

/** At QoS 1: mosquitto_sub asks for QoS 0 by itself, and then loses what is under way. */
function line(words: string, tenant: string): string {
  return `mosquitto_sub ${words} -q 1 -t '${backendFilter(tenant)}' -v`;
}

/** For the gateway's own broker. With TLS the host is one that the certificate names. */
export function ownBrokerLine({ host, port, tlsCert, tlsCa }: ListenAddress, { name, password }: Login): string {
  if (tlsCert === undefined) return line(`-h ${reachable(host)} -p ${port} -u ${name} -P ${password}`, name);
  const certificate = new X509Certificate(readFileSync(tlsCert));
  const cafile = caFileOf(certificate, tlsCert, tlsCa);
  // With a CA for devices, everybody shows a certificate, whose common name is the user name.
  const own = tlsCa === undefined ? '' : ` --cert ${name}.pem --key ${name}.key`;
  const at = `-h ${nameIn(certificate) ?? reachable(host)} -p ${port} --cafile ${cafile}`;
  return line(`${at}${own} -u ${name} -P ${password}`, name);
}

/** For an outside broker, whose users are its own business. */
export function outsideBrokerLine(broker: string, tlsCa: string | undefined, tenant: string): string {
  const url = new URL(broker);
  const secure = url.protocol === 'mqtts:';
  const trust = tlsCa === undefined ? '--tls-use-os-certs' : `--cafile ${tlsCa}`;
  const port = url.port === '' ? (secure ? '8883' : '1883') : url.port;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return line(`-h ${host} -p ${port}${secure ? ` ${trust}` : ''}`, tenant);
}

/** Nobody connects to "all addresses". */
function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? hostname() : host;
}

function nameIn(certificate: X509Certificate): string | null {
  const alternative = /(?:^|, )(?:DNS|IP Address):([^,*\s]+)/.exec(certificate.subjectAltName ?? '');
  const common = /(?:^|\n)CN=([^\n*\s]+)/.exec(certificate.subject);
  return alternative?.[1] ?? common?.[1] ?? null;
}

/** Who signed the gateway's certificate, as far as the files at hand say. */
function caFileOf(certificate: X509Certificate, certFile: string, caFile: string | undefined): string {
  if (caFile !== undefined && certificate.checkIssued(new X509Certificate(readFileSync(caFile)))) return caFile;
  return certificate.checkIssued(certificate) ? certFile : `CA-OF-${certFile.replace(/^.*\//, '')}`;
}
