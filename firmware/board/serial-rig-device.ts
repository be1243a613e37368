/** The stand-in as a process: a line to the rig, and a clock for live time. */

import { performance } from 'node:perf_hooks';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import type { LineEvent } from '../../protocol/serial-events.ts';
import type { DeviceLine } from './serial-modem.ts';
import { StandIn, type StandInPorts } from './serial-stand-in.ts';

export interface RigDeviceOptions extends Omit<StandInPorts, 'send' | 'release'> {
  readonly open: (onEvent: (event: LineEvent) => void, onProgress: () => void) => Promise<DeviceLine>;
  readonly stop: AbortSignal;
  readonly log: (line: string) => void;
}

/** Things that may happen before the line is looked at again. */
const STEPS_AT_ONCE = 500;

/** Runs until it is told to stop. Rejects when the port cannot be opened. */
export async function runRigDevice(options: RigDeviceOptions): Promise<void> {
  const rig = new RigDevice(options);
  await rig.run();
}

class RigDevice {
  private readonly options: RigDeviceOptions;
  private readonly standIn: StandIn;
  private line: DeviceLine | null = null;
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Immediate | undefined;

  constructor(options: RigDeviceOptions) {
    this.options = options;
    this.standIn = new StandIn({
      ...options,
      send: (channel: SerialChannel, bytes: Uint8Array) => this.line?.send(channel, bytes).ok ?? false,
      release: (message) => this.line?.release(message),
    });
  }

  async run(): Promise<void> {
    const { open, stop } = this.options;
    this.line = await open(
      (event) => this.onEvent(event),
      () => this.work(),
    );
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
    clearTimeout(this.timer);
    clearImmediate(this.soon);
    await this.line.close();
  }

  private onEvent(event: LineEvent): void {
    const { log } = this.options;
    if (event.kind === 'message') this.standIn.receive(event);
    else if (event.kind === 'up') {
      if (!event.resumed) this.standIn.newRig();
      log(
        `device: the rig is there${event.peer.build === 'rig' ? '' : ', but it is a product build and cannot command'}`,
      );
    } else if (event.kind === 'down') log(`device: the rig is gone (${event.reason})`);
    else if (event.kind === 'incompatible')
      log(`device: what is plugged in is no rig for this device (${event.reason})`);
  }

  private work(): void {
    if (this.soon !== undefined || this.options.stop.aborted) return;
    clearTimeout(this.timer);
    const nowMs = Math.floor(performance.now());
    if (this.standIn.run(nowMs, STEPS_AT_ONCE)) {
      this.soon = setImmediate(() => {
        this.soon = undefined;
        this.work();
      });
      return;
    }
    const dueMs = this.standIn.nextTimeout();
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(() => this.work(), Math.max(1, dueMs - nowMs));
  }
}
