/** A rig's end of a line, for tests: commands and their answers, and what was seen meanwhile. */

import assert from 'node:assert/strict';
import { SerialLine, type SerialLineOptions } from '../../gateway/edge/serial-line.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import { COMMANDS, type Command, REPORTS, type Report } from '../../protocol/serial-control.ts';
import type { LineEvent } from '../../protocol/serial-events.ts';
import { decodeOneOf, encodeOneOf } from '../../protocol/serial-message.ts';
import { decodeUplink, type LineUplink } from '../../protocol/serial-session.ts';

type WithoutId<C> = C extends Command ? Omit<C, 'id'> : never;

export class RigHost {
  readonly events: LineEvent[] = [];
  readonly uplinks: LineUplink[] = [];
  readonly reports: Report[] = [];
  private line: SerialLine | null = null;
  /** One per channel: a command must not wait behind the stimuli that wait for it. */
  private readonly queues = new Map<SerialChannel, Uint8Array[]>();
  private readonly answers = new Map<number, (report: Report) => void>();
  private lastId = 0;
  private wake: () => void = () => undefined;

  static async open(options: Pick<SerialLineOptions, 'port' | 'baud' | 'paced'>): Promise<RigHost> {
    const host = new RigHost();
    host.line = await SerialLine.open({
      ...options,
      self: { role: 'host', build: 'rig', firmware: 'test' },
      onEvent: (event) => host.onEvent(event),
      onProgress: () => host.flush(),
      log: () => undefined,
    });
    return host;
  }

  async close(): Promise<void> {
    await this.line?.close();
  }

  /** Resolves with the first event, of the past or the future, that fits. */
  async hear(fits: (event: LineEvent) => boolean): Promise<LineEvent> {
    for (let at = 0; ; at++) {
      while (at >= this.events.length) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
      if (fits(this.events[at])) return this.events[at];
    }
  }

  /** Waits until the line takes it. */
  put(channel: SerialChannel, bytes: Uint8Array): void {
    const queue = this.queues.get(channel) ?? [];
    this.queues.set(channel, queue);
    queue.push(bytes);
    this.flush();
  }

  command(command: WithoutId<Command>): Promise<Report> {
    const id = ++this.lastId;
    const answered = new Promise<Report>((resolve) => this.answers.set(id, resolve));
    this.put('control', encodeOneOf(COMMANDS, { ...command, id } as Command));
    return answered;
  }

  private flush(): void {
    for (const [channel, queue] of this.queues) {
      while (queue.length > 0 && this.line?.send(channel, queue[0]).ok) queue.shift();
    }
  }

  private onEvent(event: LineEvent): void {
    this.events.push(event);
    this.wake();
    if (event.kind === 'up') this.flush();
    if (event.kind !== 'message') return;
    this.line?.release(event);
    if (event.channel === 'uplink') {
      const uplink = decodeUplink(event.bytes);
      assert.ok(uplink.ok, 'uplink.ok');
      this.uplinks.push(uplink.value);
    } else if (event.channel === 'control') {
      const report = decodeOneOf(REPORTS, event.bytes);
      assert.ok(report.ok, JSON.stringify(report));
      this.reports.push(report.value);
      if ('id' in report.value) this.answers.get(report.value.id)?.(report.value);
    }
  }
}
