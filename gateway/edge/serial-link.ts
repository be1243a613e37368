/** Devices on serial lines beside those of a broker, which carries the backend plane in any case. */

import type { DownlinkChannel } from '../../protocol/topics.ts';
import type { Link, LinkEvents } from './link.ts';
import { SerialDevice, type SerialDeviceOptions } from './serial-device.ts';

export class WithSerialDevices implements Link {
  readonly port: number | null;
  private readonly broker: Link;
  private readonly devices: readonly SerialDevice[];

  /** Closes the broker as well when a port cannot be opened. Throws a SerialError. */
  static async open(broker: Link, lines: readonly SerialDeviceOptions[], events: LinkEvents): Promise<Link> {
    const devices: SerialDevice[] = [];
    try {
      for (const line of lines) devices.push(await SerialDevice.open(line, events));
      return new WithSerialDevices(broker, devices);
    } catch (error) {
      await Promise.all([broker, ...devices].map((one) => one.close()));
      throw error;
    }
  }

  private constructor(broker: Link, devices: readonly SerialDevice[]) {
    this.broker = broker;
    this.devices = devices;
    this.port = broker.port;
  }

  sendDownlink(device: string, channel: DownlinkChannel, bytes: Uint8Array): void {
    for (const line of this.devices) if (line.sendDownlink(device, channel, bytes)) return;
    this.broker.sendDownlink(device, channel, bytes);
  }

  publishBackend(topic: string, json: string): Promise<void> {
    return this.broker.publishBackend(topic, json);
  }

  async close(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.close()));
    await this.broker.close();
  }
}
