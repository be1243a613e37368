/** The list of decisions.md E47 and of what users complain about: what happens, and how many trips it is. */

import {
  type CrankProfile,
  crankMs,
  ISO_16750_2_LEVEL_I,
  LV_124_E11_COLD,
  LV_124_E11_WARM,
  pulseMs,
} from './crank-profiles.ts';
import type { Rng } from './rng.ts';
import type { StoryCar } from './trip-stories-feed.ts';
import { drive, halt, jam, type Phase, parked, shuffle, start, startStop, trip } from './trip-stories-phase.ts';

export interface Story {
  readonly name: string;
  readonly trips: number;
  /** How often `carried` is to be reported. */
  readonly carried: number;
  readonly phases: (rng: Rng) => readonly Phase[];
  readonly car?: Partial<StoryCar>;
  readonly startUtcMs?: number;
  /** Seconds at the beginning whose trip makes the car known and is not counted. */
  readonly preludeS?: (rng: Rng) => number;
  /** A long story is told with fewer seeds. */
  readonly seedsMax?: number;
  /** A brown-out in it must be marked. */
  readonly gap?: boolean;
  /** Default: 0 for every other seed, 100 for the rest. */
  readonly holdUpMs?: number;
  /** From the first attempt of the starter to the one that starts the engine. */
  readonly attemptsMs?: number;
  /** How much later than that the trip may begin; default 0. */
  readonly startLateMs?: number;
}

const HOUR_MS = 3_600_000;
const ROLLOVER_MS = -1024 * 7 * 24 * HOUR_MS;
const DARK = { sky: false, cell: false } as const;
/** 2026, local time in Berlin: 2 March 23:45; 29 March 01:45 and 25 October 02:45, a quarter before the change. */
const BEFORE_MIDNIGHT = 1_772_491_500_000;
const BEFORE_SUMMER = 1_774_745_100_000;
const BEFORE_WINTER = 1_792_889_100_000;

function journey(rng: Rng, driveS: number): Phase[] {
  return [parked(30 + rng.int(60)), ...trip(rng, driveS, 400)];
}

function jammed(rng: Rng): Phase[] {
  return [parked(40), ...start(rng), ...drive(rng, 240), ...jam(rng), ...drive(rng, 240), parked(400)];
}

function stop(rng: Rng, offS: number): Phase[] {
  return [parked(40), ...trip(rng, 400, offS), ...trip(rng, 400, 400)];
}

function garage(rng: Rng): Phase[] {
  const ramp = (s: number): Phase[] => [{ seconds: s, engine: 'running', kmh: 14, ...DARK }, halt(DARK)];
  const down = [...start(rng), ...drive(rng, 400), ...ramp(60 + rng.int(60)), parked(9 * 3600, DARK)];
  return [parked(40), ...down, ...start(rng, DARK), ...ramp(60 + rng.int(60)), ...drive(rng, 400), parked(400)];
}

function ship(rng: Rng): Phase[] {
  const out: Phase = { seconds: 900 + rng.int(1200), engine: 'off', kmh: rng.range(18, 35), by: 'ship' };
  return [out, { seconds: 120, engine: 'off', kmh: 6, by: 'ship' }, { seconds: 60, engine: 'off', by: 'ship' }];
}

function towed(rng: Rng): Phase[] {
  const phases: Phase[] = [];
  for (let i = 0; i < 6; i++) {
    phases.push({ seconds: 60 + rng.int(90), engine: 'off', kmh: rng.range(30, 70), by: 'truck' });
    phases.push({ seconds: 25 + rng.int(30), engine: 'off', by: 'truck' });
  }
  return phases;
}

/** A drive that makes the engine known, then what the story is about. */
const prelude = (rng: Rng): Phase[] => [parked(30), ...trip(rng.fork('prelude'), 180, 400)];
const preludeS = (rng: Rng): number => prelude(rng).reduce((sum, { seconds }) => sum + seconds, 0);

/** From somewhere within the drive on the receiver's clock is wrong by `offsetMs`. */
function clockJump(rng: Rng, offsetMs: number): Phase[] {
  const [before, after] = rng.chance(0.5) ? [600, 300] : [300, 600];
  const wrong = { clockOffsetMs: offsetMs };
  return [parked(60), ...start(rng), ...drive(rng, before), ...drive(rng, after, wrong), parked(400, wrong)];
}

function sockets(rng: Rng): Phase[] {
  const pauses = [300 + rng.int(1200), 60 + rng.int(60), 2400];
  // What the last drive left in flash is sent when the ignition comes on again.
  return [parked(60), ...pauses.flatMap((pauseS) => trip(rng, 420, pauseS)), { seconds: 60, engine: 'ignition' }];
}

function brownOut(rng: Rng): Phase[] {
  const lossMs = [150, 1200, 4600][rng.int(3)];
  const loss: Phase = { seconds: 30, engine: 'running', kmh: 45, lossMs };
  return [parked(60), ...start(rng), ...drive(rng, 300), loss, ...drive(rng, 300), parked(400)];
}

function cranked(rng: Rng, crank: CrankProfile): Phase[] {
  const starter: Phase = { seconds: Math.ceil(crankMs(crank) / 1000), engine: 'cranking', crank };
  const idle: Phase = { seconds: 4, engine: 'running' };
  return [parked(90), { seconds: 2, engine: 'ignition' }, starter, idle, ...drive(rng, 300), parked(400)];
}

/** One pulse of the warm profile at each of its hundred lights. */
function warmStarts(rng: Rng): Phase[] {
  const phases: Phase[] = [parked(60), ...start(rng)];
  for (let i = 0; i < LV_124_E11_WARM.pulses; i++) {
    phases.push({ seconds: 15 + rng.int(15), engine: 'running', kmh: 40 }, { seconds: 12, engine: 'running' });
    phases.push({ seconds: 5 + rng.int(25), engine: 'ignition' });
    phases.push({ seconds: 2, engine: 'cranking', crank: LV_124_E11_WARM, pulses: 1 });
  }
  return [...phases, ...drive(rng, 60), parked(400)];
}

const of = (name: string, trips: number, phases: Story['phases'], more: Partial<Story> = {}): Story => ({
  name,
  trips,
  carried: 0,
  phases,
  ...more,
});

const lastOf = (profile: CrankProfile): Partial<Story> => ({
  attemptsMs: crankMs(profile) - pulseMs(profile),
});

const SMART: Partial<Story> = { car: { alternator: 'smart' } };
const CLASSIC: Partial<Story> = { car: { alternator: 'classic' } };

export const STORIES: readonly Story[] = [
  of('jam, classic alternator', 1, jammed, CLASSIC),
  of('jam, smart alternator', 1, jammed, SMART),
  of('jam in a tunnel', 1, (rng) => [
    ...[parked(40), ...start(rng), ...drive(rng, 240), ...jam(rng, DARK)],
    ...[...drive(rng, 240), parked(400)],
  ]),
  of('parked for 5 min, smart alternator', 2, (rng) => stop(rng, 300), SMART),
  of('petrol stop of 200 s', 2, (rng) => stop(rng, 200)),
  of('petrol stop of 60 s', 1, (rng) => stop(rng, 60)),
  of('underground car park for 9 h', 2, garage, { seedsMax: 10 }),
  of('ferry', 0, (rng) => [...prelude(rng), ...ship(rng), parked(300)], { carried: 1, preludeS }),
  of('ferry between two drives', 2, (rng) => [...journey(rng, 300), ...ship(rng), ...trip(rng, 300, 400)], {
    carried: 1,
  }),
  of('tow', 0, (rng) => [...prelude(rng), ...towed(rng), parked(300)], { carried: 1, preludeS }),
  of('start-stop system', 1, (rng) => [parked(40), ...start(rng), ...startStop(rng), parked(400)]),
  of('driveway shuffle', 1, (rng) => [parked(40), ...start(rng), ...shuffle(rng), parked(400)]),
  of('midnight', 1, (rng) => journey(rng, 1800), { startUtcMs: BEFORE_MIDNIGHT }),
  of('daylight saving begins', 1, (rng) => journey(rng, 1800), { startUtcMs: BEFORE_SUMMER }),
  of('daylight saving ends', 1, (rng) => journey(rng, 1800), { startUtcMs: BEFORE_WINTER }),
  of('clock jumps 3 h ahead', 1, (rng) => clockJump(rng, 3 * HOUR_MS)),
  of('clock jumps 2 h back', 1, (rng) => clockJump(rng, -2 * HOUR_MS)),
  of('clock jumps 1024 weeks back', 1, (rng) => clockJump(rng, ROLLOVER_MS)),
  of('socket dies with the ignition', 3, sockets, { car: { socket: 'switched' } }),
  of('brown-out on the way', 1, brownOut, { holdUpMs: 0, gap: true }),
  of(ISO_16750_2_LEVEL_I.name, 1, (rng) => cranked(rng, ISO_16750_2_LEVEL_I), lastOf(ISO_16750_2_LEVEL_I)),
  of(`${LV_124_E11_COLD.name}, no hold-up`, 1, (rng) => cranked(rng, LV_124_E11_COLD), {
    ...lastOf(LV_124_E11_COLD),
    holdUpMs: 0,
    gap: true,
  }),
  of(`${LV_124_E11_COLD.name}, hold-up 100 ms`, 1, (rng) => cranked(rng, LV_124_E11_COLD), {
    ...lastOf(LV_124_E11_COLD),
    holdUpMs: 100,
  }),
  // The device is down while the starter turns, for longer than a brown-out lasts: a cold start on the move.
  of(`${LV_124_E11_COLD.name}, regulator needs 9 V`, 1, (rng) => cranked(rng, LV_124_E11_COLD), {
    ...lastOf(LV_124_E11_COLD),
    car: { lostMv: 9_000 },
    startLateMs: 45_000,
  }),
  of(LV_124_E11_WARM.name, 1, warmStarts),
];
