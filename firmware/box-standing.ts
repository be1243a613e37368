/** How the box stands, in RAM and in flash alike: what is read here is what the next boot will find. */

import { decodeMessage, encodeMessage } from '../protocol/envelope.ts';
import { FACTORY_STANDING, Standing } from './box-records.ts';
import { SINGLE, type Vault } from './box-vault.ts';

export class StandingRecord {
  now: Standing = FACTORY_STANDING;
  private readonly vault: Vault;

  constructor(vault: Vault) {
    this.vault = vault;
  }

  restore(payload: Uint8Array): void {
    const standing = decodeMessage(Standing, payload);
    if (standing.ok) this.now = standing.value;
  }

  /** False when flash does not take it: then all is as before. Costs nothing when nothing changes. */
  change(change: Partial<Standing>): boolean {
    const next = { ...this.now, ...change };
    if (!this.vault.put(SINGLE.standing, encodeMessage(Standing, next))) return false;
    this.now = next;
    return true;
  }

  /** Writes it into a new sector and erases all others (B37). */
  purge(change: Partial<Standing>): boolean {
    const next = { ...this.now, ...change };
    if (!this.vault.purge(SINGLE.standing, encodeMessage(Standing, next))) return false;
    this.now = next;
    return true;
  }
}
