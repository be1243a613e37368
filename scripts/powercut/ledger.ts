/**
 * What must be true, kept outside the device: what was fed in, what was journaled, what the gateway has. It checks
 * identity, completeness, settings and order; it does not look at what the frames say beyond their samples' numbers.
 */

import type { FrameIdentity } from '../../firmware/frame-ref.ts';
import { encodeSettings, FACTORY_SETTINGS, type Settings } from '../../firmware/settings.ts';
import { toHex } from '../../protocol/bytes.ts';
import { MISSING_MAX, type Receipt } from '../../protocol/messages.ts';
import { type FrameBook, fingerprint, frameId } from './frame-book.ts';

/** From one number to another, both included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

export class Ledger {
  readonly violations: string[] = [];
  /** Number of the last sample. */
  number = 0;
  private readonly blockSamples: number;
  private journaled: Set<string>;
  /** Fingerprint of what was sent under an identity. */
  private sent: Map<string, string>;
  private stored: Map<string, Set<number>>;
  private covered: Map<string, Set<number>>;
  private arrived: Set<number>;
  private given: Set<number>;
  private required: Span[];
  private losses: Span[];
  private settings: string;
  private coming: string | null;

  constructor(blockSamples: number, from: Ledger | null = null) {
    this.blockSamples = blockSamples;
    this.number = from?.number ?? 0;
    this.journaled = new Set(from?.journaled);
    this.sent = new Map(from?.sent);
    this.stored = cloned(from?.stored);
    this.covered = cloned(from?.covered);
    this.arrived = new Set(from?.arrived);
    this.given = new Set(from?.given);
    this.required = [...(from?.required ?? [])];
    this.losses = [...(from?.losses ?? [])];
    this.settings = from?.settings ?? settingsKey(FACTORY_SETTINGS);
    this.coming = from?.coming ?? null;
    this.violations.push(...(from?.violations ?? []));
  }

  copy(): Ledger {
    return new Ledger(this.blockSamples, this);
  }

  violation(what: string): void {
    this.violations.push(what);
  }

  /** Samples up to the last one, from `from` on, must not get lost from now on. */
  require(from: number): void {
    const last = this.required.at(-1);
    if (last?.to === from - 1) this.required[this.required.length - 1] = { from: last.from, to: this.number };
    else this.required.push({ from, to: this.number });
  }

  /** What was in RAM is gone: the samples of a block that was not yet full. */
  powerLost(): void {
    this.losses.push({ from: this.number - this.blockSamples + 1, to: this.number });
  }

  frameJournaled(identity: FrameIdentity): void {
    const id = frameId(toHex(identity.boot), identity.seq);
    if (this.journaled.has(id)) this.violation(`frame ${id} was journaled twice`);
    this.journaled.add(id);
  }

  saving(settings: Settings): void {
    this.coming = settingsKey(settings);
  }

  saved(): void {
    this.settings = this.coming ?? this.settings;
    this.coming = null;
  }

  /** After a boot: the old settings or those that were being saved, and from then on always the same. */
  settingsRead(settings: Settings): void {
    const key = settingsKey(settings);
    if (key !== this.settings && key !== this.coming) this.violation(`settings ${key} are neither old nor new`);
    this.settings = key;
    this.coming = null;
  }

  /** The gateway stores what the device sent. Null when it is not believed. */
  deliver(bytes: Uint8Array, book: FrameBook): Receipt | null {
    const sealed = book.find(bytes);
    if (sealed === null) {
      this.violation(`${bytes.length} bytes were sent that were never sealed`);
      return null;
    }
    const print = fingerprint(bytes);
    const before = this.sent.get(sealed.id);
    if (before !== undefined && before !== print) this.violation(`frame ${sealed.id} was sent with two contents`);
    this.sent.set(sealed.id, print);
    numbersOf(this.stored, sealed.boot).add(sealed.seq);
    for (const number of sealed.numbers) this.arrived.add(number);
    const dropped = sealed.frame.dropped ?? [];
    for (const { boot, from, count } of dropped) {
      const covered = numbersOf(this.covered, toHex(boot));
      for (let seq = from; seq < from + count; seq++) covered.add(seq);
    }
    for (const number of book.numbersIn(dropped)) this.given.add(number);
    return this.receipt(sealed.frame.boot);
  }

  private receipt(boot: Uint8Array): Receipt {
    const hex = toHex(boot);
    const stored = numbersOf(this.stored, hex);
    const missing: number[] = [];
    let through = 0;
    const last = Math.max(...stored);
    for (let seq = 0; seq <= last; seq++) {
      if (!this.has(hex, seq)) missing.push(seq);
      if (missing.length > MISSING_MAX) break;
      through = seq;
    }
    return { boot, through, missing: missing.slice(0, MISSING_MAX), refused: [] };
  }

  private has(boot: string, seq: number): boolean {
    return (this.stored.get(boot)?.has(seq) ?? false) || (this.covered.get(boot)?.has(seq) ?? false);
  }

  /** When all is drained: whatever was journaled must have arrived or been given up. */
  settle(): void {
    for (const id of this.journaled) {
      const [boot, seq] = id.split('/');
      if (!this.has(boot, Number(seq))) this.violation(`frame ${id} was journaled and never came`);
    }
    for (const { from, to } of this.required) {
      for (let number = from; number <= to; number++) {
        if (this.arrived.has(number) || this.given.has(number)) continue;
        if (!this.losses.some((loss) => number >= loss.from && number <= loss.to)) {
          this.violation(`sample ${number} is missing and lay in no unfinished block`);
        }
      }
    }
  }
}

function settingsKey(settings: Settings): string {
  return toHex(encodeSettings(settings));
}

function numbersOf(map: Map<string, Set<number>>, boot: string): Set<number> {
  const known = map.get(boot);
  if (known !== undefined) return known;
  const numbers = new Set<number>();
  map.set(boot, numbers);
  return numbers;
}

function cloned(map: Map<string, Set<number>> | undefined): Map<string, Set<number>> {
  return new Map([...(map ?? [])].map(([boot, numbers]) => [boot, new Set(numbers)]));
}
