/** Our firmware as a rig finds hardware at the end of a line (docs/SPEC.md, "Rig builds"). It has no clock of its own. */

import type { Crypto } from '../../protocol/crypto.ts';
import type { DeviceIdentity } from '../../protocol/identity.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import {
  COMMANDS,
  type Command,
  decodeCommand,
  encodeReport,
  type Report,
  type Sight,
  type Verdict,
} from '../../protocol/serial-control.ts';
import type { LineMessage } from '../../protocol/serial-events.ts';
import { rigIdentity, rigManifest } from '../../protocol/serial-identity.ts';
import { encodeOneOf } from '../../protocol/serial-message.ts';
import { decodeDownlink, encodeUplink, LOG_KINDS } from '../../protocol/serial-session.ts';
import { STIMULI, type Stimulus } from '../../protocol/serial-stimulus.ts';
import { Rng } from '../../simulator/rng.ts';
import type { Device, Effect, Flash, Hal, Input } from '../hal.ts';
import { PoweredDevice } from './serial-powered.ts';
import { RigTime } from './serial-rig-time.ts';
import { Stimuli } from './serial-stimuli.ts';

export interface StandInPorts {
  readonly crypto: Crypto;
  readonly flash: Flash;
  readonly kind: 'sensor' | 'box';
  readonly firmware: string;
  /** Kinds of stimuli that `inputs` knows. */
  readonly stimuli: readonly Stimulus['kind'][];
  /** Null for what this device has no input for. */
  readonly inputs: (stimulus: Stimulus, bootMs: number) => readonly Input[] | null;
  readonly makeDevice: (hal: Hal, identity: DeviceIdentity) => Device;
  /** False when the line takes no more now; it is tried again by the next `run`. */
  readonly send: (channel: SerialChannel, bytes: Uint8Array) => boolean;
  readonly release: (message: LineMessage) => void;
}

type CommandOf<K extends Command['kind']> = Extract<Command, { readonly kind: K }>;

export class StandIn {
  private readonly ports: StandInPorts;
  private readonly powered: PoweredDevice;
  private readonly stimuli: Stimuli;
  private readonly time: RigTime;
  private readonly outbox: { readonly channel: SerialChannel; readonly bytes: Uint8Array }[] = [];
  private device = '';
  private uplinks = 0;
  private sights = 0;
  private refused = 0;
  private linkUp = false;
  private lastId: number | null = null;
  private lastAnswer: Uint8Array | null = null;

  constructor(ports: StandInPorts) {
    this.ports = ports;
    this.stimuli = new Stimuli(ports.release);
    this.powered = new PoweredDevice({
      flash: ports.flash,
      makeDevice: ports.makeDevice,
      onEffect: (effect) => this.onEffect(effect),
      onLed: (green) => this.see('led', green ? 1 : 0),
      onPower: (on, reason) => {
        this.linkUp = false;
        this.see(on ? 'booted' : 'off', reason);
        this.note(on ? `boot ${this.powered.boots}` : 'power gone');
      },
    });
    this.time = new RigTime({
      powered: this.powered,
      stimuli: this.stimuli,
      onStimulus: (stimulus) => this.onStimulus(stimulus),
      onStop: ({ id }) => this.answer({ kind: 'state', id, ...this.state('done') }),
    });
  }

  /** Another rig is at the other end: it knows nothing of what the last one asked. */
  newRig(): void {
    this.time.interrupt();
    this.lastId = null;
    this.lastAnswer = null;
    this.outbox.length = 0;
  }

  receive(message: LineMessage): void {
    if (message.channel === 'stimulus') {
      this.stimuli.take(message, this.time.mode === 'manual' ? this.time.nowMs : Number.NEGATIVE_INFINITY);
      return;
    }
    if (message.channel === 'downlink') this.onDownlink(message.bytes);
    else if (message.channel === 'control') this.onControl(message.bytes);
    this.ports.release(message);
  }

  /**
   * Lets happen what is due, `steps` things at most. True when there is more to do at once. In live time `ownerMs`, the
   * owner's clock, says how far time may go.
   */
  run(ownerMs: number, steps: number): boolean {
    for (let step = 0; step < steps; step++) if (!this.flush() || !this.time.step(ownerMs)) return false;
    return true;
  }

  /** The owner's time at which `run` has something to do by itself. */
  nextTimeout(): number {
    return this.time.nextTimeout();
  }

  private onStimulus(stimulus: Stimulus): void {
    const inputs = this.ports.inputs(stimulus, this.powered.bootMs);
    if (inputs === null) this.refused++;
    else for (const input of inputs) this.powered.input(input, this.time.nowMs);
  }

  private onDownlink(bytes: Uint8Array): void {
    this.time.downlinks++;
    const decoded = decodeDownlink(bytes);
    if (!decoded.ok) {
      this.refused++;
      return;
    }
    const downlink = decoded.value;
    const { nowMs } = this.time;
    if (downlink.kind === 'signed') {
      this.powered.input({ kind: 'downlink', channel: downlink.channel, bytes: downlink.bytes }, nowMs);
    } else if ((downlink.verdict === 'welcome') !== this.linkUp) {
      this.linkUp = !this.linkUp;
      this.powered.input({ kind: 'link', up: this.linkUp }, nowMs);
    }
  }

  private onControl(bytes: Uint8Array): void {
    const decoded = decodeCommand(bytes);
    if (!decoded.ok) {
      this.refused++;
      this.put('control', this.stateOf(0, 'bad-message'));
      return;
    }
    const command = decoded.value;
    if (command.id === this.lastId) {
      if (this.lastAnswer !== null) this.put('control', this.lastAnswer);
      return;
    }
    // What only asks does not disturb what goes on.
    if (command.kind === 'query') this.put('control', this.stateOf(command.id, 'done'));
    else if (command.kind === 'capabilities') this.put('control', this.capabilities(command.id));
    else this.obey(command);
  }

  private obey(command: Exclude<Command, { readonly kind: 'query' | 'capabilities' }>): void {
    const { advancing } = this.time;
    if (advancing !== null) {
      this.time.interrupt();
      this.put('control', this.stateOf(advancing.id, 'interrupted'));
    }
    this.lastId = command.id;
    this.lastAnswer = null;
    if (command.kind === 'identity') this.become(command);
    else if (command.kind === 'advance') this.startAdvance(command);
    else this.answer({ kind: 'state', id: command.id, ...this.state(this.act(command)) });
  }

  private act(command: CommandOf<'time' | 'power-on' | 'power-cut' | 'reset'>): Verdict {
    const { powered, time } = this;
    switch (command.kind) {
      case 'time':
        return this.setTime(command);
      case 'power-on':
        if (powered.restore(time.nowMs)) return 'done';
        if (powered.powered || !powered.hasIdentity) return 'wrong-state';
        powered.boot(command.reason, time.nowMs, command.knowsOffTime);
        return 'done';
      case 'power-cut':
        if (!powered.powered) return 'wrong-state';
        powered.cut(time.nowMs, command.holdUpMs, command.offMs);
        return 'done';
      case 'reset':
        if (!powered.powered) return 'wrong-state';
        powered.reset(command.reason, time.nowMs);
        return 'done';
    }
  }

  private setTime({ mode, nowMs }: CommandOf<'time'>): Verdict {
    if (nowMs === undefined) {
      this.time.set(mode, this.time.nowMs);
      return 'done';
    }
    if (this.powered.powered) return 'wrong-state';
    this.time.set(mode, nowMs);
    this.time.downlinks = 0;
    this.stimuli.clear();
    this.powered.forgetOffTime();
    this.uplinks = 0;
    this.sights = 0;
    this.refused = 0;
    return 'done';
  }

  private startAdvance(command: CommandOf<'advance'>): void {
    const { mode, nowMs } = this.time;
    if (mode !== 'manual') this.answer({ kind: 'state', id: command.id, ...this.state('wrong-state') });
    else if (command.toMs < nowMs) this.answer({ kind: 'state', id: command.id, ...this.state('in-the-past') });
    else this.time.advance(command);
  }

  private become({ id, seed, gatewayKey, manifestNumber, erase }: CommandOf<'identity'>): void {
    const { crypto, kind } = this.ports;
    if (this.powered.powered) {
      this.answer({ kind: 'state', id, ...this.state('wrong-state') });
      return;
    }
    const identity = rigIdentity(seed, gatewayKey, crypto);
    const luck = new DataView(crypto.sha256(seed).buffer).getUint32(0);
    this.powered.become(identity, Rng.seeded(luck).fork('hal random'), erase);
    this.device = identity.id;
    const manifest = rigManifest(identity.publicKey, kind, manifestNumber, crypto);
    this.answer({ kind: 'identity', id, device: identity.id, publicKey: identity.publicKey, manifest });
  }

  private capabilities(id: number): Uint8Array {
    const { kind, firmware, stimuli } = this.ports;
    return encodeReport({
      kind: 'capabilities',
      id,
      device: kind,
      firmware,
      commands: Object.values(COMMANDS).map(({ code }) => code),
      stimuli: stimuli.map((name) => STIMULI[name].code),
      parts: [],
      manualTime: true,
      keepsLine: true,
    });
  }

  private state(verdict: Verdict) {
    const { time, powered, stimuli, uplinks, sights } = this;
    const { nowMs, mode, downlinks, stopped } = time;
    const { boots, ledGreen } = powered;
    const refused = this.refused + stimuli.refused;
    return {
      verdict,
      nowMs,
      mode,
      powered: powered.powered,
      boots,
      led: ledGreen,
      stimuli: stimuli.taken,
      downlinks,
      uplinks,
      sights,
      refused,
      stopped,
    };
  }

  private stateOf(id: number, verdict: Verdict): Uint8Array {
    return encodeReport({ kind: 'state', id, ...this.state(verdict) });
  }

  /** The answer to the last command, which is said again when the command comes again. */
  private answer(report: Report): void {
    this.lastAnswer = encodeReport(report);
    this.put('control', this.lastAnswer);
  }

  private onEffect(effect: Effect): void {
    this.uplinks++;
    this.time.output = true;
    if (effect.kind === 'publish') {
      const { channel, bytes } = effect;
      this.put('uplink', encodeUplink({ kind: 'signed', channel, bytes }));
      return;
    }
    const { proof, will } = effect;
    this.put('uplink', encodeUplink({ kind: 'connect', device: this.device, proof, will }));
  }

  private see(what: Sight, value: number): void {
    this.sights++;
    this.time.output = true;
    this.put('control', encodeReport({ kind: 'seen', atMs: this.time.nowMs, what, value }));
  }

  private note(text: string): void {
    this.put('log', encodeOneOf(LOG_KINDS, { kind: 'line', atMs: this.time.nowMs, text }));
  }

  private put(channel: SerialChannel, bytes: Uint8Array): void {
    this.outbox.push({ channel, bytes });
    this.flush();
  }

  /** False while the line takes no more. */
  private flush(): boolean {
    while (this.outbox.length > 0) {
      const [{ channel, bytes }] = this.outbox;
      if (!this.ports.send(channel, bytes)) return false;
      this.outbox.shift();
    }
    return true;
  }
}
