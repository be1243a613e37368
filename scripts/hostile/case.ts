import type { Stage } from './stage.ts';
import type { Verdict } from './verdict.ts';

/** One kind of bad input. */
export interface HostileCase<S = Stage> {
  readonly name: string;
  /** A command of its own that does not touch the gateway; may run beside others of the kind. */
  readonly apart?: boolean;
  /** How often the case itself cuts the honest device's link. */
  readonly cuts?: number;
  readonly run: (stage: S) => Promise<Verdict>;
}
