/** What an action asks of an actuator, and what the sensors of the body must show for it to have happened. */

import type { Action } from '../protocol/access-messages.ts';
import type { CarBody, Command } from './box-hal.ts';

export interface Motion {
  readonly command: Command;
  readonly done: (body: CarBody) => boolean;
}

const MOTIONS: Partial<Readonly<Record<Action, Motion>>> = {
  lock: { command: { actuator: 'doors', what: 'lock' }, done: (body) => body.doorsLocked && body.trunkLocked },
  unlock: { command: { actuator: 'doors', what: 'unlock' }, done: (body) => !body.doorsLocked },
  trunk: { command: { actuator: 'trunk', what: 'unlatch' }, done: (body) => !body.lidLatched },
  lights: { command: { actuator: 'lights', what: 'flash' }, done: (body) => body.lightsOn },
  horn: { command: { actuator: 'horn', what: 'sound' }, done: (body) => body.hornOn },
  'climate-on': { command: { actuator: 'climate', what: 'on' }, done: (body) => body.climateOn },
  'climate-off': { command: { actuator: 'climate', what: 'off' }, done: (body) => !body.climateOn },
  'charge-start': { command: { actuator: 'charger', what: 'start' }, done: (body) => body.charging },
  'charge-stop': { command: { actuator: 'charger', what: 'stop' }, done: (body) => !body.charging },
};

/** Null for an action that moves nothing. `celsius` is for the climate. */
export function motionFor(action: Action, celsius: number | undefined): Motion | null {
  const motion = MOTIONS[action];
  if (motion === undefined) return null;
  const { command } = motion;
  return command.actuator === 'climate' ? { ...motion, command: { ...command, celsius } } : motion;
}
