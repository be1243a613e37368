/** What a scenario is run against: our firmware in this process, or a device at the end of a line. */

import { SENSOR_STIMULI, sensorInputs } from '../../firmware/board/serial-inputs.ts';
import { StandIn } from '../../firmware/board/serial-stand-in.ts';
import { FIRMWARE_VERSION, Sensor } from '../../firmware/sensor.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import type { SerialChannel } from '../../protocol/serial-channels.ts';
import type { Command } from '../../protocol/serial-control.ts';
import { NorFlash } from '../../simulator/flash.ts';

export type Order<C = Command> = C extends Command ? Omit<C, 'id'> : never;

/** Bytes of one message that the device has sent. */
export interface FromDevice {
  readonly channel: SerialChannel;
  readonly bytes: Uint8Array;
}

export interface Target {
  /** For the log. */
  readonly name: string;
  send(channel: SerialChannel, bytes: Uint8Array): void;
  /** The next message from the device. Rejects with a RigError when none can come any more. */
  next(): Promise<FromDevice>;
  close(): Promise<void>;
}

/** The rig failed, not the device: exit code 3. One line that says what to do. */
export class RigError extends Error {}

const STEPS_AT_ONCE = 1000;

/** Our firmware without a line: the class that stands in for hardware behind a port. */
export class SimTarget implements Target {
  readonly name = 'sim';
  private readonly standIn: StandIn;
  private readonly out: FromDevice[] = [];

  constructor(crypto: Crypto) {
    this.standIn = new StandIn({
      crypto,
      flash: new NorFlash(),
      kind: 'sensor',
      firmware: FIRMWARE_VERSION,
      stimuli: SENSOR_STIMULI,
      inputs: sensorInputs,
      makeDevice: (hal, identity) => new Sensor(hal, identity, crypto),
      send: (channel, bytes) => this.out.push({ channel, bytes }) > 0,
      release: () => undefined,
    });
  }

  send(channel: SerialChannel, bytes: Uint8Array): void {
    this.standIn.receive({ kind: 'message', channel, bytes, session: 1 });
  }

  async next(): Promise<FromDevice> {
    while (this.out.length === 0 && this.standIn.run(0, STEPS_AT_ONCE));
    const first = this.out.shift();
    if (first === undefined) throw new RigError('the simulated device says nothing and never will');
    return first;
  }

  async close(): Promise<void> {}
}
