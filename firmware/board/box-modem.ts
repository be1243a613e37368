import type { PowerState } from '../../protocol/access-messages.ts';
import type { Connect, Downlink, LinkChange, Publish } from '../hal.ts';
import { Modem } from './modem.ts';
import type { BrokerAccess } from './mqtt-session.ts';

export interface BoxModemOptions {
  readonly access: BrokerAccess;
  /** In eDRX a downlink is heard at the next paging, so often. */
  readonly pagingMs: number;
  /** Device milliseconds per millisecond of this machine. */
  readonly pace: number;
  readonly toDevice: (input: LinkChange | Downlink) => void;
  readonly log: (line: string) => void;
}

/** The box's modem: one session while the box wants one, and paging while it dozes. */
export class BoxModem {
  private readonly options: BoxModemOptions;
  private modem: Modem | null = null;
  private state: PowerState = 'awake';
  private held: Downlink[] = [];
  private paging: NodeJS.Timeout | undefined;
  /** What was published is on its way before the session ends. */
  private published: Promise<unknown> = Promise.resolve();

  constructor(options: BoxModemOptions) {
    this.options = options;
  }

  connect(effect: Connect): void {
    void this.modem?.close();
    const { access, log } = this.options;
    this.modem = new Modem(access, (input) => this.heard(input), log);
    this.modem.connect(effect);
  }

  publish(message: Publish): void {
    this.published = this.modem?.publish(message) ?? this.published;
  }

  power(state: PowerState): void {
    this.state = state;
    clearInterval(this.paging);
    if (state === 'edrx') this.paging = setInterval(() => this.page(), this.options.pagingMs / this.options.pace);
    else this.page();
  }

  /** The box wants no session any more. */
  async disconnect(): Promise<void> {
    const { modem } = this;
    this.modem = null;
    await this.published;
    await modem?.close();
    if (modem !== null) this.options.toDevice({ kind: 'link', up: false });
  }

  async close(): Promise<void> {
    clearInterval(this.paging);
    await this.modem?.close();
  }

  private heard(input: LinkChange | Downlink): void {
    if (input.kind === 'downlink' && this.state !== 'awake') this.held.push(input);
    else this.options.toDevice(input);
  }

  private page(): void {
    const { held } = this;
    this.held = [];
    for (const downlink of held) this.options.toDevice(downlink);
  }
}
