/** Every decision about access begins here: facts in, a draft of records, entries, events and messages out. */

import { decideFlawed, decideRequest } from './attempt.ts';
import { decideReport } from './box-reports.ts';
import { decideResult } from './box-results.ts';
import { hearClock, lookAfter } from './box-talk.ts';
import type { Draft } from './draft.ts';
import type { AccessMessage } from './message.ts';
import { decideDue } from './time-outs.ts';

/** Throws when facts are missing (`missingFacts`): then nothing of the draft may be used. */
export function decideAccess(draft: Draft, message: AccessMessage): void {
  if (message.kind === 'flawed') decideFlawed(draft, message);
  else if (message.kind === 'request') decideRequest(draft, message);
  else if (message.kind === 'clock') hearClock(draft, message.box, message.clock, message.via);
  else if (message.kind === 'result') decideResult(draft, message);
  else if (message.kind === 'report') decideReport(draft, message);
  else if (message.kind === 'due') decideDue(draft, message.key);
  else lookAfter(draft, message.box);
}
