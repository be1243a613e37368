/** The device that does nothing wrong: whole firmware in a simulated car, over the same broker as the attackers. */

import type { Publish } from '../../firmware/hal.ts';
import type { Store } from '../../gateway/core/store.ts';
import { frameId } from '../../gateway/core/store.ts';
import { fromHex, sameBytes, toHex } from '../../protocol/bytes.ts';
import { open1 } from '../../protocol/cose.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { decodeMessage } from '../../protocol/envelope.ts';
import { Frame } from '../../protocol/messages.ts';
import { Car } from '../../simulator/car.ts';
import { NorFlash } from '../../simulator/flash.ts';
import { LiveLink, runLive } from '../../simulator/live.ts';
import { Rng } from '../../simulator/rng.ts';
import { Station } from '../../simulator/station.ts';
import type { Town } from '../../simulator/town.ts';
import { World } from '../../simulator/world.ts';
import { DEMO_START_UTC_MS } from '../demo-run.ts';
import type { SensorMaker } from '../simulated-device.ts';
import type { HonestReport } from './verdict.ts';

/** Virtual time within which a driving sensor closes a frame and gets its receipt, resends included. */
const PATIENCE_MS = 30 * 60_000;

interface SentFrame {
  readonly boot: string;
  readonly seq: number;
  readonly hash: Uint8Array;
}

export interface HonestOptions {
  readonly maker: SensorMaker;
  readonly town: Town;
  readonly url: string;
  readonly store: Store;
  readonly crypto: Crypto;
}

export class HonestDevice {
  readonly station: Station;
  readonly maker: SensorMaker;
  /** False: no network for this device. */
  reachable = true;
  private readonly options: HonestOptions;
  private readonly world = new World();
  private readonly link: LiveLink;
  private readonly sent = new Map<string, SentFrame>();
  private linkLosses = 0;
  private seen = 0;

  constructor(options: HonestOptions) {
    const { maker, town, url } = options;
    this.options = options;
    this.maker = maker;
    this.link = new LiveLink({
      url,
      reachable: () => this.reachable,
      device: maker.identity.id,
      log: () => this.linkLosses++,
      onFramePublished: async (message) => this.remember(message),
    });
    const rng = Rng.seeded(1).fork('honest');
    this.station = new Station({
      name: maker.identity.id,
      world: this.world,
      rng: rng.fork('station'),
      feed: new Car(rng.fork('car'), town, {
        temperament: 'normal',
        startUtcMs: DEMO_START_UTC_MS,
        legs: [{ parkBeforeS: 5, driveS: 7200, parkAfterS: 180 }],
        repeat: true,
      }),
      flash: new NorFlash(),
      network: this.link,
      makeDevice: maker.make,
    });
    this.link.attach(this.station.radio);
    this.station.start();
  }

  /** Of the newest frame that was sent. */
  get boot(): Uint8Array {
    return fromHex([...this.sent.values()].at(-1)?.boot ?? '') ?? new Uint8Array();
  }

  get journaled(): number {
    return this.maker.totals().framesJournaled;
  }

  get waiting(): number {
    return this.maker.waiting;
  }

  /** Lets the car drive until `done`, or until patience ends. */
  async drive(done: () => boolean): Promise<void> {
    const limitMs = this.world.nowMs + PATIENCE_MS;
    const until = (): boolean => done() || this.world.nowMs > limitMs;
    await runLive({ world: this.world, link: this.link, pace: Number.POSITIVE_INFINITY, until, log: () => undefined });
  }

  /** Drives until another frame is journaled and all of them are receipted, and looks into the gateway's store. */
  async check(): Promise<HonestReport> {
    const before = this.seen;
    await this.drive(() => this.journaled > before && this.waiting === 0);
    const { linkLosses, journaled: sent, waiting } = this;
    this.linkLosses = 0;
    this.seen = sent;
    const { linkUp } = this.station.radio;
    return { sent, stored: await this.stored(), waiting, fresh: sent - before, linkUp, linkLosses };
  }

  async close(): Promise<void> {
    await this.link.close();
  }

  /** Frames that the store holds with the very bytes that left the device. */
  private async stored(): Promise<number> {
    const device = this.maker.identity.id;
    const frames = [...this.sent.values()].map(({ boot, seq }) => ({ device, boot, seq }));
    const boots = [...new Set(frames.map(({ boot }) => boot))].map((boot) => ({ device, boot }));
    const { hashes } = await this.options.store.facts({ frames, boots, trips: [], states: [] });
    let stored = 0;
    for (const [id, { hash }] of this.sent) {
      const known = hashes.get(id);
      if (known !== undefined && sameBytes(known, hash)) stored++;
    }
    return stored;
  }

  private remember({ bytes }: Publish): void {
    const { crypto } = this.options;
    const { id: device, publicKey } = this.maker.identity;
    const payload = open1(bytes, { type: 'bb-frame', direction: 'up', device }, publicKey, crypto);
    const frame = payload.ok ? decodeMessage(Frame, payload.value) : payload;
    if (!frame.ok) throw new Error(`the honest device sent a frame that is ${frame.reason}`);
    const { seq } = frame.value;
    const boot = toHex(frame.value.boot);
    this.sent.set(frameId({ device, boot, seq }), { boot, seq, hash: crypto.sha256(bytes) });
  }
}
