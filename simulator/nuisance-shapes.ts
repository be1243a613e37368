/** What nuisances do to a device, as pulses in vehicle axes. Sizes vary as widely as on real roads. */

import type { Fall, Pulse } from './pulse.ts';
import type { Rng } from './rng.ts';

const SLOWEST_MS = 1.5;

function sign(rng: Rng): number {
  return rng.chance(0.5) ? 1 : -1;
}

/** A panel that rings for a quarter of a second. */
export function doorSlam(rng: Rng, startMs: number): readonly Pulse[] {
  const mg = rng.range(300, 1500);
  return [
    {
      startMs,
      durationMs: Math.round(rng.range(120, 260)),
      forwardMg: 0.4 * mg * rng.gauss(),
      leftMg: mg * sign(rng),
      upMg: 0.4 * mg * rng.gauss(),
      shape: { hz: rng.range(18, 45) },
    },
  ];
}

/** Both axles fall into it and climb out; the wheels hop on. */
export function pothole(rng: Rng, startMs: number, speedMs: number, wheelbaseM: number): readonly Pulse[] {
  const size = rng.range(0.4, 1);
  const side = rng.range(-0.4, 0.4);
  const axle = (atMs: number, share: number): readonly Pulse[] => {
    const fallMs = Math.round(rng.range(25, 50));
    const climbMs = Math.round(rng.range(20, 40));
    const back = -share * size * rng.range(600, 2500);
    return [
      half(atMs, fallMs, 0, 0, -share * size * rng.range(700, 1800)),
      half(atMs + fallMs, climbMs, back, back * side, share * size * rng.range(1500, 5000)),
      {
        startMs: atMs + fallMs + climbMs,
        durationMs: 500,
        forwardMg: 60 * size,
        leftMg: 90 * size * sign(rng),
        upMg: 600 * share * size,
        shape: { hz: rng.range(10, 13) },
      },
    ];
  };
  return onCar([...axle(startMs, 1), ...axle(startMs + axleGapMs(speedMs, wheelbaseM), 0.6)]);
}

/** Up a kerb at an angle, first in front, then behind. */
export function kerb(rng: Rng, startMs: number, speedMs: number, wheelbaseM: number): readonly Pulse[] {
  const size = rng.range(0.4, 1);
  const side = rng.range(-0.5, 0.5);
  const axle = (atMs: number, share: number): readonly Pulse[] => {
    const mg = share * size * rng.range(1500, 3600);
    const ms = Math.round(rng.range(25, 50));
    return [
      half(atMs, ms, -mg, mg * side, share * size * rng.range(1000, 4000)),
      half(atMs + ms, 2 * ms, 0.25 * mg, 0, -share * size * rng.range(300, 900)),
    ];
  };
  return onCar([...axle(startMs, 1), ...axle(startMs + axleGapMs(speedMs, wheelbaseM), 0.8)]);
}

/** The body rises and dips at either axle; gravity leaks forward with the pitch. */
export function speedBump(rng: Rng, startMs: number, speedMs: number, wheelbaseM: number): readonly Pulse[] {
  const lengthM = rng.range(1, 4);
  const riseMs = Math.round((500 * lengthM) / Math.max(SLOWEST_MS, speedMs));
  // 7 to 10 cm under one axle, and half as much again by the springs.
  const pitch = rng.range(30, 70);
  const lift = rng.range(250, 900);
  const gapMs = axleGapMs(speedMs, wheelbaseM);
  return [
    half(startMs, riseMs, pitch, 0, lift),
    half(startMs + riseMs, riseMs, -0.5 * pitch, 0, -0.8 * lift),
    half(startMs + gapMs, riseMs, -pitch, 0, 0.8 * lift),
    half(startMs + gapMs + riseMs, riseMs, 0.5 * pitch, 0, -0.6 * lift),
  ];
}

/** It falls, hits the carpet or something hard, and bounces. The last pulse ends when it lies still. */
export function drop(
  rng: Rng,
  startMs: number,
): { readonly pulses: readonly Pulse[]; readonly falls: readonly Fall[] } {
  const fallMs = Math.round(rng.range(220, 420));
  const pulses: Pulse[] = [];
  const falls: Fall[] = [{ startMs, durationMs: fallMs }];
  let atMs = startMs + fallMs;
  // What the fall gave is what the impact takes: mg x ms of half a sine.
  let speed = fallMs * rng.range(1, 1.4);
  for (let bounce = 0; bounce < 3; bounce++) {
    const ms = Math.round(rng.range(4, 35));
    const mg = Math.min(18_000, (speed * 1000 * Math.PI) / (2 * ms));
    const [x, y, z] = direction(rng);
    pulses.push(half(atMs, ms, mg * x, mg * y, mg * z));
    const airMs = Math.round(rng.range(20, 90) / (bounce + 1));
    falls.push({ startMs: atMs + ms, durationMs: airMs });
    atMs += ms + airMs;
    speed *= 0.3;
  }
  return { pulses, falls };
}

/** A knee against the plug. */
export function knockBlow(rng: Rng, startMs: number): readonly Pulse[] {
  const mg = rng.range(500, 3000);
  const [x, y, z] = direction(rng);
  return [half(startMs, Math.round(rng.range(8, 40)), mg * x, mg * y, mg * z)];
}

export function direction(rng: Rng): readonly [number, number, number] {
  const [x, y, z] = [rng.gauss(), rng.gauss(), rng.gauss()];
  const norm = Math.max(0.01, Math.sqrt(x * x + y * y + z * z));
  return [x / norm, y / norm, z / norm];
}

function half(startMs: number, durationMs: number, forwardMg: number, leftMg: number, upMg: number): Pulse {
  return { startMs, durationMs, forwardMg, leftMg, upMg, shape: 'half-sine' };
}

function onCar(pulses: readonly Pulse[]): readonly Pulse[] {
  return pulses.map((pulse) => ({ ...pulse, onCar: true }));
}

function axleGapMs(speedMs: number, wheelbaseM: number): number {
  return Math.round((1000 * wheelbaseM) / Math.max(SLOWEST_MS, speedMs));
}
