/** The 12-V line at the socket (numbers.md 4). */

import { sin } from '../protocol/trig.ts';
import { SUPPLY_PER_SECOND } from './feed.ts';
import type { Rng } from './rng.ts';

export type EngineState = 'off' | 'ignition' | 'cranking' | 'running';

/** A smart alternator idles at battery level and charges when the car slows down. */
export type AlternatorKind = 'classic' | 'smart';

const REST_MV_MIN = 12_200;
const REST_MV_MAX = 12_600;
/** What a charged battery shows above its rest level when the engine has just stopped. */
const SURFACE_CHARGE_MV_MIN = 300;
const SURFACE_CHARGE_MV_MAX = 900;
/** Share of the surface charge left after one more second: about 40 s to a third. */
const SURFACE_KEEP = 0.975;
/** Nothing of it is left then. */
const SURFACE_S_MAX = 1200;
const IGNITION_LOAD_MV = 250;
/** ISO 16750-2 starting profile, level I: 8 V, then 10.5 V with 2 V peak to peak at 2 Hz. */
const CRANK_DIP_MV = 8000;
const CRANK_MV = 10500;
const CRANK_RIPPLE_MV = 1000;
const CRANK_RIPPLE_HZ = 2;
const SMART_CRUISE_MV = 12200;
const SMART_CHARGE_MV = 14600;
const NOISE_MV = 25;

export class Supply {
  private readonly rng: Rng;
  private readonly kind: AlternatorKind;
  private readonly chargeMv: number;
  private readonly restMv: number;
  private readonly surfaceChargeMv: number;
  private levelMv: number;
  private surfaceMv = 0;

  constructor(rng: Rng, kind: AlternatorKind) {
    this.rng = rng;
    this.kind = kind;
    this.chargeMv = rng.range(13700, 14400);
    const battery = rng.fork('battery');
    this.restMv = battery.range(REST_MV_MIN, REST_MV_MAX);
    this.surfaceChargeMv = battery.range(SURFACE_CHARGE_MV_MIN, SURFACE_CHARGE_MV_MAX);
    this.levelMv = this.restMv;
  }

  /** Fills in one second. `slowing`: the car is coasting down or braking. */
  second(into: Uint16Array, engine: EngineState, slowing: boolean): void {
    const target = this.targetMv(engine, slowing);
    for (let i = 0; i < into.length; i++) {
      this.levelMv += 0.15 * (target - this.levelMv);
      const noise = NOISE_MV * this.rng.gauss();
      into[i] = Math.round(noise + (engine === 'cranking' ? this.crankMv(i) : this.levelMv));
    }
  }

  /** Seconds at rest that nobody sees. */
  rest(seconds: number): void {
    for (let s = 0; s < Math.min(seconds, SURFACE_S_MAX); s++) this.surfaceMv *= SURFACE_KEEP;
    if (seconds > 0) this.levelMv = this.targetMv('off', false);
  }

  private targetMv(engine: EngineState, slowing: boolean): number {
    if (engine === 'running') {
      this.surfaceMv = this.surfaceChargeMv;
      if (this.kind === 'classic') return this.chargeMv;
      return slowing ? SMART_CHARGE_MV : SMART_CRUISE_MV;
    }
    this.surfaceMv *= SURFACE_KEEP;
    return this.restMv + this.surfaceMv - (engine === 'off' ? 0 : IGNITION_LOAD_MV);
  }

  private crankMv(sample: number): number {
    if (sample === 0) return CRANK_DIP_MV;
    const turns = (sample / SUPPLY_PER_SECOND) * CRANK_RIPPLE_HZ;
    return CRANK_MV + CRANK_RIPPLE_MV * sin(2 * Math.PI * turns);
  }
}
