/** Commands and their answers, and everything that the device did before each of them, in one order. */

import { toHex } from '../../protocol/bytes.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import { COMMANDS, type Command, REPORTS, type Report, type StateAnswer } from '../../protocol/serial-control.ts';
import { decodeOneOf, encodeOneOf } from '../../protocol/serial-message.ts';
import {
  decodeUplink,
  encodeDownlink,
  type LineDownlink,
  type LineUplink,
  LOG_KINDS,
} from '../../protocol/serial-session.ts';
import type { RunLog } from './run-log.ts';
import type { FromDevice, Order, Target } from './target.ts';

/** The device does not keep to the line's rules, or refuses an order: that is a failure of the device. */
export class DeviceError extends Error {}

type Seen = Extract<Report, { readonly kind: 'seen' }>;
export type Told =
  | { readonly kind: 'seen'; readonly seen: Seen }
  | { readonly kind: 'uplink'; readonly uplink: LineUplink };

/** Above what is asked before time is set. */
const FIRST_ID = 100;

export class Conversation {
  private readonly target: Target;
  private readonly log: RunLog;
  private lastId = 0;
  private downlinks = 0;
  private sights: Seen[] = [];
  private uplinks: LineUplink[] = [];
  /** Since time was set. */
  private sightsHeard = 0;
  private uplinksHeard = 0;

  constructor(target: Target, log: RunLog) {
    this.target = target;
    this.log = log;
  }

  stimulate(bytes: Uint8Array, atMs: number): void {
    this.log.raw(atMs, 'stimulus', bytes);
    this.target.send('stimulus', bytes);
  }

  downlink(message: LineDownlink, atMs: number): void {
    const bytes = encodeDownlink(message);
    this.downlinks++;
    this.log.raw(atMs, 'downlink', bytes);
    this.target.send('downlink', bytes);
  }

  /** The answer, whatever it says. `quiet`: what a device did before this run is not part of the log. */
  async ask(order: Order, quiet = false): Promise<Report> {
    const id = ++this.lastId;
    const command = { ...order, id } as Command;
    if (!quiet) this.log.sent(command);
    this.target.send('control', encodeOneOf(COMMANDS, command));
    for (;;) {
      const answer = this.take(await this.target.next());
      if (answer === null || !('id' in answer) || answer.id !== id) continue;
      if (!quiet) this.log.answered(answer);
      return answer;
    }
  }

  /** The same, for what must be done; and what was told up to then has come. */
  async order(order: Order): Promise<StateAnswer> {
    const answer = await this.ask(order);
    if (answer.kind !== 'state')
      throw new DeviceError(`it answers ${answer.kind} to ${order.kind}; it must answer state`);
    if (answer.verdict !== 'done') throw new DeviceError(`it answers ${answer.verdict} to ${order.kind}`);
    while (this.sightsHeard < answer.sights || this.uplinksHeard < answer.uplinks) this.take(await this.target.next());
    return answer;
  }

  /** Time was set: all counters are 0, and what follows does not depend on what was before. */
  anew(): void {
    this.lastId = FIRST_ID;
    this.downlinks = 0;
    this.sightsHeard = 0;
    this.uplinksHeard = 0;
    this.sights = [];
    this.uplinks = [];
  }

  /** `stimuli`: how many of them, since time was set, are for `toMs` or earlier. */
  advance(toMs: number, stimuli: number): Promise<StateAnswer> {
    const { downlinks } = this;
    return this.order({ kind: 'advance', toMs, stimuli, downlinks, stopAtOutput: true });
  }

  /** What was told since the last call. Channels do not wait for each other, so what is seen comes first. */
  told(atMs: number): readonly Told[] {
    const { sights, uplinks } = this;
    this.sights = [];
    this.uplinks = [];
    for (const seen of sights) this.log.seen(seen);
    for (const uplink of uplinks) this.log.uplink(atMs, uplink);
    return [
      ...sights.map((seen) => ({ kind: 'seen' as const, seen })),
      ...uplinks.map((uplink) => ({ kind: 'uplink' as const, uplink })),
    ];
  }

  private take({ channel, bytes }: FromDevice): Report | null {
    if (channel === 'uplink') {
      const uplink = decodeUplink(bytes);
      if (!uplink.ok) throw new DeviceError(flaw(channel, uplink.reason, bytes));
      this.uplinksHeard++;
      this.uplinks.push(uplink.value);
      return null;
    }
    if (channel === 'log') {
      const line = decodeOneOf(LOG_KINDS, bytes);
      if (line.ok) this.log.deviceLine(line.value.atMs, line.value.text);
      return null;
    }
    const report = decodeOneOf(REPORTS, bytes);
    if (!report.ok) throw new DeviceError(flaw(channel, report.reason, bytes));
    if (report.value.kind !== 'seen') return report.value;
    this.sightsHeard++;
    this.sights.push(report.value);
    return null;
  }
}

function flaw(channel: SerialChannel, reason: string, bytes: Uint8Array): string {
  return `it sends what nobody can read on ${channel} (${reason}): ${toHex(bytes.subarray(0, 24))}`;
}
