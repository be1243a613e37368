/** A car that does what a timeline says, as the device's sensors see it. */

import { cos, M_PER_DEG, RAD_PER_DEG, sin } from '../protocol/trig.ts';
import {
  type CrankProfile,
  crankEdges,
  crankMs,
  crankSamples,
  ISO_16750_2_LEVEL_I,
  LV_124_E11_COLD,
  LV_124_E11_WARM,
} from './crank-profiles.ts';
import { IMU_PER_SECOND, type SensorFeed, type SensorSecond } from './feed.ts';
import { Gnss, type IntervalS } from './gnss.ts';
import { Imu, STANDARD_GRAVITY_MS2 } from './imu.ts';
import { anyRotation } from './mounting.ts';
import { type Pulse, RoughSecond } from './pulse.ts';
import type { Rng } from './rng.ts';
import type { CarStep, CrankName, Scenario, Step, StepOf } from './scenario.ts';
import { isCarStep } from './scenario.ts';
import { type EngineState, Supply } from './supply.ts';

const PROFILES: Readonly<Record<Exclude<CrankName, 'short'>, CrankProfile>> = {
  'iso-16750-2': ISO_16750_2_LEVEL_I,
  'lv-124-cold': LV_124_E11_COLD,
  'lv-124-warm': LV_124_E11_WARM,
};
const TURN_MS2_MAX = 1.5;
const GO_MS2 = 1.4;
const HALT_MS2 = 1.7;
const IDLE_SHAKE_MG = 5;
/** Road vibration per m/s. */
const ROUGHNESS_MG = 1;
const CRANK_SHAKE_MG = 40;
/** A line at rest has lost what the alternator left on it. */
const CALM_S = 400;
/** Hamburg. */
const ORIGIN = { latDeg: 53.55, lonDeg: 9.99 };

interface Tour {
  readonly untilS: number;
  readonly kmh: number;
  nextS: number;
}

export class ScenarioFeed implements SensorFeed {
  private readonly steps: readonly (CarStep & Step)[];
  private readonly scenario: Scenario;
  private readonly rng: Rng;
  private readonly imu: Imu;
  private readonly gnss: Gnss;
  private readonly supply: Supply;
  private readonly rough = new RoughSecond();
  /** When a step begins or is over. */
  private readonly changesMs: readonly number[];
  private step = 0;
  private second = 0;
  private engine: EngineState = 'off';
  private engineOffS = 0;
  private plugged = false;
  private sky = true;
  private crank: (StepOf<'crank'> & { readonly fromS: number }) | null = null;
  private tour: Tour | null = null;
  private wantedMs = 0;
  private upMs2 = GO_MS2;
  private downMs2 = HALT_MS2;
  private corner = { ms2: 0, untilS: 0 };
  private bump: Pulse | null = null;
  private speedMs = 0;
  private headingDeg: number;
  private turnDegS = 0;
  private eastM = 0;
  private northM = 0;

  constructor(rng: Rng, scenario: Scenario) {
    this.rng = rng.fork('course');
    this.scenario = scenario;
    this.steps = scenario.timeline.filter(isCarStep);
    this.changesMs = scenario.timeline.flatMap((step) => [step.atMs, step.atMs + ('forMs' in step ? step.forMs : 0)]);
    this.imu = new Imu(rng.fork('imu'), anyRotation(rng.fork('mounting')));
    this.gnss = new Gnss(rng.fork('gnss'), skyless(this.steps, scenario.lastsMs));
    this.supply = new Supply(rng.fork('supply'), scenario.car.alternator);
    this.headingDeg = this.rng.range(0, 360);
  }

  get engineOn(): boolean {
    return this.engine === 'running';
  }

  /** So many seconds from now on in which nothing happens and nothing can be seen; 0 in a car that is not at rest. */
  stillSeconds(): number {
    const nowMs = this.second * 1000;
    const next = Math.min(this.scenario.lastsMs, ...this.changesMs.filter((ms) => ms >= nowMs));
    const calm = this.engine === 'off' && this.second - this.engineOffS >= CALM_S && this.speedMs === 0;
    if (!calm || this.sky || !this.plugged) return 0;
    return Math.max(0, Math.floor(next / 1000) - this.second);
  }

  /** They are passed over. */
  skip(seconds: number): void {
    this.second += seconds;
  }

  fill(second: SensorSecond): boolean {
    if (this.second * 1000 >= this.scenario.lastsMs) return false;
    this.bump = null;
    while (this.step < this.steps.length && this.steps[this.step].atMs <= this.second * 1000) {
      this.take(this.steps[this.step++]);
    }
    this.crankOver();
    this.wander();
    const accelMs2 = this.move();
    this.shake(second, accelMs2);
    this.volts(second, accelMs2);
    second.burstMg = null;
    second.powered = this.plugged;
    this.second++;
    if (!this.plugged) this.gnss.off();
    second.fix = this.plugged ? this.fix() : null;
    return true;
  }

  private take(step: CarStep & Step): void {
    switch (step.do) {
      case 'plug':
      case 'unplug':
        this.plugged = step.do === 'plug';
        break;
      case 'ignition':
        this.engine = 'ignition';
        break;
      case 'crank':
        this.engine = 'cranking';
        this.crank = { ...step, fromS: this.second };
        break;
      case 'engine-off':
        this.engine = 'off';
        this.engineOffS = this.second;
        break;
      case 'drive':
      case 'brake':
        this.tour = null;
        this.wantedMs = step.kmh / 3.6;
        this.upMs2 = step.do === 'drive' ? step.g * STANDARD_GRAVITY_MS2 : GO_MS2;
        this.downMs2 = step.do === 'brake' ? step.g * STANDARD_GRAVITY_MS2 : HALT_MS2;
        break;
      case 'corner':
        this.corner = { ms2: step.g * STANDARD_GRAVITY_MS2, untilS: this.second + step.forMs / 1000 };
        break;
      case 'tour':
        this.tour = { untilS: this.second + step.forMs / 1000, kmh: step.kmh, nextS: this.second };
        this.upMs2 = GO_MS2;
        this.downMs2 = HALT_MS2;
        break;
      case 'bump':
        this.bump = bump(step, this.second * 1000);
        break;
      case 'lose-sky':
      case 'find-sky':
        this.sky = step.do === 'find-sky';
        break;
    }
  }

  private crankOver(): void {
    const { crank } = this;
    if (crank === null) return;
    const lastsMs = crank.profile === 'short' ? 1000 : crankMs(PROFILES[crank.profile], crank.pulses);
    if ((this.second - crank.fromS) * 1000 < lastsMs) return;
    this.crank = null;
    if (this.engine === 'cranking') this.engine = 'running';
  }

  /** Roads and lights. */
  private wander(): void {
    const { tour, rng } = this;
    if (tour === null) return;
    if (this.second >= tour.untilS) {
      this.tour = null;
      this.wantedMs = 0;
    } else if (this.second >= tour.nextS) {
      const stop = this.wantedMs > 0 && rng.chance(0.3);
      this.wantedMs = stop ? 0 : rng.range(0.4 * tour.kmh, tour.kmh) / 3.6;
      tour.nextS = this.second + (stop ? 5 + rng.int(15) : 15 + rng.int(30));
    }
  }

  /** Returns the mean acceleration of the second. */
  private move(): number {
    const before = this.speedMs;
    const change = Math.max(-this.downMs2, Math.min(this.upMs2, this.wantedMs - before));
    this.speedMs = Math.max(0, before + change);
    if (this.second % 10 === 0) this.turnDegS = this.rng.chance(0.5) ? 0 : this.rng.range(-25, 25);
    const turnMax = TURN_MS2_MAX / Math.max(0.5, this.speedMs) / RAD_PER_DEG;
    const free = this.tour !== null && this.speedMs >= 0.5;
    this.turnDegS = free ? Math.max(-turnMax, Math.min(turnMax, this.turnDegS)) : 0;
    if (this.second < this.corner.untilS && this.speedMs > 1) {
      this.turnDegS = this.corner.ms2 / this.speedMs / RAD_PER_DEG;
    }
    this.headingDeg = (this.headingDeg + this.turnDegS + 360) % 360;
    const wayM = (before + this.speedMs) / 2;
    this.eastM += wayM * sin(this.headingDeg * RAD_PER_DEG);
    this.northM += wayM * cos(this.headingDeg * RAD_PER_DEG);
    return this.speedMs - before;
  }

  private shake({ axesMg }: SensorSecond, accelMs2: number): void {
    const { imu, rough, bump } = this;
    const engineMg = this.engine === 'running' ? IDLE_SHAKE_MG : 0;
    imu.shake(this.engine === 'cranking' ? CRANK_SHAKE_MG : engineMg + ROUGHNESS_MG * this.speedMs);
    const leftMs2 = -this.speedMs * this.turnDegS * RAD_PER_DEG;
    if (bump !== null) {
      rough.clear();
      rough.add(bump, this.second * 1000);
    }
    for (let i = 0; i < IMU_PER_SECOND; i++) {
      if (bump === null) imu.sample(axesMg, 3 * i, accelMs2, leftMs2, 0);
      else imu.sampleRough(axesMg, i, accelMs2, leftMs2, 0, rough, null);
    }
  }

  private volts(second: SensorSecond, accelMs2: number): void {
    const { crank } = this;
    this.supply.second(second.supplyMv, this.engine, accelMs2 < -0.3);
    second.edges = [];
    if (crank === null || crank.profile === 'short') return;
    const profile = PROFILES[crank.profile];
    const fromMs = (this.second - crank.fromS) * 1000;
    crankSamples(second.supplyMv, profile, crank.pulses, fromMs);
    second.edges = crankEdges(profile, crank.pulses, fromMs, this.scenario.car.lostMv);
  }

  private fix(): ReturnType<Gnss['second']> {
    const latPerM = 1 / M_PER_DEG;
    const lonPerM = latPerM / cos(ORIGIN.latDeg * RAD_PER_DEG);
    return this.gnss.second(this.second, {
      latDeg: ORIGIN.latDeg + this.northM * latPerM,
      lonDeg: ORIGIN.lonDeg + this.eastM * lonPerM,
      latPerM,
      lonPerM,
      altitudeM: 20,
      speedMs: this.speedMs,
      headingDeg: this.headingDeg,
      utcMs: this.scenario.startUtcMs + this.second * 1000,
    });
  }
}

function bump({ g, ms }: StepOf<'bump'>, startMs: number): Pulse {
  return { startMs: startMs + 300, durationMs: ms, forwardMg: 0, leftMg: 0, upMg: 1000 * g, shape: { hz: 10 } };
}

/** A solution is that of the second's end. */
function skyless(steps: readonly Step[], lastsMs: number): IntervalS[] {
  const found: IntervalS[] = [];
  let fromS: number | null = null;
  for (const { do: what, atMs } of steps) {
    if (what === 'lose-sky') fromS ??= atMs / 1000 + 1;
    if (what !== 'find-sky' || fromS === null) continue;
    found.push({ fromS, toS: atMs / 1000 + 1 });
    fromS = null;
  }
  if (fromS !== null) found.push({ fromS, toS: lastsMs / 1000 + 1 });
  return found;
}
