/** What a file is that no reader knows, so that the person who chose it sees the mistake. */

const MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['an ELF program', [0x7f, 0x45, 0x4c, 0x46]],
  ['a ZIP archive (unpack it first)', [0x50, 0x4b, 0x03, 0x04]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46]],
  ['still compressed with gzip (unpack it first)', [0x1f, 0x8b]],
  ['an SQLite database', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65]],
  ['UTF-16 text (save it as UTF-8)', [0xff, 0xfe]],
  ['UTF-16 text (save it as UTF-8)', [0xfe, 0xff]],
];

function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 4096).includes(0);
}

/** Continues the sentence "FILE is ...". */
export function describeUnknown(bytes: Uint8Array, head: string): string {
  if (bytes.length === 0) return 'empty';
  const magic = MAGIC.find(([, start]) => start.every((byte, i) => bytes[i] === byte));
  if (magic) return magic[0];
  if (isBinary(bytes)) return 'a binary file';
  if (/^<(!doctype html|html)/i.test(head)) return 'an HTML page';
  if (/<(\w+:)?osm[\s>]/.test(head)) return 'an OpenStreetMap extract, which is a map';
  if (head.startsWith('<')) return 'XML, but neither GPX nor SUMO FCD';
  if (head.startsWith('{') || head.startsWith('[')) return 'JSON, but no GeoJSON FeatureCollection';
  return head.trim() === '' ? 'blank' : 'text in a format that is not known here';
}
