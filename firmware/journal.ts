/**
 * The journal is the truth: a frame is in flash before it is sent, and stays until the gateway's receipt.
 *
 * Two clean sectors are kept ahead of the one being written, so that one that fails when it is opened costs nothing.
 * When one has been opened, the oldest is given up: a gap frame stands for the frames in it that no receipt covers,
 * then it is erased. A cut anywhere in between is finished at the next boot; nothing is done twice, because gap
 * frames are looked up first. When no two sectors can be erased any more, nothing more is kept, and the device goes on.
 */

import { concat, sameBytes } from '../protocol/bytes.ts';
import { DROPPED_MAX, type DroppedRange, type Frame } from '../protocol/messages.ts';
import { newSamples, type Samples } from '../protocol/samples.ts';
import { blockIdentity, decodeBlock, type ReadBlock } from './block.ts';
import { type FrameIdentity, type FrameRef, frameRef, REF_BYTES, refBytes, sameIdentity } from './frame-ref.ts';
import { covers, joinRanges, rangeOf } from './gap.ts';
import type { Flash } from './hal.ts';
import { LOG_FORMAT, type StoredRecord } from './log-format.ts';
import { NONE, RecordLog } from './record-log.ts';
import { decodeSettings, encodeSettings, FACTORY_SETTINGS, type Settings } from './settings.ts';

const TYPE = { settings: 1, block: 2, frame: 3 } as const;
/** Clean sectors ahead of the one being written. */
const CLEAN_AHEAD = 2;
/** A gap frame without its ranges and a range in it, signed, at most. */
const GAP_FRAME_BYTES = 260;
const RANGE_BYTES = 32;

/** Seals a frame with the device's key, and opens what it sealed. */
export interface FrameSeal {
  seal(frame: Frame): Uint8Array;
  /** Bytes that `seal` would give, without signing. */
  size(frame: Frame): number;
  /** Null when the bytes are not a frame of this device. */
  open(sealed: Uint8Array): Frame | null;
}

/** Frames with content, and gap frames: each kind waits for receipts in a lane of its own. */
export type LaneName = 'content' | 'gap';

export interface JournalStats {
  /** Distinct frames that this object put into flash. */
  framesJournaled: number;
  framesDropped: number;
  /** Frames and blocks that no sector would take. */
  recordsLost: number;
}

export class Journal {
  readonly stats: JournalStats = { framesJournaled: 0, framesDropped: 0, recordsLost: 0 };
  settings: Settings = FACTORY_SETTINGS;
  /** Frames in flash that no receipt has covered. */
  waiting = 0;
  /** Addresses of the open frame's blocks, oldest first. */
  private open: number[] = [];
  /** Address of the frame closed last. */
  private lastFrame: number = NONE;
  private recovered = false;
  /** Whether frames, or gap frames, may lie behind the last one that `nextLive` found. */
  private readonly news = { content: true, gap: true };
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

  /** After a reset: reads what is there and finishes what was cut. */
  recover(): void {
    this.log.mount();
    this.readSettings();
    if (this.log.current !== NONE) this.makeRoom();
    this.recovered = true;
    this.waiting = 0;
    this.lastFrame = NONE;
    this.open = [];
    for (const sector of this.log.sectors()) {
      for (const record of this.log.recordsIn(sector)) this.take(record);
    }
  }

  /** Costs flash only when something has changed. */
  saveSettings(settings: Settings): void {
    const bytes = encodeSettings(settings);
    const changed = !sameBytes(bytes, encodeSettings(this.settings));
    this.settings = settings;
    if (changed) this.append(TYPE.settings, bytes);
  }

  appendBlock(block: Uint8Array): void {
    const address = this.append(TYPE.block, block);
    if (address === NONE) this.stats.recordsLost++;
    // Not pushed: an array that grows by itself keeps room for 16 more.
    else this.open = this.open.concat(address);
  }

  /** The blocks of the open frame, or of the one that a cut left open; null when there is none. */
  readOpen(): { readonly blocks: readonly ReadBlock[]; readonly samples: Samples } | null {
    const samples = newSamples();
    const blocks: ReadBlock[] = [];
    for (const address of this.open) {
      const record = this.log.recordAt(address);
      const block = record?.type === TYPE.block ? decodeBlock(record.payload, samples) : null;
      if (block !== null) blocks.push(block);
    }
    return blocks.length === 0 ? null : { blocks, samples };
  }

  /** The frame that was closed last, whatever became of it; null when none is left in flash. */
  readLast(): Frame | null {
    const record = this.lastFrame === NONE ? null : this.log.recordAt(this.lastFrame);
    return record === null ? null : this.open1(record);
  }

  /** Puts a whole frame into flash. The blocks that it was made of are obsolete from then on. */
  closeFrame(frame: Frame): void {
    const address = this.append(TYPE.frame, this.frameRecord(frame));
    this.open = [];
    if (this.count(address)) this.lastFrame = address;
  }

  /** The size that a frame would have on the wire. */
  sealedBytes(frame: Frame): number {
    return this.sealer.size(frame);
  }

  /** The next frame of a lane without a receipt, after `after` in the order of writing; null when there is none. */
  nextLive(lane: LaneName, after: FrameRef | null): FrameRef | null {
    if (!this.news[lane]) return null;
    for (const sector of this.log.sectors()) {
      const generation = this.log.generation(sector);
      if (after !== null && generation < after.generation) continue;
      for (const record of this.log.recordsIn(sector)) {
        if (record.type !== TYPE.frame || !record.live) continue;
        if (after !== null && generation === after.generation && record.address <= after.address) continue;
        const ref = frameRef(record.address, generation, record.payload);
        if (ref.gap !== (lane === 'gap')) continue;
        return sameBytes(ref.boot, this.boot) ? { ...ref, boot: this.boot } : ref;
      }
    }
    this.news[lane] = false;
    return null;
  }

  /** The signed bytes; null when the frame was given up meanwhile. */
  sealed(ref: FrameRef): Uint8Array | null {
    return this.holds(ref) ? (this.log.recordAt(ref.address)?.payload.subarray(REF_BYTES) ?? null) : null;
  }

  markDone(ref: FrameRef): void {
    if (!this.holds(ref)) return;
    if (this.log.markDone(ref.address)) this.waiting--;
  }

  /** A frame that has rotted in flash: a gap frame stands for it, so that no number stays missing. */
  lose(ref: FrameRef): void {
    this.waiting--;
    this.stats.framesDropped++;
    const frame = { ...this.allocate(), startMs: 0, occurrences: [], dropped: [rangeOf(ref)] };
    this.count(this.append(TYPE.frame, this.frameRecord(frame)));
  }

  holds(ref: FrameRef): boolean {
    return this.log.generation(this.log.sectorOf(ref.address)) === ref.generation;
  }

  /** The newest settings in flash: each sector begins with a copy. */
  private readSettings(): void {
    for (const sector of this.log.sectors()) {
      for (const record of this.log.recordsIn(sector)) {
        if (record.type === TYPE.settings) this.settings = decodeSettings(record.payload) ?? this.settings;
      }
    }
  }

  private take(record: StoredRecord): void {
    if (record.type === TYPE.block) this.takeBlock(record);
    else if (record.type === TYPE.frame) this.takeFrame(record);
  }

  private takeBlock(record: StoredRecord): void {
    if (!this.isOpen(blockIdentity(record.payload))) this.open = [];
    this.open.push(record.address);
  }

  private takeFrame(record: StoredRecord): void {
    if (record.live) this.waiting++;
    if (frameRef(record.address, 0, record.payload).gap) return;
    this.lastFrame = record.address;
    // A frame is closed before the next is begun.
    this.open = [];
  }

  /** Whether the blocks read last belong to this frame. */
  private isOpen(frame: FrameIdentity): boolean {
    const first = this.open.length === 0 ? null : this.log.recordAt(this.open[0]);
    return first !== null && sameIdentity(blockIdentity(first.payload), frame);
  }

  /** Its address, or NONE when no sector takes it. */
  private append(type: number, payload: Uint8Array): number {
    const besides = encodeSettings(this.settings).length + LOG_FORMAT.recordHeaderBytes;
    if (payload.length + besides > this.log.payloadBytesMax) return NONE;
    for (let tries = 0; tries < this.log.sectorCount; tries++) {
      const address = this.log.fits(payload.length) ? this.log.append(type, payload) : NONE;
      if (address !== NONE) return address;
      if (this.log.cleanSectors === 0) this.makeRoom();
      if (!this.advance()) continue;
      // Before anything else: a gap frame that a cut tears must find room behind it.
      this.makeRoom();
    }
    return NONE;
  }

  /** Goes on in the next clean sector, which begins with a copy of the settings. False when there is none. */
  private advance(): boolean {
    const settings = encodeSettings(this.settings);
    while (this.log.cleanSectors > 0) if (this.log.openNext(TYPE.settings, settings)) return true;
    return false;
  }

  /** Erases sectors, those that hold nothing first and then the oldest, until enough clean ones are ahead. */
  private makeRoom(): void {
    for (let tries = 0; tries < this.log.sectorCount && this.log.cleanSectors < CLEAN_AHEAD; tries++) {
      const sector = this.log.nextToErase();
      if (sector === NONE) return;
      if (this.log.generation(sector) >= 0) this.giveUp(sector);
      this.log.erase(sector);
    }
  }

  /** A gap frame stands for what is live in the sector. */
  private giveUp(sector: number): void {
    const live: StoredRecord[] = [];
    for (const record of this.log.recordsIn(sector)) {
      if (record.type === TYPE.frame && record.live) live.push(record);
    }
    if (live.length > 0) this.leaveGap(live, this.recovered ? [] : this.rangesAfter(sector));
    this.waiting -= live.length;
    this.open = this.open.filter((address) => this.log.sectorOf(address) !== sector);
    if (this.lastFrame !== NONE && this.log.sectorOf(this.lastFrame) === sector) this.lastFrame = NONE;
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
    const gap = { ...this.allocate(), startMs: last?.startMs ?? 0, utcMs: last?.utcMs, occurrences: [] };
    const trip = last?.trip && { ...last.trip, boot: last.trip.boot ?? last.boot };
    let address: number = NONE;
    for (let tries = 0; tries < this.log.sectorCount && address === NONE; tries++) {
      const dropped = joinRanges(ranges, this.rangesThatFit(ranges.length));
      if (dropped.length === 0) break;
      const record = this.frameRecord({ ...gap, trip, summary: last?.summary, dropped });
      address = this.log.append(TYPE.frame, record);
    }
    this.count(address);
  }

  /** How many ranges a gap frame can have where it will be put; none when there is nowhere to put it. */
  private rangesThatFit(wanted: number): number {
    const bytes = GAP_FRAME_BYTES + Math.min(DROPPED_MAX, wanted) * RANGE_BYTES;
    if (!this.log.fits(bytes) && !this.advance()) this.startAgain();
    return Math.min(DROPPED_MAX, Math.floor((this.log.room - GAP_FRAME_BYTES) / RANGE_BYTES));
  }

  /** Cuts have filled the sector with torn gap frames, and there is no other: it can be written once more. */
  private startAgain(): void {
    const { current } = this.log;
    if (current === NONE) return;
    for (const { type } of this.log.recordsIn(current)) if (type !== TYPE.settings) return;
    this.log.reopen(TYPE.settings, encodeSettings(this.settings));
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

  private frameRecord(frame: Frame): Uint8Array {
    return concat(refBytes(frame), this.sealer.seal(frame));
  }

  private count(address: number): boolean {
    if (address === NONE) {
      this.stats.recordsLost++;
      return false;
    }
    this.stats.framesJournaled++;
    this.waiting++;
    this.news.content = true;
    this.news.gap = true;
    return true;
  }

  private open1(record: StoredRecord): Frame | null {
    return this.sealer.open(record.payload.subarray(REF_BYTES));
  }
}
