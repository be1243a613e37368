/** A8: a hand-over begins and ends with the car's state as the box signed it; cover follows from the record. */

import { toHex } from '../../../protocol/bytes.ts';
import type { BackendType } from '../backend.ts';
import { BINDING } from './binding-record.ts';
import type { Evidence } from './box-body.ts';
import type { Draft } from './draft.ts';
import { HAND_OVER, type HandOverRecord } from './hand-over-record.ts';
import type { RequestRecord } from './request-record.ts';

/** Not when the box was given to somebody else, or the car handed over, while the box was asked. */
export function canBegin(draft: Draft, { box }: RequestRecord, owner: string): boolean {
  const binding = draft.get(BINDING, box);
  return binding?.owner === owner && binding.handOver === null;
}

export function handOverEnded(
  draft: Draft,
  { box, person }: RequestRecord,
  owner: string,
  signed: Evidence | undefined,
): void {
  const binding = draft.get(BINDING, box);
  if (binding === undefined || person === null || signed === undefined) return;
  const record: HandOverRecord = {
    box,
    owner,
    person,
    fromMs: draft.context.nowMs,
    toMs: null,
    startState: toHex(signed.bytes),
    endState: null,
  };
  const id = draft.putNew(HAND_OVER, record);
  draft.put(BINDING, box, { ...binding, handOver: id });
  happened(draft, 'handover.started', id, record);
}

/** `signed` is absent when the box is unpaired and nobody can ask it any more. */
export function handBackEnded(draft: Draft, box: string, signed: Evidence | undefined): void {
  const binding = draft.get(BINDING, box);
  const id = binding?.handOver ?? null;
  const record = id === null ? undefined : draft.get(HAND_OVER, id);
  if (binding === undefined || id === null || record === undefined) return;
  const ended: HandOverRecord = {
    ...record,
    toMs: draft.context.nowMs,
    endState: signed === undefined ? null : toHex(signed.bytes),
  };
  draft.put(HAND_OVER, id, ended);
  draft.put(BINDING, box, { ...binding, handOver: null });
  happened(draft, 'handover.ended', id, ended);
}

function happened(draft: Draft, type: BackendType, id: string, record: HandOverRecord): void {
  const { box, owner, person, fromMs, toMs } = record;
  draft.happened({
    type,
    device: box,
    identity: id,
    data: { fromMs, toMs },
    names: { handOver: `hand-over/${id}`, owner: `person/${owner}`, person: `person/${person}` },
  });
}
