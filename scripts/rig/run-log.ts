/** The event log of a run: what went over the line, raw and decoded, and what it was taken for. */

import { toHex } from '../../protocol/bytes.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import type { Command, Report } from '../../protocol/serial-control.ts';
import type { LineUplink } from '../../protocol/serial-session.ts';
import { type Fact, factText } from '../../simulator/scenario-facts.ts';

export interface LogLine {
  /** The rig's time. */
  readonly atMs: number;
  readonly text: string;
}

type Seen = Extract<Report, { readonly kind: 'seen' }>;

export class RunLog {
  readonly lines: LogLine[] = [];
  private readonly write: (line: string) => void;
  private readonly wallMs: () => number;
  private readonly deviceLines: LogLine[] = [];
  private nowMs = 0;

  /** `write` gets each line with the time of day before it. */
  constructor(write: (line: string) => void, wallMs: () => number) {
    this.write = write;
    this.wallMs = wallMs;
  }

  say(atMs: number, text: string): void {
    this.nowMs = atMs;
    this.lines.push({ atMs, text });
    this.write(`${new Date(this.wallMs()).toISOString()} ${(atMs / 1000).toFixed(3).padStart(10)} ${text}\n`);
  }

  /** To the device. */
  raw(atMs: number, channel: SerialChannel, bytes: Uint8Array): void {
    const { nowMs } = this;
    this.say(atMs, `> ${channel} ${toHex(bytes)}`);
    // What is sent ahead of its time does not make it later.
    this.nowMs = nowMs;
  }

  sent(command: Command): void {
    this.say(this.nowMs, `> control ${fieldsText(command)}`);
  }

  /** What a device did before this run, and how much has come when it answers, is another each time. */
  answered(report: Report): void {
    if (report.kind !== 'state') {
      this.say(this.nowMs, `< control ${fieldsText(report)}`);
      return;
    }
    const { boots, stimuli, ...rest } = report;
    this.say(report.nowMs, `< control ${fieldsText(rest)}`);
  }

  seen(seen: Seen): void {
    this.say(seen.atMs, `< control ${fieldsText(seen)}`);
  }

  uplink(atMs: number, uplink: LineUplink): void {
    if (uplink.kind === 'signed') this.say(atMs, `< uplink ${uplink.channel} ${toHex(uplink.bytes)}`);
    else this.say(atMs, `< uplink ${fieldsText(uplink)}`);
  }

  fact(fact: Fact): void {
    this.say(fact.atMs, `= ${factText(fact)}`);
  }

  /** These come whenever the line has room for them, so they stand at the end. */
  deviceLine(atMs: number, text: string): void {
    this.deviceLines.push({ atMs, text });
  }

  end(): void {
    for (const { atMs, text } of this.deviceLines) this.say(atMs, `< log ${text}`);
  }

  /** Lines around a moment, without what lets time pass and what sensors see. */
  around(atMs: number, spanMs: number, most: number): readonly LogLine[] {
    const near = this.lines.filter((line) => Math.abs(line.atMs - atMs) <= spanMs && !DULL.test(line.text));
    const after = near.findIndex((line) => line.atMs > atMs);
    const from = Math.max(0, (after < 0 ? near.length : after) - Math.ceil(most / 2) - 1);
    return near.slice(from, from + most);
  }
}

const DULL = /^(> stimulus|> control advance|< control state|< log)/;

function fieldsText(message: object): string {
  return Object.entries(message)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      name === 'kind' ? String(value) : `${name}=${value instanceof Uint8Array ? toHex(value) : value}`,
    )
    .join(' ');
}
