/** Says who was not let in and what to look at: once for each who and why, since a client that is refused comes back for ever. */

import { isTenantName } from '../core/backend.ts';
import type { RefusalReason } from '../core/drop-reason.ts';

/** Names are the clients' own, so that their number has no bound of its own. */
const SAID_MAX = 1000;

const ADVICE: Readonly<Record<RefusalReason, string>> = {
  'no-credentials': 'it gave no user name and password',
  'client-id': 'its client id is that of another device',
  'bad-proof': 'it is not enrolled here, it is revoked, or its key is not the enrolled one',
  'bad-password': 'there is no such tenant here, or the password is another one',
  certificate: 'the common name of its certificate is not its user name',
  subscription: 'it may not read what it asked for',
  'not-connect': 'it does not speak MQTT; is it TLS on a port without, or the reverse?',
  'bad-length': 'it does not speak MQTT 3.1.1',
  'packet-too-large': 'its packet is larger than any of this plane',
  'bad-publish': 'it does not speak MQTT 3.1.1',
  protocol: 'it does not speak MQTT 3.1.1',
};

export class RefusalLog {
  private readonly log: (line: string) => void;
  private readonly said = new Set<string>();

  constructor(log: (line: string) => void) {
    this.log = log;
  }

  /** `client` is as it called itself, and may be anything. */
  refused(reason: RefusalReason, client = ''): void {
    // A device id has the form of a tenant's name; whatever else came is not for a terminal.
    const who = isTenantName(client) ? client : 'a client';
    const key = `${reason} ${who}`;
    if (this.said.has(key) || this.said.size >= SAID_MAX) return;
    this.said.add(key);
    this.log(`gateway: ${who} refused (${reason}): ${ADVICE[reason]}`);
  }
}
