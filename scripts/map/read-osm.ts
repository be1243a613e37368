/** An OpenStreetMap file of either kind, plain or gzip. */

import { gunzipSync } from 'node:zlib';
import { accept, type Result, refuse } from '../../protocol/result.ts';
import { headText, looksLikeGzip } from '../../simulator/replay/file-text.ts';
import { OsmData } from './osm-data.ts';
import { looksLikePbf, readOsmPbf } from './osm-pbf.ts';
import { looksLikeOsmXml, readOsmXml } from './osm-xml.ts';

/** Unpacked files may be this large. */
const BYTES_MAX = 2 * 1024 * 1024 * 1024 - 1;

/** A reason is words that follow the file's name. */
export function readOsm(packed: Uint8Array): Result<OsmData, string> {
  if (packed.length === 0) return refuse('is empty; get an OpenStreetMap extract (.osm, .osm.gz, .osm.pbf)');
  let bytes = packed;
  if (looksLikeGzip(packed)) {
    try {
      bytes = gunzipSync(packed, { maxOutputLength: BYTES_MAX });
    } catch {
      return refuse('is a damaged or cut-off gzip file; get a whole copy');
    }
  }
  const data = new OsmData();
  if (looksLikePbf(bytes)) {
    const fault = readOsmPbf(bytes, data);
    return fault === null ? accept(data) : refuse(fault);
  }
  if (!looksLikeOsmXml(headText(bytes)))
    return refuse('is neither OpenStreetMap XML nor PBF; get an extract (.osm, .osm.gz, .osm.pbf)');
  if (!readOsmXml(bytes, data))
    return refuse('is OpenStreetMap XML that is cut or damaged; fetch the whole file again');
  return accept(data);
}
