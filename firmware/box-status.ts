/** The car as the box sees it. What of that may be said is for `bodyFor` of box-services.ts. */

import type { BodyState } from '../protocol/access-messages.ts';
import type { CarBody } from './box-hal.ts';
import type { Standing } from './box-records.ts';
import type { GnssFix } from './hal.ts';
import { plausibleFix } from './plausible.ts';

/** 1 m/s: slower is rolling on the spot. */
const MOVING_DM_S = 10;

export class Status {
  /** Null until the sensors have spoken for the first time in this boot. */
  body: CarBody | null = null;
  /** Where the car was last seen; null when there was no fix in this boot. */
  fix: GnssFix | null = null;
  /** What the receiver says of UTC, unsigned; null without a fix in the last seconds. */
  gnss: { readonly utcMs: number; readonly atMs: number } | null = null;
  /** By the sensors of the body or by the supply, whatever was heard last. */
  batteryMv: number | undefined;

  locate(reported: GnssFix | null, now: number): void {
    const fix = plausibleFix(reported);
    if (fix === null) return;
    this.fix = fix;
    this.gnss = { utcMs: fix.utcMs, atMs: now };
  }

  get moving(): boolean {
    return (this.body?.speedDmS ?? 0) >= MOVING_DM_S;
  }

  get engineOn(): boolean {
    return this.body?.engineOn ?? false;
  }

  /** Everything that the box knows; no service may send all of it. */
  whole(standing: Standing, alarmSounds: boolean): BodyState {
    const { body, fix } = this;
    return {
      ...(body === null ? {} : bodyItems(body)),
      batteryMv: this.batteryMv === undefined ? undefined : clamp(this.batteryMv, 0, 65_535),
      alarm: alarmSounds ? 'alarm' : standing.alarmArmed ? 'armed' : 'off',
      immobilised: standing.immobilised,
      valet: standing.valet !== undefined,
      keys: standing.met.length,
      latE6: fix === null ? undefined : Math.round(fix.latE7 / 10),
      lonE6: fix === null ? undefined : Math.round(fix.lonE7 / 10),
      headingDeg: fix === null ? undefined : Math.round(fix.headingCdeg / 100) % 360,
    };
  }
}

function bodyItems(body: CarBody): BodyState {
  return {
    doorsOpen: body.doorsOpen & 15,
    doorsLocked: body.doorsLocked,
    trunkOpen: body.lidOpen || !body.lidLatched,
    trunkLocked: body.trunkLocked,
    windowsOpen: body.windowsOpen & 15,
    engineOn: body.engineOn,
    odometerKm: clamp(body.odometerKm, 0, 0xffffffff),
    chargePercent: clamp(body.chargePercent, 0, 100),
    charging: body.charging,
    climateOn: body.climateOn,
    cabinC: clamp(body.cabinC, -60, 100),
    speedDmS: clamp(body.speedDmS, 0, 2000),
    tyresKpa: body.tyresKpa.slice(0, 4).map((kpa) => clamp(kpa, 0, 1000)),
    consumptionDl: clamp(body.consumptionDl, 0, 65_535),
    remainingMin: body.charging ? clamp(body.remainingMin, 0, 65_535) : undefined,
  };
}

/** Sensors can be broken; what they say must still fit the message. */
function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, Math.round(value)));
}
