import type { StoreStats } from '../core/store.ts';

export interface GatewayStats {
  readonly frames: {
    readonly stored: number;
    readonly duplicate: number;
    readonly fork: number;
    /** Stored with a good signature and a body that this version does not understand. */
    readonly raw: number;
    /** Given up by devices and never received. */
    readonly dropped: number;
  };
  readonly quarantined: Readonly<Record<string, number>>;
  /** Connections that were not let in or ended, and subscriptions that were not granted, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly trips: { readonly open: number; readonly closed: number; readonly scored: number };
  /** Events that no broker has taken yet. */
  readonly outbox: number;
  readonly devices: number;
  /** Requests by their end, refusals by reason, leases. */
  readonly access: Readonly<Record<string, number>>;
  /** Since this start: how often the store could not be used. */
  readonly storeErrors: number;
}

export function statsOf({ counts, trips, outbox, devices }: StoreStats, storeErrors: number): GatewayStats {
  const count = (name: string): number => counts.get(name) ?? 0;
  return {
    frames: {
      stored: count('stored'),
      duplicate: count('duplicate'),
      fork: count('fork'),
      raw: count('raw'),
      dropped: count('dropped'),
    },
    quarantined: countsUnder('quarantine/', counts),
    refused: countsUnder('refused/', counts),
    trips: { open: trips.open + trips.ended, closed: trips.closed, scored: trips.scored },
    outbox,
    devices,
    access: countsUnder('access/', counts),
    storeErrors,
  };
}

function countsUnder(prefix: string, counts: ReadonlyMap<string, number>): Record<string, number> {
  const names = [...counts.keys()].filter((name) => name.startsWith(prefix)).sort();
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), counts.get(name) ?? 0]));
}
