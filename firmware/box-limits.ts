/** Every bound of the box in one place, in a production and a tiny set. */

import { Binding, BoxReport, IssuerSet, LEASES_MAX, Lease, type PowerState } from '../protocol/access-messages.ts';
import { DAY_MS } from '../protocol/messages.ts';
import { Burn, KeptReport, Standing } from './box-records.ts';

/** What a parked box costs and how long it takes to hear. */
export interface PowerFigures {
  /** Until it hears the next downlink, at most. */
  readonly wakeMs: number;
  /** Mean current from the car's battery. */
  readonly currentUa: number;
  /** Below this, with the engine off, it goes one state deeper. */
  readonly cutOffMv: number;
}

export interface BoxLimits {
  /** Burnt ids with their results. A full table refuses. */
  readonly leases: number;
  /** Ids of settled leases that are still alive, at 12 bytes each. */
  readonly spent: number;
  readonly reports: number;
  /** Leases that wait for an actuator. */
  readonly waiting: number;
  /** Ids burnt in RAM because the gateway asked about them. */
  readonly inquired: number;
  readonly peers: number;
  /** Positions of a stolen car that wait for a link (B94). */
  readonly positions: number;
  /** A lease's end lies this far behind the wake latency at most: 30 s of life, 60 s for the age of the clock. */
  readonly leaseMs: number;
  readonly nonceMs: number;
  readonly ticketMs: number;
  /** Until an actuator has to show that it moved. */
  readonly motionMs: number;
  readonly relockMs: number;
  readonly lockRetryMs: number;
  readonly lockTries: number;
  readonly leftOpenMs: number;
  /** A lid that did not spring is watched for so long before the opening ends ... */
  readonly watchMs: number;
  /** ... and if it springs within so long after that, the opening goes on. */
  readonly lateMs: number;
  /** An answer to an older clock says nothing about the time. */
  readonly timeAgeMs: number;
  /** Without the gateway for longer, shared keys pause. */
  readonly contactMs: number;
  /** The floor of time goes to flash in steps. */
  readonly floorStepMs: number;
  readonly clockMs: number;
  readonly resendFirstMs: number;
  readonly resendLastMs: number;
  /** A digital key or lease permits a start for so long. */
  readonly startMs: number;
  readonly alarmDebounceMs: number;
  readonly sirenMs: number;
  readonly trackMs: number;
  readonly valetTries: number;
  readonly valetWaitMs: number;
  /** Awake without anything to do. */
  readonly idleMs: number;
  /** In eDRX without anything to do. */
  readonly deepAfterMs: number;
  /** How long it listens when it wakes from deep sleep by itself. */
  readonly listenMs: number;
  /** The last results leave before the session ends. */
  readonly lingerMs: number;
  readonly power: Readonly<Record<PowerState, PowerFigures>>;
}

/** What an id in a table takes with its flags and timers. */
const ENTRY_BYTES = 120;
/** One sector is read at a time. */
const SECTOR_BYTES = 4096;
const RAM_BUDGET_BYTES = 128 * 1024;

/** Bytes of state at most, with all tables full. What is in the tables lies in flash, and is read one by one. */
export function boxRamBytes(limits: BoxLimits): number {
  return (
    // In the ledger, the outbox and the vault.
    3 * (limits.leases + limits.reports) * ENTRY_BYTES +
    limits.spent * 12 +
    limits.positions * (BoxReport.maxBytes + 2 * ENTRY_BYTES) +
    limits.waiting * (Lease.maxBytes + ENTRY_BYTES) +
    (limits.inquired + 6 * limits.peers) * ENTRY_BYTES +
    Standing.maxBytes +
    Binding.maxBytes +
    IssuerSet.maxBytes +
    SECTOR_BYTES
  );
}

/** Flash that all living records take at most, with the headers around them. */
export function liveBytesMax(limits: BoxLimits): number {
  const header = 64;
  return (
    limits.leases * (Burn.maxBytes + header) +
    limits.reports * (KeptReport.maxBytes + header) +
    Standing.maxBytes +
    Binding.maxBytes +
    IssuerSet.maxBytes +
    3 * header
  );
}

function boxLimits(values: BoxLimits): BoxLimits {
  const { awake, edrx } = values.power;
  const asleep = values.power['deep-sleep'];
  const sound =
    values.leases >= 2 &&
    values.waiting >= 1 &&
    values.inquired >= LEASES_MAX &&
    values.lockTries >= 1 &&
    values.resendFirstMs <= values.resendLastMs &&
    values.motionMs < values.leaseMs &&
    values.relockMs > values.motionMs &&
    values.leftOpenMs > values.relockMs &&
    values.watchMs > values.motionMs &&
    values.lateMs > values.watchMs &&
    values.timeAgeMs < values.contactMs &&
    values.listenMs < asleep.wakeMs &&
    awake.wakeMs <= edrx.wakeMs &&
    edrx.wakeMs <= asleep.wakeMs &&
    awake.currentUa > edrx.currentUa &&
    edrx.currentUa > asleep.currentUa &&
    awake.cutOffMv >= edrx.cutOffMv &&
    edrx.cutOffMv >= asleep.cutOffMv &&
    boxRamBytes(values) <= RAM_BUDGET_BYTES;
  if (!sound) throw new RangeError('limits of the box contradict each other');
  return Object.freeze(values);
}

export const BOX_PRODUCTION = boxLimits({
  leases: 64,
  // 100 leases a second.
  spent: 4096,
  reports: 48,
  waiting: 8,
  inquired: 64,
  peers: 8,
  positions: 16,
  leaseMs: 90_000,
  nonceMs: 60_000,
  ticketMs: 300_000,
  motionMs: 5_000,
  relockMs: 120_000,
  lockRetryMs: 5_000,
  lockTries: 3,
  leftOpenMs: 300_000,
  watchMs: 30_000,
  lateMs: 600_000,
  timeAgeMs: 60_000,
  contactMs: DAY_MS,
  floorStepMs: 600_000,
  clockMs: 30_000,
  resendFirstMs: 10_000,
  resendLastMs: 600_000,
  startMs: 120_000,
  alarmDebounceMs: 300,
  sirenMs: 30_000,
  trackMs: 10_000,
  valetTries: 5,
  valetWaitMs: 60_000,
  idleMs: 300_000,
  deepAfterMs: 3 * DAY_MS,
  listenMs: 30_000,
  lingerMs: 10_000,
  power: {
    awake: { wakeMs: 0, currentUa: 90_000, cutOffMv: 12_000 },
    // A paging cycle of 20.48 s.
    edrx: { wakeMs: 20_480, currentUa: 3_000, cutOffMv: 11_800 },
    // 30 s in an hour awake, and 0.3 mA in between.
    'deep-sleep': { wakeMs: 3_600_000, currentUa: 1_050, cutOffMv: 11_400 },
  },
});

/** Makes full tables common in tests; times are those of production. */
export const BOX_TINY = boxLimits({
  ...BOX_PRODUCTION,
  leases: 3,
  spent: 4,
  reports: 4,
  waiting: 1,
  inquired: LEASES_MAX,
  peers: 2,
  positions: 2,
});
