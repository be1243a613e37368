import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { importRoads } from '../../scripts/map/import-roads.ts';
import type { OsmData } from '../../scripts/map/osm-data.ts';
import { placesOf } from '../../scripts/map/places.ts';
import { readOsm } from '../../scripts/map/read-osm.ts';
import { asPbf, asXml, dataBlock, FEATURES, frame, header, type MadeMap, row } from './osm-maker.ts';

const MAP: MadeMap = {
  nodes: row(5, { 2: { highway: 'traffic_signals' }, 5: { place: 'village', name: 'Sorga', population: '1538' } }),
  ways: [
    { id: 7, refs: [1, 2, 3], tags: { highway: 'primary', ref: 'B 62', maxspeed: '70' } },
    { id: 12_000_000_001, refs: [3, 4, 5], tags: { highway: 'residential', name: 'Mühlenweg' } },
  ],
};

function mustRead(bytes: Uint8Array): OsmData {
  const read = readOsm(bytes);
  assert.ok(read.ok, read.ok ? '' : read.reason);
  return read.value;
}

function reasonOf(bytes: Uint8Array): string {
  const read = readOsm(bytes);
  assert.equal(read.ok, false);
  return read.ok ? '' : read.reason;
}

test('XML and PBF, plain and gzip, say the same', () => {
  const [first, ...others] = [asXml(MAP), asPbf(MAP), gzipSync(asXml(MAP)), gzipSync(asPbf(MAP))].map((bytes) => {
    const data = mustRead(bytes);
    return { date: data.date, spots: data.spots, places: placesOf(data), ...importRoads(data) };
  });
  for (const other of others) assert.deepEqual(other, first);
  assert.equal(first.date, '2021-10-27');
  assert.equal(first.spots.length, 2);
  assert.deepEqual(
    first.places.map(({ name, latE6, radiusM }) => [name, latE6, radiusM]),
    [['Sorga', 50_873_600, 700]],
  );
  assert.deepEqual(
    first.roads.map(({ id, name, points }) => [id, name, points.length]),
    [
      [7, 'B 62', 3],
      [12_000_000_001, 'Mühlenweg', 3],
    ],
  );
});

test('a PBF that is cut anywhere but between two frames is refused', () => {
  const pbf = asPbf(MAP);
  const between = frame('OSMHeader', header(FEATURES)).length;
  for (let length = 24; length < pbf.length; length++) {
    if (length === between) continue;
    assert.match(reasonOf(pbf.slice(0, length)), /cut or damaged|neither/, `${length} bytes`);
  }
});

test('a PBF with any bytes changed gives data or a reason, and comes to an end', () => {
  const plain = Uint8Array.from([...frame('OSMHeader', header(FEATURES)), ...frame('OSMData', dataBlock(MAP), 1)]);
  for (const whole of [asPbf(MAP), plain]) {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const read = readOsm(bytes);
          if (read.ok) importRoads(read.value);
          else assert.equal(read.reason.includes('\n'), false);
        },
      ),
      { numRuns: 2000 },
    );
  }
});

test('tags of dense nodes that never end are refused rather than read for ever', () => {
  const whole = (block: readonly number[]): Uint8Array =>
    Uint8Array.from([...frame('OSMHeader', header(FEATURES)), ...frame('OSMData', block)]);
  assert.equal(readOsm(whole(dataBlock(MAP))).ok, true);
  assert.match(reasonOf(whole(dataBlock(MAP, []))), /cut or damaged/);
  // As many zeros as nodes, but some stand where a value is: number 0 of the strings.
  assert.match(reasonOf(whole(dataBlock(MAP, [1, 0]))), /cut or damaged/);
});

test('what is packed or made in an unknown way says which', () => {
  const strange = frame('OSMHeader', header([...FEATURES, 'HistoricalInformation']));
  assert.match(reasonOf(Uint8Array.from(strange)), /needs the PBF feature HistoricalInformation/);
  const lzma = [...frame('OSMHeader', header(FEATURES)), ...frame('OSMData', dataBlock(MAP), 4)];
  assert.match(reasonOf(Uint8Array.from(lzma)), /packed in a way that is not known here; convert it to PBF with zlib/);
  const bomb = frame('OSMData', [], 3, () => deflateSync(Buffer.alloc(33 * 1024 * 1024)));
  assert.match(reasonOf(Uint8Array.from([...frame('OSMHeader', header(FEATURES)), ...bomb])), /cut or damaged/);
});

test('XML that is cut, another XML, an empty file and a damaged gzip say what to do', () => {
  const xml = asXml(MAP);
  for (const length of [60, 200, xml.length - 8]) assert.match(reasonOf(xml.slice(0, length)), /cut or damaged/);
  assert.match(reasonOf(new TextEncoder().encode('<gpx version="1.1"></gpx>')), /neither OpenStreetMap XML nor PBF/);
  assert.match(reasonOf(new Uint8Array(0)), /^is empty; get an OpenStreetMap extract/);
  assert.match(reasonOf(gzipSync(xml).subarray(0, 80)), /damaged or cut-off gzip/);
});

test('nodes in any order are found, and what was deleted is not there', () => {
  const shuffled = { ...MAP, nodes: [3, 0, 4, 2, 1].map((i) => MAP.nodes[i]) };
  assert.deepEqual(importRoads(mustRead(asXml(shuffled))).roads, importRoads(mustRead(asXml(MAP))).roads);
  const gone = new TextDecoder().decode(asXml(MAP)).replace('<way id="7"', '<way visible="false" id="7"');
  assert.equal(importRoads(mustRead(new TextEncoder().encode(gone))).roads.length, 1);
});
