import type { Connect, Downlink, LinkChange, Publish } from '../hal.ts';
import { type BrokerAccess, MqttSession } from './mqtt-session.ts';

const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 30_000;

/**
 * The device's modem: keeps a session open. Each is a new client, because mqtt.js would send what an old one left
 * again in its own order, and the journal does that better.
 */
export class Modem {
  private readonly access: BrokerAccess;
  private readonly toDevice: (input: LinkChange | Downlink) => void;
  private readonly log: (line: string) => void;
  private session: MqttSession | null = null;
  private retryMs = RETRY_FIRST_MS;
  private timer: NodeJS.Timeout | undefined;
  private lastReason = '';

  constructor(access: BrokerAccess, toDevice: (input: LinkChange | Downlink) => void, log: (line: string) => void) {
    this.access = access;
    this.toDevice = toDevice;
    this.log = log;
  }

  connect(wanted: Connect): void {
    let up = false;
    this.session = new MqttSession(this.access, wanted, {
      onUp: () => {
        up = true;
        this.retryMs = RETRY_FIRST_MS;
        this.lastReason = '';
        this.log(`modem: ${this.access.url}: link up`);
        this.toDevice({ kind: 'link', up: true });
      },
      onDown: (reason) => {
        if (up) this.toDevice({ kind: 'link', up: false });
        this.retry(wanted, up ? `link down: ${reason}` : `no link: ${advised(reason)}`);
      },
      onDownlink: (channel, bytes) => this.toDevice({ kind: 'downlink', channel, bytes }),
    });
  }

  publish(message: Publish): Promise<boolean> {
    return this.session?.publish(message) ?? Promise.resolve(false);
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.session?.close();
  }

  private retry(wanted: Connect, reason: string): void {
    // The same trouble is said once, not at every try.
    if (reason !== this.lastReason) this.log(`modem: ${this.access.url}: ${reason}; trying again`);
    this.lastReason = reason;
    this.timer = setTimeout(() => this.connect(wanted), this.retryMs);
    this.retryMs = Math.min(RETRY_LAST_MS, this.retryMs * 2);
  }
}

/** A broker says only that it does not let the device in. */
function advised(reason: string): string {
  return /not authorized/i.test(reason) ? `${reason}: is the device enrolled?` : reason;
}
