/** Sorts what came in for access into what is believed and what is dropped. */

import type { Crypto } from '../../protocol/crypto.ts';
import type { Result } from '../../protocol/result.ts';
import type { AccessStore } from '../core/access/access-store.ts';
import { examineAccess, type Opened, openFerried, withBox } from '../core/access/examine-access.ts';
import type { AccessMessage, AccessUplink } from '../core/access/message.ts';
import { PARTY, type PartyRecord } from '../core/access/party-record.ts';
import { keyOf, readRecord } from '../core/access/record-kind.ts';
import type { DropReason } from '../core/drop-reason.ts';
import type { DeviceRecord } from '../core/enrolment.ts';
import type { RateGate } from '../core/rate.ts';

export interface WaitingUplink {
  readonly uplink: AccessUplink;
  /** Called once the message is decided, or known not to be worth it. */
  readonly settled: (() => void) | undefined;
  /** Kept while the store fails, so that a retry costs neither a signature check nor the sender's rate. */
  opened?: Result<Opened, DropReason>;
}

export interface GatePorts {
  readonly store: AccessStore;
  boxes(ids: readonly string[]): Promise<ReadonlyMap<string, DeviceRecord>>;
  readonly crypto: Crypto;
}

export class AccessGate {
  private readonly ports: GatePorts;
  private readonly rate: RateGate;
  private readonly onDrop: (reason: DropReason, uplink: AccessUplink) => void;

  constructor(ports: GatePorts, rate: RateGate, onDrop: (reason: DropReason, uplink: AccessUplink) => void) {
    this.ports = ports;
    this.rate = rate;
    this.onDrop = onDrop;
  }

  /** In the order in which they came. */
  async believe(batch: readonly WaitingUplink[], nowMs: number): Promise<readonly AccessMessage[]> {
    await this.open(batch, nowMs);
    const opened = batch.map((waiting) => ({ waiting, result: waiting.opened }));
    const named = opened.flatMap(({ result }) => (result?.ok === true ? boxNamedBy(result.value) : []));
    const boxes = named.length === 0 ? new Map() : await this.ports.boxes([...new Set(named)]);
    const messages: AccessMessage[] = [];
    for (const { waiting, result } of opened) {
      if (result?.ok !== true) continue;
      const message = this.withBoxOf(result.value, boxes);
      if (message.ok) messages.push(message.value);
      else {
        this.onDrop(message.reason, waiting.uplink);
        waiting.opened = message;
      }
    }
    return messages;
  }

  private async open(batch: readonly WaitingUplink[], nowMs: number): Promise<void> {
    const fresh = batch.filter(({ opened }) => opened === undefined);
    const senders = [...new Set(fresh.map(({ uplink }) => uplink.device))];
    if (senders.length === 0) return;
    const devices = await this.ports.boxes(senders);
    const parties = await this.parties(senders);
    const examination = { crypto: this.ports.crypto, rate: this.rate, nowMs };
    for (const waiting of fresh) {
      const { uplink } = waiting;
      const sender = { device: devices.get(uplink.device), party: parties.get(uplink.device) };
      waiting.opened = examineAccess(uplink, sender, examination);
      if (!waiting.opened.ok) this.onDrop(waiting.opened.reason, uplink);
    }
  }

  private async parties(ids: readonly string[]): Promise<ReadonlyMap<string, PartyRecord>> {
    const found = new Map<string, PartyRecord>();
    const documents = await this.ports.store.load(ids.map((id) => keyOf(PARTY, id)));
    for (const id of ids) {
      const key = keyOf(PARTY, id);
      const json = documents.get(key)?.json;
      if (json !== undefined) found.set(id, readRecord(PARTY, key, json));
    }
    return found;
  }

  private withBoxOf(opened: Opened, boxes: ReadonlyMap<string, DeviceRecord>): Result<AccessMessage, DropReason> {
    const { crypto } = this.ports;
    if (opened.kind === 'ferry') return openFerried(opened, boxes.get(opened.ferry.box), crypto);
    const value = opened.kind === 'request' ? withBox(opened, boxes.get(opened.request.aud), crypto) : opened;
    return { ok: true, value };
  }
}

function boxNamedBy(opened: Opened): readonly string[] {
  if (opened.kind === 'ferry') return [opened.ferry.box];
  return opened.kind === 'request' ? [opened.request.aud] : [];
}
