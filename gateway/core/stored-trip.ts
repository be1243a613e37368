/** A trip again from its stored frames. */

import { decodeCbor } from '../../protocol/cbor.ts';
import { decodeMessage } from '../../protocol/envelope.ts';
import { Frame } from '../../protocol/messages.ts';
import type { ClosedTrip } from '../scoring/closed-trip.ts';
import { assemble, type TripFrame } from './assemble.ts';
import type { StoredFrame } from './store.ts';
import { isWhole, type TripRow } from './trips.ts';

const PAYLOAD_AT = 2;

/** Null when none of its frames can be read. */
export function storedTrip(id: string, row: TripRow, stored: readonly StoredFrame[]): ClosedTrip | null {
  const frames = stored.map(readFrame).filter((frame) => frame !== null);
  return assemble(id, frames, isWhole(row));
}

/** The frame in bytes that were verified before they were stored. */
function readFrame({ bytes, receivedMs }: StoredFrame): TripFrame | null {
  const item = decodeCbor(bytes);
  const payload = item.ok && Array.isArray(item.value) ? item.value[PAYLOAD_AT] : null;
  if (!(payload instanceof Uint8Array)) return null;
  const frame = decodeMessage(Frame, payload);
  return frame.ok ? { frame: frame.value, receivedMs } : null;
}
