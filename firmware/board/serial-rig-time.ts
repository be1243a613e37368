/**
 * Time under a rig. In manual time it stands still until an `advance` lets it pass; in live time the owner's clock says
 * how far it may go. Within one millisecond the supply comes first, then the stimuli in their order, then the device's
 * own timers: so the same stimuli give the same run, however they arrive.
 */

import type { Command, Stop, TimeMode } from '../../protocol/serial-control.ts';
import type { Stimulus } from '../../protocol/serial-stimulus.ts';
import type { PoweredDevice } from './serial-powered.ts';
import type { Stimuli } from './serial-stimuli.ts';

export type Advance = Extract<Command, { readonly kind: 'advance' }>;

export interface RigTimePorts {
  readonly powered: PoweredDevice;
  readonly stimuli: Stimuli;
  readonly onStimulus: (stimulus: Stimulus) => void;
  readonly onStop: (advance: Advance) => void;
}

const NEVER = Number.POSITIVE_INFINITY;

export class RigTime {
  mode: TimeMode = 'live';
  nowMs = 0;
  stopped: Stop = 'reached';
  /** Messages on downlink since time was set. */
  downlinks = 0;
  /** The rig has been sent something that it has not had an answer since. */
  output = false;
  private readonly ports: RigTimePorts;
  private wanted: Advance | null = null;
  /** The rig's time minus the owner's, in live time. */
  private offsetMs: number | null = null;

  constructor(ports: RigTimePorts) {
    this.ports = ports;
  }

  set(mode: TimeMode, nowMs: number): void {
    this.mode = mode;
    this.nowMs = nowMs;
    this.offsetMs = null;
    this.wanted = null;
  }

  get advancing(): Advance | null {
    return this.wanted;
  }

  advance(wanted: Advance): void {
    this.wanted = wanted;
    this.stopped = 'waiting';
  }

  /** Forgets what was wanted; nothing is answered. */
  interrupt(): void {
    this.wanted = null;
    this.stopped = 'reached';
  }

  /** The next thing happens. False when nothing more can happen now; then time has come as far as it may. */
  step(ownerMs: number): boolean {
    const { powered, stimuli, onStimulus } = this.ports;
    const untilMs = this.untilMs(ownerMs);
    if (untilMs === null) return false;
    if (this.wanted?.stopAtOutput && this.output) return this.stop('output');
    const atMs = Math.min(powered.nextPowerMs, stimuli.nextMs, powered.nextTimeoutMs);
    if (atMs > untilMs || this.awaitsStimuli(atMs)) return this.pause(untilMs);
    this.nowMs = Math.max(this.nowMs, atMs);
    if (powered.nextPowerMs <= this.nowMs) powered.onPowerTime(this.nowMs);
    else if (stimuli.nextMs <= this.nowMs) onStimulus(stimuli.next());
    else powered.onTimeout(this.nowMs);
    return true;
  }

  /** The owner's time at which `step` has something to do by itself. */
  nextTimeout(): number {
    const { powered, stimuli } = this.ports;
    if (this.mode === 'manual' || this.offsetMs === null) return NEVER;
    return Math.min(powered.nextPowerMs, stimuli.nextMs, powered.nextTimeoutMs) - this.offsetMs;
  }

  /** How far time may pass now; null when it must not pass at all. */
  private untilMs(ownerMs: number): number | null {
    if (this.mode === 'live') {
      this.offsetMs ??= this.nowMs - ownerMs;
      return ownerMs + this.offsetMs;
    }
    const { wanted } = this;
    if (wanted === null || this.downlinks < wanted.downlinks) return null;
    // No stimulus is older than the last one that came.
    return this.complete ? wanted.toMs : Math.min(wanted.toMs, this.ports.stimuli.lastMs);
  }

  private get complete(): boolean {
    return this.wanted === null || this.ports.stimuli.taken >= this.wanted.stimuli;
  }

  /** The timers of a moment come after all of its stimuli, and not all of them may be there. */
  private awaitsStimuli(atMs: number): boolean {
    const { powered, stimuli } = this.ports;
    if (this.complete || atMs < stimuli.lastMs) return false;
    return powered.nextPowerMs > atMs && stimuli.nextMs > atMs;
  }

  private pause(untilMs: number): false {
    this.nowMs = Math.max(this.nowMs, untilMs);
    const { wanted } = this;
    return wanted !== null && this.complete && this.nowMs >= wanted.toMs ? this.stop('reached') : false;
  }

  private stop(why: Stop): false {
    const { wanted } = this;
    this.wanted = null;
    this.stopped = why;
    this.output = false;
    if (wanted !== null) this.ports.onStop(wanted);
    return false;
  }
}
