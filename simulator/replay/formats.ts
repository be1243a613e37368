/** Every format that can be replayed, in the order in which they are tried. A new one is a file and a line here. */

import { GEOJSON } from './geojson.ts';
import { GPX } from './gpx.ts';
import { NDSBR } from './ndsbr.ts';
import { NMEA } from './nmea.ts';
import { PHONE_ACCELEROMETER, PHONE_GPS } from './phone-log.ts';
import { PLAIN_CSV } from './plain-csv.ts';
import { POLIDRIVING } from './polidriving.ts';
import type { Reader } from './reader.ts';
import { SUMO_FCD } from './sumo-fcd.ts';

export const READERS: readonly Reader[] = [
  GEOJSON,
  SUMO_FCD,
  GPX,
  NDSBR,
  POLIDRIVING,
  PHONE_ACCELEROMETER,
  PHONE_GPS,
  PLAIN_CSV,
  NMEA,
];
