/** A scripted car on the device's inputs, with what really happened beside it. */

import { cos, M_PER_DEG, RAD_PER_DEG, sin } from '../protocol/trig.ts';
import { crankEdges, crankMs, crankSamples } from './crank-profiles.ts';
import { IMU_PER_SECOND, type SensorFeed, type SensorSecond } from './feed.ts';
import { Gnss, type IntervalS } from './gnss.ts';
import { Imu } from './imu.ts';
import { anyRotation } from './mounting.ts';
import type { Rng } from './rng.ts';
import { type AlternatorKind, Supply } from './supply.ts';
import type { Phase } from './trip-stories-phase.ts';

export interface StoryCar {
  readonly alternator: AlternatorKind;
  /** `switched`: the socket is dead while the ignition is off. */
  readonly socket: 'permanent' | 'switched';
  /** Below this the device lives on its hold-up. */
  readonly lostMv: number;
}

/** From the key or the starter to the end of the engine. Times are milliseconds of the feed. */
export interface TrueDrive {
  readonly startMs: number;
  readonly endMs: number;
  readonly distanceM: number;
  /** Of it without a solution. */
  readonly unseenM: number;
}

const SPEED_UP_MS2 = 1.4;
const SLOW_DOWN_MS2 = 1.7;
const TURN_MS2_MAX = 1.5;
/** Road vibration per m/s. */
const ROUGHNESS_MG = 1;
const CRANK_SHAKE_MG = 40;
const SHIP_SHAKE_MG = 1.5;
/** Hamburg. */
const ORIGIN = { latDeg: 53.55, lonDeg: 9.99 };
const NO_EDGES = [] as const;

export class StoryFeed implements SensorFeed {
  readonly drives: TrueDrive[] = [];
  private readonly phases: readonly Phase[];
  private readonly car: StoryCar;
  private readonly rng: Rng;
  private readonly startUtcMs: number;
  private readonly imu: Imu;
  private readonly gnss: Gnss;
  private readonly supply: Supply;
  private readonly idleShakeMg: number;
  private phase = 0;
  private inPhaseS = 0;
  private second = 0;
  private speedMs = 0;
  private headingDeg: number;
  private turnDegS = 0;
  private eastM = 0;
  private northM = 0;
  private driveStartMs = -1;
  private driveM = 0;
  private unseenM = 0;

  constructor(rng: Rng, phases: readonly Phase[], car: StoryCar, startUtcMs: number) {
    this.rng = rng.fork('course');
    this.phases = phases;
    this.car = car;
    this.startUtcMs = startUtcMs;
    this.imu = new Imu(rng.fork('imu'), anyRotation(rng.fork('mounting')));
    this.gnss = new Gnss(rng.fork('gnss'), skyless(phases));
    this.supply = new Supply(rng.fork('supply'), car.alternator);
    this.idleShakeMg = this.rng.range(3.5, 8);
    this.headingDeg = this.rng.range(0, 360);
  }

  get totalSeconds(): number {
    return this.phases.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  fill(second: SensorSecond): boolean {
    while (this.phase < this.phases.length && this.inPhaseS >= this.phases[this.phase].seconds) {
      this.phase++;
      this.inPhaseS = 0;
    }
    const phase = this.phases[this.phase];
    this.watchEngine(phase);
    if (phase === undefined) return false;
    const accelMs2 = this.move(phase);
    this.shake(phase);
    for (let i = 0; i < IMU_PER_SECOND; i++) {
      this.imu.sample(second.axesMg, 3 * i, accelMs2, this.speedMs * this.turnDegS * -RAD_PER_DEG, 0);
    }
    this.fillSupply(second, phase, accelMs2);
    this.second++;
    second.powered = phase.plugged !== false && !(this.car.socket === 'switched' && phase.engine === 'off');
    second.fix = second.powered ? this.fix(phase) : null;
    if (!second.powered) this.gnss.off();
    if (second.fix === null) this.unseenM += this.speedMs;
    this.inPhaseS++;
    return true;
  }

  /** One second of driving in a straight line or a bend; returns the mean acceleration. */
  private move(phase: Phase): number {
    const wantedMs = (phase.kmh ?? 0) / 3.6;
    const before = this.speedMs;
    const change = Math.max(-SLOW_DOWN_MS2, Math.min(SPEED_UP_MS2, wantedMs - before));
    this.speedMs = Math.max(0, before + change);
    if (this.inPhaseS % 10 === 0) this.turnDegS = this.rng.chance(0.5) ? 0 : this.rng.range(-25, 25);
    const turnMax = (TURN_MS2_MAX / Math.max(0.5, this.speedMs)) * 57.3;
    this.turnDegS = this.speedMs < 0.5 ? 0 : Math.max(-turnMax, Math.min(turnMax, this.turnDegS));
    this.headingDeg = (this.headingDeg + this.turnDegS + 360) % 360;
    const wayM = (before + this.speedMs) / 2;
    this.eastM += wayM * sin(this.headingDeg * RAD_PER_DEG);
    this.northM += wayM * cos(this.headingDeg * RAD_PER_DEG);
    if (phase.by === undefined) this.driveM += wayM;
    return this.speedMs - before;
  }

  private shake(phase: Phase): void {
    const engineMg = phase.engine === 'running' ? this.idleShakeMg : 0;
    const roadMg = phase.by === 'ship' ? SHIP_SHAKE_MG : ROUGHNESS_MG * this.speedMs;
    this.imu.shake(phase.engine === 'cranking' ? CRANK_SHAKE_MG : engineMg + roadMg);
  }

  private fillSupply(second: SensorSecond, phase: Phase, accelMs2: number): void {
    second.edges = NO_EDGES;
    this.supply.second(second.supplyMv, phase.engine, accelMs2 < -0.3);
    if (phase.crank !== undefined) {
      const pulses = phase.pulses ?? phase.crank.pulses;
      const fromMs = 1000 * this.inPhaseS;
      if (fromMs < crankMs(phase.crank, pulses)) {
        crankSamples(second.supplyMv, phase.crank, pulses, fromMs);
        second.edges = crankEdges(phase.crank, pulses, fromMs, this.car.lostMv);
      }
    }
    if (phase.lossMs !== undefined && this.inPhaseS === 0) {
      second.edges = [{ atMs: 500, line: 'lost' }];
    }
    const backMs = phase.lossMs === undefined ? -1 : 500 + phase.lossMs - 1000 * this.inPhaseS;
    if (backMs >= 0 && backMs < 1000) second.edges = [...second.edges, { atMs: backMs, line: 'good' }];
  }

  private fix(phase: Phase): ReturnType<Gnss['second']> {
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
      utcMs: this.startUtcMs + this.second * 1000 + (phase.clockOffsetMs ?? 0),
    });
  }

  /** A drive lasts while the engine does; a stall at a light belongs to it. */
  private watchEngine(phase: Phase | undefined): void {
    const nowMs = this.second * 1000;
    const runs = phase !== undefined && (phase.engine === 'cranking' || phase.engine === 'running');
    if (runs && this.driveStartMs < 0) {
      this.driveStartMs = nowMs;
      this.driveM = 0;
      this.unseenM = 0;
    } else if (!runs && this.driveStartMs >= 0) {
      this.drives.push({
        startMs: this.driveStartMs,
        endMs: nowMs,
        distanceM: this.driveM,
        unseenM: this.unseenM,
      });
      this.driveStartMs = -1;
    }
  }
}

/** Seconds of the feed without a satellite. A solution is that of the second's end. */
function skyless(phases: readonly Phase[]): IntervalS[] {
  const found: IntervalS[] = [];
  let fromS = 1;
  for (const { seconds, sky } of phases) {
    if (sky === false) found.push({ fromS, toS: fromS + seconds });
    fromS += seconds;
  }
  return found;
}
