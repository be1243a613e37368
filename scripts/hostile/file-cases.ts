/** Files that are cut, or of another kind. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { encodeRoadMap } from '../../gateway/map/map-file.ts';
import { EXIT } from '../exit.ts';
import { seededTown } from '../seeded-town.ts';
import { surveyTown } from '../survey.ts';
import type { HostileCase } from './case.ts';
import { bordbox, commandCase } from './command.ts';
import type { Stage } from './stage.ts';
import { fact } from './verdict.ts';

const POINTS = 120;
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
const ELF = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0);

/** Northwards at 50 km/h, a point each second. */
function geoJson(): string {
  const features = Array.from({ length: POINTS }, (_, i) => ({
    type: 'Feature',
    properties: { time: new Date(1_773_320_400_000 + i * 1000).toISOString(), phenomenons: { Speed: { value: 50 } } },
    geometry: { type: 'Point', coordinates: [14.42, 51.18 + i * 0.000125] },
  }));
  return JSON.stringify({ type: 'FeatureCollection', features });
}

function csv(): string {
  const rows = Array.from({ length: POINTS }, (_, i) => `${i * 1000},${(51.18 + i * 0.000125).toFixed(6)},14.42,50`);
  return `t_ms,lat,lon,speed_kmh\n${rows.join('\n')}\n`;
}

function half<T extends string | Uint8Array>(whole: T): T {
  return whole.slice(0, Math.floor(whole.length / 2)) as T;
}

function recording(name: string, file: string, content: string | Uint8Array | null, says: RegExp): HostileCase {
  return commandCase(`replay: ${name}`, ['replay', file], { code: EXIT.usage, says }, (stage) => {
    if (content !== null) writeFileSync(stage.path(file), content);
  });
}

/** A text file that ends early is still a drive; what is missing is said. */
const cutCsv: HostileCase = {
  name: 'replay: a CSV cut in the middle of a line',
  apart: true,
  async run(stage) {
    const whole = csv();
    writeFileSync(stage.path('cut.csv'), whole.slice(0, whole.length - 9));
    const { code, stdout, stderr } = await bordbox(stage.folder, ['replay', 'cut.csv']);
    const remark = stdout
      .split('\n')
      .find((line) => line.includes('cut?'))
      ?.trim();
    return fact(code === EXIT.ok && stderr === '' && remark !== undefined, `${remark ?? 'no remark'} (exit ${code})`);
  },
};

function osm(name: string, file: string, content: string | Uint8Array, says: RegExp): HostileCase {
  const words = ['map', 'import', file, '--out', 'never.map'];
  return commandCase(`map import: ${name}`, words, { code: EXIT.usage, says }, (stage) =>
    writeFileSync(stage.path(file), content),
  );
}

const OSM = '<osm version="0.6"><node id="1" lat="51" lon="9"/><way id="1"><nd ref="1"/></way></osm>';
/** The length of a frame's header, and the header's first words. */
const PBF = Uint8Array.of(0, 0, 0, 13, 10, 9, ...new TextEncoder().encode('OSMHeader'), 24, 200);

function map(name: string, file: string, content: string | Uint8Array, says: RegExp): HostileCase[] {
  const prepare = (stage: Stage): void => {
    writeFileSync(stage.path(file), content);
    writeFileSync(stage.path('whole.csv'), csv());
  };
  const wish = { code: EXIT.usage, says };
  return [
    commandCase(`gateway --map: ${name}`, ['gateway', '--data', 'maps', '--port', '0', '--map', file], wish, prepare),
    commandCase(`replay --map: ${name}`, ['replay', 'whole.csv', '--map', file], wish, prepare),
  ];
}

const aMap = encodeRoadMap(surveyTown(seededTown(1)));

export const FILE_CASES: readonly HostileCase[] = [
  recording('a JSON cut in half', 'half.json', half(geoJson()), /cut or damaged/),
  recording('a gzip cut in half', 'half.json.gz', half(new Uint8Array(gzipSync(geoJson()))), /cut-off gzip/),
  cutCsv,
  recording('a CSV cut in its header', 'head.csv', 't_ms,lat,lon', /give|need/),
  recording('a PNG image', 'picture.csv', PNG, /PNG image/),
  recording('a program', 'program.gpx', ELF, /ELF program/),
  recording('an empty file', 'empty.csv', '', /empty/),
  recording('a file that is not there', 'nowhere.csv', null, /is not there/),
  commandCase('replay: a folder', ['replay', 'a-folder'], { code: EXIT.usage, says: /is a folder/ }, (stage) =>
    mkdirSync(stage.path('a-folder'), { recursive: true }),
  ),
  osm('a map without roads', 'empty.osm', OSM, /no road that a car may drive/),
  osm('XML cut in half', 'half.osm', half(OSM), /cut or damaged/),
  osm('a PBF that ends early', 'half.osm.pbf', PBF, /cut or damaged/),
  osm('a gzip cut in half', 'half.osm.gz', half(new Uint8Array(gzipSync(OSM))), /cut-off gzip/),
  osm('a PNG image', 'picture.osm', PNG, /neither OpenStreetMap XML nor PBF/),
  ...map('a PNG image', 'map.png', PNG, /not a road map/),
  ...map('another JSON', 'other.json', '{"type":"FeatureCollection"}', /map/),
  ...map('a map cut in half', 'half.map', half(aMap), /cut or damaged/),
  ...map('an old map', 'old.map', '{"format":"bordbox-map","version":1}', /version 1 is not known/),
];
