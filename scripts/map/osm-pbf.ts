/**
 * OpenStreetMap PBF. The frames are taken apart here, with a bound on every size, and the blocks inside them by
 * osm-pbf-parser-node.
 */

import { inflateSync } from 'node:zlib';
import { parse } from 'osm-pbf-parser-node';
import type { OsmSink, OsmTags } from './osm-data.ts';
import { fieldsOf, ProtobufError } from './protobuf-fields.ts';

/** The format's own bounds (OSM wiki, "PBF Format"). */
const HEADER_BYTES_MAX = 64 * 1024;
const BLOB_BYTES_MAX = 32 * 1024 * 1024;
const KNOWN_FEATURES = ['OsmSchema-V0.6', 'DenseNodes'];

interface PbfMember {
  readonly type: string;
  readonly ref: number;
  readonly role: string;
}

/** What the parser gives for an element; which fields are there depends on `type`. */
interface PbfElement {
  readonly type: 'node' | 'way' | 'relation';
  readonly id: number;
  readonly lat: number;
  readonly lon: number;
  readonly refs: readonly number[];
  readonly members: readonly PbfMember[];
  readonly tags?: OsmTags;
}

export function looksLikePbf(bytes: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(bytes.subarray(4, 20));
  return bytes[0] === 0 && bytes[1] === 0 && text.includes('OSMHeader');
}

/** Null, or what is wrong in words that follow the file's name. */
export function readOsmPbf(bytes: Uint8Array, sink: OsmSink): string | null {
  try {
    for (const { kind, block } of blocksOf(bytes)) {
      if (kind === 'OSMHeader') {
        const strange = readHeader(block, sink);
        if (strange !== null)
          return `needs the PBF feature ${strange}, which is not known here; convert it to plain PBF`;
      }
      if (kind === 'OSMData') readBlock(block, sink);
    }
    return null;
  } catch (error) {
    if (error instanceof UnknownPacking) return error.message;
    // The parser throws whatever its reading of damaged bytes leads to.
    return 'is OpenStreetMap PBF that is cut or damaged; fetch the whole file again';
  }
}

class UnknownPacking extends Error {}

interface Block {
  readonly kind: string;
  readonly block: Uint8Array;
}

function* blocksOf(bytes: Uint8Array): Generator<Block> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 4) throw new ProtobufError('no room for a length');
    const header = slice(bytes, at + 4, view.getUint32(at), HEADER_BYTES_MAX);
    let kind = '';
    let size = -1;
    for (const { number, value, bytes: inner } of fieldsOf(header)) {
      if (number === 1 && inner !== null) kind = new TextDecoder().decode(inner);
      if (number === 3) size = value;
    }
    at += 4 + header.length;
    const blob = slice(bytes, at, size, BLOB_BYTES_MAX);
    at += blob.length;
    yield { kind, block: unpacked(blob) };
  }
}

function slice(bytes: Uint8Array, at: number, length: number, max: number): Uint8Array {
  if (length < 0 || length > max || length > bytes.length - at) throw new ProtobufError('a frame runs past the end');
  return bytes.subarray(at, at + length);
}

function unpacked(blob: Uint8Array): Uint8Array {
  for (const { number, bytes } of fieldsOf(blob)) {
    if (bytes === null) continue;
    if (number === 1) return bytes;
    if (number === 3) return inflateSync(bytes, { maxOutputLength: BLOB_BYTES_MAX });
    throw new UnknownPacking('is packed in a way that is not known here; convert it to PBF with zlib');
  }
  throw new ProtobufError('a blob is empty');
}

/** The first feature that is required and not known here, or null. */
function readHeader(block: Uint8Array, sink: OsmSink): string | null {
  for (const { number, value, bytes } of fieldsOf(block)) {
    if (number === 32) sink.edition(new Date(value * 1000).toISOString().slice(0, 10));
    if (number !== 4 || bytes === null) continue;
    const feature = new TextDecoder().decode(bytes);
    if (!KNOWN_FEATURES.includes(feature)) return feature;
  }
  return null;
}

function readBlock(block: Uint8Array, sink: OsmSink): void {
  for (const group of fieldsOf(block)) {
    if (group.number !== 2 || group.bytes === null) continue;
    for (const dense of fieldsOf(group.bytes)) if (dense.number === 2 && dense.bytes !== null) checkDense(dense.bytes);
  }
  for (const element of parse(Buffer.from(block.buffer, block.byteOffset, block.length), {}) as PbfElement[]) {
    const { type, id, tags } = element;
    if (type === 'node') sink.node(id, element.lat, element.lon, tags ?? null);
    if (type === 'way') sink.way(id, element.refs, tags ?? {});
    if (type === 'relation') {
      const ways = element.members.filter((member) => member.type === 'way' && member.role !== 'inner');
      sink.area(
        ways.map(({ ref }) => ref),
        tags ?? {},
      );
    }
  }
}

/** Tags of dense nodes end with a 0 for each node. Where one is missing the parser would look for it for ever. */
function checkDense(dense: Uint8Array): void {
  let ids = 0;
  let ends = 0;
  let tagged = false;
  for (const { number, bytes } of fieldsOf(dense)) {
    if (number !== 1 && number !== 10) continue;
    if (bytes === null) throw new ProtobufError('a list is not packed');
    if (number === 1) ids += bytes.reduce((sum, byte) => sum + (byte < 128 ? 1 : 0), 0);
    tagged ||= number === 10 && bytes.length > 0;
    if (number === 10) ends += endsOfTags(bytes);
  }
  if (tagged && ends !== ids) throw new ProtobufError('tags of dense nodes do not end');
}

/** How often a 0 stands where a key could: keys and values take turns. */
function endsOfTags(packed: Uint8Array): number {
  let ends = 0;
  let start = 0;
  let isKey = true;
  for (let i = 0; i < packed.length; i++) {
    if (packed[i] >= 128) continue;
    const end: boolean = isKey && i === start && packed[i] === 0;
    if (end) ends++;
    isKey = end || !isKey;
    start = i + 1;
  }
  return ends;
}
