import type { Draw } from '../../protocol/codec.ts';
import { SAMPLES_MAX } from '../../protocol/messages.ts';
import { newSamples, type Samples } from '../../protocol/samples.ts';
import { cos, M_PER_DEG, RAD_PER_DEG, sin } from '../../protocol/trig.ts';
import { seededDraw } from './draw.ts';

export interface DriveStart {
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly speedMS: number;
  readonly headingDeg: number;
}

const KASSEL: DriveStart = { latDeg: 51.3127, lonDeg: 9.4797, speedMS: 12, headingDeg: 350 };

/**
 * A plausible drive at 1 Hz, frame by frame: speed and heading wander, positions have correlated noise of some
 * decimetres, accelerations follow from the driving with the noise of an engine. No recording, only its statistics.
 */
export class Drive {
  private readonly draw: Draw;
  private lat: number;
  private lon: number;
  private speed: number;
  private heading: number;
  private altitude = 163;
  private acceleration = 0;
  private turnRate = 0;
  private noiseNorth = 0;
  private noiseEast = 0;

  constructor(seed: number, start: DriveStart = KASSEL) {
    this.draw = seededDraw(seed);
    this.lat = start.latDeg;
    this.lon = start.lonDeg;
    this.speed = start.speedMS;
    this.heading = start.headingDeg;
  }

  samples(count: number, hasFix: (at: number) => boolean = () => true): Samples {
    const samples = newSamples();
    samples.count = count;
    samples.vehicleAxes = true;
    for (let i = 0; i < count; i++) {
      this.second();
      this.write(samples, i, hasFix(i));
    }
    return samples;
  }

  /** About normal, deviation 1, from integers alone. */
  private normal(): number {
    return (this.draw(1000) + this.draw(1000) + this.draw(1000) - 1498.5) / 500;
  }

  private second(): void {
    this.acceleration = 0.8 * this.acceleration + 0.4 * this.normal();
    this.turnRate = 0.85 * this.turnRate + 1.5 * this.normal();
    this.speed = Math.min(35, Math.max(0, this.speed + this.acceleration));
    if (this.speed < 1) this.turnRate = 0;
    this.heading = (this.heading + this.turnRate + 360) % 360;
    this.noiseNorth = 0.95 * this.noiseNorth + 0.1 * this.normal();
    this.noiseEast = 0.95 * this.noiseEast + 0.1 * this.normal();
    this.altitude += 0.15 * this.normal();
    this.lat += (this.speed * cos(this.heading * RAD_PER_DEG)) / M_PER_DEG;
    this.lon += (this.speed * sin(this.heading * RAD_PER_DEG)) / (M_PER_DEG * cos(this.lat * RAD_PER_DEG));
  }

  private write(samples: Samples, at: number, fix: boolean): void {
    if (fix) {
      samples.fix[at] = 1;
      samples.latE6[at] = Math.round(1e6 * (this.lat + this.noiseNorth / M_PER_DEG));
      samples.lonE6[at] = Math.round(1e6 * (this.lon + this.noiseEast / M_PER_DEG));
      samples.speedDmS[at] = Math.round(10 * this.speed);
      samples.headingDeg[at] = Math.round(this.heading) % 360;
      samples.altitudeM[at] = Math.round(this.altitude);
    }
    const lateral = (this.speed * this.turnRate * RAD_PER_DEG) / 9.81;
    for (const [axis, mean] of [this.acceleration / 9.81, -lateral, 1].entries()) {
      const base = 3 * axis * SAMPLES_MAX + at;
      const meanCg = Math.round(100 * mean + this.normal());
      samples.accelerationCg[base] = meanCg - 3 - this.draw(6);
      samples.accelerationCg[base + SAMPLES_MAX] = meanCg + 3 + this.draw(6);
      samples.accelerationCg[base + 2 * SAMPLES_MAX] = meanCg;
    }
  }
}
