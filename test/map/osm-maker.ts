/** Small OpenStreetMap files of both kinds out of one description. */

import { deflateSync } from 'node:zlib';
import type { OsmTags } from '../../scripts/map/osm-data.ts';

export interface MadeNode {
  readonly id: number;
  readonly lat: number;
  readonly lon: number;
  readonly tags?: OsmTags;
}

export interface MadeWay {
  readonly id: number;
  readonly refs: readonly number[];
  readonly tags: OsmTags;
}

export interface MadeMap {
  readonly nodes: readonly MadeNode[];
  readonly ways: readonly MadeWay[];
}

function xmlTags(tags: OsmTags): string {
  return Object.entries(tags)
    .map(([k, v]) => `<tag k="${k}" v="${v}"/>`)
    .join('');
}

export function asXml({ nodes, ways }: MadeMap): Uint8Array {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<osm version="0.6"><meta osm_base="2021-10-27T14:42:29Z"/>',
    ...nodes.map((n) => `<node id="${n.id}" lat="${n.lat}" lon="${n.lon}">${xmlTags(n.tags ?? {})}</node>`),
    ...ways.map(
      (w) => `<way id="${w.id}">${w.refs.map((ref) => `<nd ref="${ref}"/>`).join('')}${xmlTags(w.tags)}</way>`,
    ),
    '</osm>',
  ];
  return new TextEncoder().encode(lines.join('\n'));
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 | (rest % 128));
  return [...bytes, rest];
}

function zigzag(value: number): number[] {
  return varint(value < 0 ? -2 * value - 1 : 2 * value);
}

export function field(number: number, bytes: Iterable<number>): number[] {
  const content = [...bytes];
  return [...varint(8 * number + 2), ...varint(content.length), ...content];
}

function deltas(values: readonly number[]): number[] {
  return values.flatMap((value, i) => zigzag(value - (values[i - 1] ?? 0)));
}

/** A frame: the blob packed by `pack` into the field of that number. */
export function frame(kind: string, block: readonly number[], number = 3, pack = deflateSync): number[] {
  const blob = field(number, number === 1 ? block : pack(Uint8Array.from(block)));
  const header = [...field(1, new TextEncoder().encode(kind)), 24, ...varint(blob.length)];
  return [0, 0, 0, header.length, ...header, ...blob];
}

export function header(features: readonly string[]): number[] {
  const date = [...varint(8 * 32), ...varint(Date.UTC(2021, 9, 27) / 1000)];
  return [...features.flatMap((feature) => field(4, new TextEncoder().encode(feature))), ...date];
}

export const FEATURES = ['OsmSchema-V0.6', 'DenseNodes'];

/** `ends`: what follows the tags of each dense node. */
export function dataBlock({ nodes, ways }: MadeMap, ends: readonly number[] = [0]): number[] {
  const strings = [''];
  const numberOf = (text: string): number => {
    if (!strings.includes(text)) strings.push(text);
    return strings.indexOf(text);
  };
  const dense = [
    ...field(1, deltas(nodes.map(({ id }) => id))),
    ...field(8, deltas(nodes.map(({ lat }) => Math.round(lat * 1e7)))),
    ...field(9, deltas(nodes.map(({ lon }) => Math.round(lon * 1e7)))),
    ...field(
      10,
      nodes.flatMap(({ tags = {} }) => [
        ...Object.entries(tags).flatMap(([k, v]) => [...varint(numberOf(k)), ...varint(numberOf(v))]),
        ...ends,
      ]),
    ),
  ];
  const wayFields = ways.flatMap(({ id, refs, tags }) =>
    field(3, [
      ...[8, ...varint(id)],
      ...field(
        2,
        Object.keys(tags).flatMap((k) => varint(numberOf(k))),
      ),
      ...field(
        3,
        Object.values(tags).flatMap((v) => varint(numberOf(v))),
      ),
      ...field(8, deltas(refs)),
    ]),
  );
  const table = strings.flatMap((text) => field(1, new TextEncoder().encode(text)));
  return [...field(1, table), ...field(2, field(2, dense)), ...field(2, wayFields)];
}

export function asPbf(map: MadeMap): Uint8Array {
  return Uint8Array.from([...frame('OSMHeader', header(FEATURES)), ...frame('OSMData', dataBlock(map))]);
}

/** Nodes in a row, 100 m apart to the north, from 1 on. */
export function row(count: number, more: Readonly<Record<number, OsmTags>> = {}): MadeNode[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    lat: Math.round((50.87 + i * 0.0009) * 1e7) / 1e7,
    lon: 9.71,
    tags: more[i + 1],
  }));
}
