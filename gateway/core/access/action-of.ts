import { ACTIONS, type Action, type RequestKind } from '../../../protocol/access-messages.ts';

/** What the box does for requests whose name is not that of an action. */
const BEHIND: Partial<Readonly<Record<RequestKind, Action>>> = {
  'locate-once': 'locate',
  redeem: 'trunk',
  // A8: the car's state at the beginning and at the end of a hand-over.
  'hand-over': 'status',
  'hand-back': 'status',
};

/** Null for what concerns records only. */
export function actionOf(kind: RequestKind): Action | null {
  return BEHIND[kind] ?? (isAction(kind) ? kind : null);
}

function isAction(kind: RequestKind): kind is Action {
  return Object.hasOwn(ACTIONS, kind);
}
