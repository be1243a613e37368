/** A device at the end of a serial port: what `bordbox device --serial` runs. */

import { SENSOR_STIMULI, sensorInputs } from '../firmware/board/serial-inputs.ts';
import { SerialModem } from '../firmware/board/serial-modem.ts';
import { runRigDevice } from '../firmware/board/serial-rig-device.ts';
import type { ModemMaker } from '../firmware/main.ts';
import { FIRMWARE_VERSION, Sensor } from '../firmware/sensor.ts';
import { nodeCrypto } from '../gateway/edge/node-crypto.ts';
import { SerialLine } from '../gateway/edge/serial-line.ts';
import { choiceText, type PortChoice, SerialError } from '../gateway/edge/serial-ports.ts';
import type { LineEvent } from '../protocol/serial-events.ts';
import type { LineSelf } from '../protocol/serial-hello.ts';
import { NorFlash } from '../simulator/flash.ts';
import { CommandError, EXIT } from './exit.ts';
import { log } from './output.ts';

export interface PortSettings {
  readonly port: PortChoice;
  readonly baud: number;
  readonly paced: boolean;
}

/** A device's modem on a line, anew at each start of the device. */
export function serialModem(device: string, settings: PortSettings): ModemMaker {
  const self: LineSelf = { role: 'device', build: 'product', device, firmware: FIRMWARE_VERSION };
  const open = (onEvent: (event: LineEvent) => void) => SerialLine.open({ self, ...settings, onEvent, log });
  return (toDevice) => new SerialModem({ device, open, toDevice, log });
}

/** Throws what to do when the port cannot be opened now. */
export async function tryPort(settings: PortSettings): Promise<void> {
  const self: LineSelf = { role: 'device', build: 'product', firmware: FIRMWARE_VERSION };
  const line = await explained(SerialLine.open({ self, ...settings, onEvent: () => undefined, log }));
  await line.close();
}

/** Our firmware under a rig's command, until SIGINT or SIGTERM. Its flash is in memory: a rig begins with a blank one. */
export async function runRigBuild(settings: PortSettings): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const crypto = nodeCrypto();
  const self: LineSelf = { role: 'device', build: 'rig', firmware: FIRMWARE_VERSION };
  const run = runRigDevice({
    crypto,
    flash: new NorFlash(),
    kind: 'sensor',
    firmware: FIRMWARE_VERSION,
    stimuli: SENSOR_STIMULI,
    inputs: sensorInputs,
    makeDevice: (hal, identity) => new Sensor(hal, identity, crypto),
    open: async (onEvent, onProgress) => {
      const line = await SerialLine.open({ self, ...settings, onEvent, onProgress, log });
      log(`device: a rig build of ${FIRMWARE_VERSION} waits on ${choiceText(settings.port)}`);
      return line;
    },
    stop: stop.signal,
    log,
  });
  await explained(run);
}

async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SerialError)) throw error;
    throw new CommandError(error.kind === 'input' ? EXIT.usage : EXIT.environment, `device: ${error.message}`);
  }
}
