import { readFileSync } from 'node:fs';
import { tlsFlaw } from '../gateway/edge/listener.ts';
import { CommandError, EXIT } from './exit.ts';

export interface TlsWords {
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

export interface TlsTexts {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The PEM files of a client's options; undefined when none is named. */
export function tlsTexts(command: string, { tlsCa, tlsCert, tlsKey }: TlsWords): TlsTexts | undefined {
  if (tlsCa === undefined && tlsCert === undefined && tlsKey === undefined) return undefined;
  const text = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : readFileSync(file, 'utf8');
  const tls = { ca: text(tlsCa), cert: text(tlsCert), key: text(tlsKey) };
  // OpenSSL passes over what is no certificate, and then trusts nobody.
  const emptyCa = tls.ca !== undefined && !tls.ca.includes('-----BEGIN ');
  const flaw = emptyCa ? 'no certificate of a CA' : tlsFlaw(tls);
  if (flaw === null) return tls;
  throw new CommandError(EXIT.usage, `${command}: the TLS files cannot be used (${flaw}); give PEM files`);
}
