/**
 * The journal is the truth: a frame is in flash before it is sent, and stays until the gateway's receipt.
 *
 * One blank sector is always kept ahead of the one being written. When a sector has been opened, the one after it
 * is reclaimed: a gap frame stands for the frames in it that no receipt covers, then it is erased. A cut anywhere
 * in between is finished at the next boot; nothing is done twice, because gap frames are looked up first.
 */

import { concat } from '../protocol/bytes.ts';
import type { DroppedRange, Frame } from '../protocol/messages.ts';
import { newSamples, type Samples } from '../protocol/samples.ts';
import { blockIdentity, decodeBlock, type ReadBlock } from './block.ts';
import { type FrameIdentity, type FrameRef, frameRef, REF_BYTES, refBytes, sameIdentity } from './frame-ref.ts';
import { covers, joinRanges, rangeOf } from './gap.ts';
import type { Flash } from './hal.ts';
import { RecordLog, type StoredRecord } from './record-log.ts';
import { decodeSettings, encodeSettings, FACTORY_SETTINGS, type Settings } from './settings.ts';

const TYPE = { settings: 1, block: 2, frame: 3 } as const;

/** Seals a frame with the device's key, and opens what it sealed. */
export interface FrameSeal {
  seal(frame: Frame): Uint8Array;
  /** Bytes that `seal` would give, without signing. */
  size(frame: Frame): number;
  /** Null when the bytes are not a frame of this device. */
  open(sealed: Uint8Array): Frame | null;
}

export interface JournalStats {
  /** Distinct frames that this object put into flash. */
  framesJournaled: number;
  framesDropped: number;
}

export class Journal {
  readonly stats: JournalStats = { framesJournaled: 0, framesDropped: 0 };
  settings: Settings = FACTORY_SETTINGS;
  /** Frames in flash that no receipt has covered. */
  waiting = 0;
  /** Addresses of the open frame's blocks, oldest first. */
  private open: number[] = [];
  private lastFrame: StoredRecord | null = null;
  private readonly log: RecordLog;
  private readonly boot: Uint8Array;
  private readonly sealer: FrameSeal;
  private nextSeq = 0;

  /** `boot` is this start's random identity. */
  constructor(flash: Flash, boot: Uint8Array, sealer: FrameSeal) {
    this.log = new RecordLog(flash);
    this.boot = boot;
    this.sealer = sealer;
  }

  /** The next number of this boot. Numbers never come back: another start has another boot. */
  allocate(): FrameIdentity {
    return { boot: this.boot, seq: this.nextSeq++ };
  }

  get damagedRecords(): number {
    return this.log.stats.damagedRecords;
  }

  /** After a reset: reads what is there and finishes what was cut. */
  recover(): void {
    this.log.mount();
    for (const sector of this.log.sectors()) {
      for (const record of this.log.recordsIn(sector)) this.take(record);
    }
    if (!this.log.fits(0)) this.openSector();
    else if (!this.log.isBlank(this.log.sectorAhead(1))) this.reclaim(this.log.sectorAhead(1));
  }

  saveSettings(settings: Settings): void {
    this.settings = settings;
    this.append(TYPE.settings, encodeSettings(settings));
  }

  appendBlock(block: Uint8Array): void {
    this.open.push(this.append(TYPE.block, block));
  }

  /** The blocks of the open frame, or of the one that a cut left open; null when there is none. */
  readOpen(): { readonly blocks: readonly ReadBlock[]; readonly samples: Samples } | null {
    const samples = newSamples();
    const blocks: ReadBlock[] = [];
    for (const address of this.open) {
      const record = this.log.recordAt(address);
      const block = record === null ? null : decodeBlock(record.payload, samples);
      if (block !== null) blocks.push(block);
    }
    return blocks.length === 0 ? null : { blocks, samples };
  }

  /** The frame that was closed last, whatever became of it; null when none is left in flash. */
  readLast(): Frame | null {
    if (this.lastFrame === null) return null;
    return this.open1(this.lastFrame);
  }

  /** Puts a whole frame into flash. The blocks that it was made of are obsolete from then on. */
  closeFrame(frame: Frame): void {
    this.storeFrame(frame);
    this.open = [];
  }

  /** The size that a frame would have on the wire. */
  sealedBytes(frame: Frame): number {
    return this.sealer.size(frame);
  }

  /** The next frame without a receipt after `ref` in the order of writing; null when there is none. */
  nextLive(after: FrameRef | null): FrameRef | null {
    for (const sector of this.log.sectors()) {
      const generation = this.log.generation(sector);
      if (after !== null && generation < after.generation) continue;
      for (const record of this.log.recordsIn(sector)) {
        if (record.type !== TYPE.frame || !record.live) continue;
        if (after !== null && generation === after.generation && record.address <= after.address) continue;
        return frameRef(record.address, generation, record.payload);
      }
    }
    return null;
  }

  /** The signed bytes; null when the frame was given up meanwhile. */
  sealed(ref: FrameRef): Uint8Array | null {
    return this.holds(ref) ? (this.log.recordAt(ref.address)?.payload.subarray(REF_BYTES) ?? null) : null;
  }

  markDone(ref: FrameRef): void {
    if (!this.holds(ref)) return;
    this.log.markDone(ref.address);
    this.waiting--;
  }

  holds(ref: FrameRef): boolean {
    return this.log.generation(this.log.sectorOf(ref.address)) === ref.generation;
  }

  private take(record: StoredRecord): void {
    if (record.type === TYPE.settings) this.settings = decodeSettings(record.payload) ?? this.settings;
    else if (record.type === TYPE.block) this.takeBlock(record);
    else if (record.type === TYPE.frame) this.takeFrame(record);
  }

  private takeBlock(record: StoredRecord): void {
    if (!this.isOpen(blockIdentity(record.payload))) this.open = [];
    this.open.push(record.address);
  }

  private takeFrame(record: StoredRecord): void {
    if (record.live) this.waiting++;
    const ref = frameRef(record.address, 0, record.payload);
    if (ref.gap) return;
    this.lastFrame = record;
    if (this.isOpen(ref)) this.open = [];
  }

  /** Whether the blocks read last belong to this frame. */
  private isOpen(frame: FrameIdentity): boolean {
    const first = this.open.length === 0 ? null : this.log.recordAt(this.open[0]);
    return first !== null && sameIdentity(blockIdentity(first.payload), frame);
  }

  private append(type: number, payload: Uint8Array): number {
    if (!this.log.fits(payload.length)) this.openSector();
    return this.log.append(type, payload);
  }

  private openSector(): void {
    this.log.openNext();
    this.log.append(TYPE.settings, encodeSettings(this.settings));
    const ahead = this.log.sectorAhead(1);
    if (!this.log.isBlank(ahead)) this.reclaim(ahead);
  }

  /** Gives up a sector: a gap frame stands for what is live in it, then it is erased. */
  private reclaim(sector: number): void {
    const live: StoredRecord[] = [];
    for (const record of this.log.recordsIn(sector)) {
      if (record.type === TYPE.frame && record.live) live.push(record);
    }
    if (live.length > 0) this.leaveGap(live, this.rangesAfter(sector));
    this.waiting -= live.length;
    if (this.lastFrame !== null && this.log.sectorOf(this.lastFrame.address) === sector) this.lastFrame = null;
    this.log.erase(sector);
  }

  private leaveGap(live: readonly StoredRecord[], covered: readonly DroppedRange[]): void {
    const ranges: DroppedRange[] = [];
    let last: Frame | null = null;
    for (const record of live) {
      const ref = frameRef(record.address, 0, record.payload);
      if (covers(covered, ref)) continue;
      const frame = this.open1(record);
      ranges.push(rangeOf(ref), ...(frame?.dropped ?? []));
      if (!ref.gap) this.stats.framesDropped++;
      if (frame?.trip !== undefined) last = frame;
    }
    if (ranges.length === 0) return;
    this.storeFrame({
      ...this.allocate(),
      startMs: last?.startMs ?? 0,
      utcMs: last?.utcMs,
      trip: last?.trip && { ...last.trip, boot: last.trip.boot ?? last.boot },
      occurrences: [],
      summary: last?.summary,
      dropped: joinRanges(ranges),
    });
  }

  /** What gap frames in younger sectors already stand for: a reclaim that a cut interrupted. */
  private rangesAfter(sector: number): DroppedRange[] {
    const ranges: DroppedRange[] = [];
    for (const younger of this.log.sectors()) {
      if (this.log.generation(younger) <= this.log.generation(sector)) continue;
      for (const record of this.log.recordsIn(younger)) {
        if (record.type !== TYPE.frame || !frameRef(record.address, 0, record.payload).gap) continue;
        ranges.push(...(this.open1(record)?.dropped ?? []));
      }
    }
    return ranges;
  }

  private storeFrame(frame: Frame): void {
    const payload = concat(refBytes(frame), this.sealer.seal(frame));
    const address = this.append(TYPE.frame, payload);
    if (frame.dropped === undefined) {
      this.lastFrame = this.log.recordAt(address);
    }
    this.stats.framesJournaled++;
    this.waiting++;
  }

  private open1(record: StoredRecord): Frame | null {
    return this.sealer.open(record.payload.subarray(REF_BYTES));
  }
}
