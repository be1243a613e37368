/** The box as a process: its firmware on a board of files, MQTT, a local port and a real clock, in a simulated car. */

import type { PowerState } from '../../protocol/access-messages.ts';
import type { Crypto } from '../../protocol/crypto.ts';
import { Box } from '../box.ts';
import type { BoxIdentity, CarBody, PanelInput, Show } from '../box-hal.ts';
import { BOX_PRODUCTION } from '../box-limits.ts';
import type { GnssFix } from '../hal.ts';
import { BoxBoard } from './box-board.ts';
import { BoxCar, CAR_ACTS, type CarAct } from './box-car.ts';
import { BoxModem } from './box-modem.ts';
import { BoxPort } from './box-port.ts';
import { FileFlash } from './file-flash.ts';
import type { BrokerAccess } from './mqtt-session.ts';

const GNSS_MS = 1000;

export interface BoxProcessOptions {
  readonly identity: BoxIdentity;
  readonly crypto: Crypto;
  readonly broker: BrokerAccess;
  readonly flashFile: string;
  /** How the car was left; a process that is started again finds it so. */
  readonly car: Partial<CarBody>;
  readonly onCar: (body: CarBody) => void;
  /** Where it stands, once a second; null in a garage. */
  readonly fix: () => GnssFix | null;
  /** Of the local port; 0 for any free one. */
  readonly nearPort: number;
  /** Box seconds per second of this machine. */
  readonly pace: number;
  readonly stop: AbortSignal;
  readonly log: (line: string) => void;
  readonly onShow: (show: Show) => void;
  readonly onReady: (nearPort: number) => void;
}

/** What is asked on the local port's channel `car`. */
export type CarQuestion = { readonly panel: PanelInput['action'] } | { readonly act: CarAct } | { readonly look: true };

export interface CarAnswer {
  /** What the display showed in answer. Byte strings are in base64url. */
  readonly shown: readonly ShownText[];
  /** Whether the car let it be done. */
  readonly done: boolean;
  readonly power: PowerState;
  readonly body: CarBody;
}
export type ShownText = Omit<Show, 'bytes'> & { readonly bytes?: string };

export async function runBox(options: BoxProcessOptions): Promise<void> {
  const process = new BoxProcess(options);
  await process.run();
}

class BoxProcess {
  private readonly options: BoxProcessOptions;
  private readonly flash: FileFlash;
  private readonly car: BoxCar;
  private readonly board: BoxBoard;
  private readonly startedMs = performance.now();
  private modem: BoxModem | null = null;
  private port: BoxPort | null = null;
  private power: PowerState = 'awake';
  private shown: Show[] = [];
  private left: CarBody;

  constructor(options: BoxProcessOptions) {
    this.options = options;
    const { identity, crypto, broker, pace, log } = options;
    this.flash = new FileFlash(options.flashFile);
    this.car = new BoxCar(options.car);
    this.left = this.car.body;
    this.board = new BoxBoard({
      flash: this.flash,
      // A process does not know how long it was not there.
      reset: { reason: 'power-on', offMs: undefined },
      makeBox: (hal) => new Box(hal, identity, crypto),
      makeModem: (toDevice) => {
        const pagingMs = BOX_PRODUCTION.power.edrx.wakeMs;
        this.modem = new BoxModem({ access: broker, pagingMs, pace, toDevice, log });
        return this.modem;
      },
      car: this.car,
      onAir: (peer, bytes) => this.port?.send(peer, 'air', bytes),
      onShow: (show) => {
        this.shown.push(show);
        options.onShow(show);
      },
      onPower: (state) => {
        this.power = state;
        log(`box: ${state}`);
      },
      now: () => (performance.now() - this.startedMs) * pace,
      pace,
    });
  }

  async run(): Promise<void> {
    const { stop, nearPort, onReady, pace } = this.options;
    this.port = await BoxPort.listen(nearPort, {
      onAir: (peer, bytes) => this.board.input({ kind: 'short-range', peer, bytes }),
      onAirEnd: (peer) => this.board.input({ kind: 'short-range-end', peer }),
      onCar: (text) => JSON.stringify(this.answer(text)),
    });
    this.board.boot();
    const gnss = setInterval(() => this.second(), GNSS_MS / pace);
    onReady(this.port.port);
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
    clearInterval(gnss);
    this.board.stop();
    await this.port.close();
    await this.modem?.close();
    this.keepCar();
    this.flash.close();
  }

  private second(): void {
    if (this.power === 'awake') this.board.input({ kind: 'gnss', fix: this.options.fix() });
    this.keepCar();
  }

  private keepCar(): void {
    if (this.car.body === this.left) return;
    this.left = this.car.body;
    this.options.onCar(this.left);
  }

  private answer(text: string): CarAnswer | { readonly error: string } {
    const question = questionIn(text);
    if (question === null) return { error: 'this is no question that the car understands' };
    this.shown = [];
    let done = true;
    if ('panel' in question) this.board.input({ kind: 'panel', action: question.panel });
    else if ('act' in question) {
      done = this.car.act(question.act, this.board.now());
      this.board.look();
    }
    return { shown: this.shown.map(shownText), done, power: this.power, body: this.car.body };
  }
}

function shownText(show: Show): ShownText {
  return show.what === 'pairing-code' ? { ...show, bytes: Buffer.from(show.bytes).toString('base64url') } : show;
}

/** Null when it is none. */
function questionIn(text: string): CarQuestion | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if ('look' in value) return { look: true };
  if ('act' in value && typeof value.act === 'string' && Object.hasOwn(CAR_ACTS, value.act)) {
    return { act: value.act as CarAct };
  }
  const panel = 'panel' in value ? panelIn(value.panel) : null;
  return panel === null ? null : { panel };
}

function panelIn(value: unknown): PanelInput['action'] | null {
  if (typeof value !== 'object' || value === null || !('what' in value)) return null;
  if (value.what === 'pair') return { what: 'pair' };
  if (value.what === 'valet' && 'password' in value && typeof value.password === 'string') {
    return { what: 'valet', password: value.password };
  }
  if (value.what !== 'switch' || !('name' in value) || !('on' in value) || typeof value.on !== 'boolean') return null;
  return value.name === 'online' || value.name === 'profile'
    ? { what: 'switch', name: value.name, on: value.on }
    : null;
}
