import type { SubScore } from '../gateway/scoring/closed-trip.ts';
import type { CloudEvent } from './in-process-gateway.ts';

/** A trip as a backend sees it: all of it comes from events on the backend plane. */
export interface TripResult {
  readonly start: string | null;
  readonly end: string | null;
  readonly startPlace: string | null;
  readonly endPlace: string | null;
  readonly km: number;
  readonly whole: boolean;
  /** Occurrences by kind. */
  readonly events: Readonly<Record<string, number>>;
  /** 1..7, null when there was nothing to judge. */
  readonly score: number | null;
  readonly total: number | null;
  readonly subscores: Readonly<Record<string, SubScore>>;
  readonly why: readonly string[];
}

interface Moment {
  readonly time: string | null;
  readonly place: string | null;
}

type Half = { closed?: CloudEvent; scored?: CloudEvent };

/** Joins `trip.closed` and `trip.scored` by trip; a later revision replaces the earlier one. */
export class TripList {
  private readonly halves = new Map<string, Half>();
  private readonly started = new Set<string>();

  take(event: CloudEvent): void {
    const trip = event.data.tripId as string | undefined;
    if (trip === undefined) return;
    if (event.type === 'trip.started') this.started.add(trip);
    const half = this.halves.get(trip) ?? {};
    if (event.type === 'trip.closed') this.halves.set(trip, { ...half, closed: event });
    if (event.type === 'trip.scored') this.halves.set(trip, { ...half, scored: event });
  }

  /** Trips that have started and are not scored yet. */
  get open(): number {
    return [...this.started].filter((trip) => this.halves.get(trip)?.scored === undefined).length;
  }

  list(): TripResult[] {
    const results: TripResult[] = [];
    for (const { closed, scored } of this.halves.values()) {
      if (closed === undefined || scored === undefined) continue;
      const [start, end] = [closed.data.start as Moment, closed.data.end as Moment];
      results.push({
        start: start.time,
        end: end.time,
        startPlace: start.place,
        endPlace: end.place,
        km: closed.data['Vehicle.TripMeterReading'] as number,
        whole: closed.data.whole as boolean,
        events: closed.data.occurrences as Record<string, number>,
        score: scored.data.score as number | null,
        total: scored.data.total as number | null,
        subscores: scored.data.subscores as Record<string, SubScore>,
        why: (scored.data.why as string[] | undefined) ?? [],
      });
    }
    return results.sort((a, b) => ((a.start ?? '') < (b.start ?? '') ? -1 : 1));
  }
}
