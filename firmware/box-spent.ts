/**
 * Ids whose result the gateway has, while their lease is still alive. They must not act again in this boot, and cannot
 * in another; so that of many quick leases nothing else need be kept than this, in RAM.
 *
 * Eight bytes of an id stand for it: the gateway draws it, and a false hit refuses.
 */

const SECOND_MS = 1000;

export class Spent {
  private readonly heads: Uint32Array;
  /** When the lease has ended, in whole seconds of this boot; 0: free. */
  private readonly endS: Uint32Array;
  private at = 0;

  constructor(size: number) {
    this.heads = new Uint32Array(2 * size);
    this.endS = new Uint32Array(size);
  }

  has(id: Uint8Array, now: number): boolean {
    const [first, second] = headOf(id);
    const { heads, endS } = this;
    for (let i = 0; i < endS.length; i++) {
      if (heads[2 * i] === first && heads[2 * i + 1] === second && endS[i] * SECOND_MS > now) return true;
    }
    return false;
  }

  /** False when there is no room: all of them could still act. */
  add(id: Uint8Array, endMs: number, now: number): boolean {
    for (let tries = 0; tries < this.endS.length; tries++) {
      const slot = this.at;
      this.at = (this.at + 1) % this.endS.length;
      if (this.endS[slot] * SECOND_MS > now) continue;
      this.heads.set(headOf(id), 2 * slot);
      this.endS[slot] = Math.ceil(endMs / SECOND_MS);
      return true;
    }
    return false;
  }
}

function headOf(id: Uint8Array): readonly [number, number] {
  const view = new DataView(id.buffer, id.byteOffset);
  return [view.getUint32(0), view.getUint32(4)];
}
