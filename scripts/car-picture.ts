/** A parked car from its side in four lines of text: what is open, what is locked, what shines. */

import type { CarBody } from '../firmware/box-hal.ts';

export function carPicture({ doorsOpen, doorsLocked, lidOpen, trunkLocked, lightsOn }: CarBody): string[] {
  const door = doorsOpen === 0 ? '|' : '/';
  return [
    `        _______${lidOpen ? '    /' : ''}`,
    `     __/  ${door}  | \\${lidOpen ? '_ /' : '___'}    doors ${openOr(doorsOpen !== 0)}, ${lockedOr(doorsLocked)}`,
    `   ${lightsOn ? '*' : '|'}  _  ${door}  |   _ |    trunk ${openOr(lidOpen)}, ${lockedOr(trunkLocked)}`,
    "    '-(_)------(_)-'",
  ];
}

function openOr(open: boolean): string {
  return open ? 'open' : 'closed';
}

function lockedOr(locked: boolean): string {
  return locked ? 'locked' : 'unlocked';
}
