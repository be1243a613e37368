/** All messages about access, for the schema and for tests. */

import {
  Binding,
  BodyState,
  BoxClock,
  BoxReport,
  BoxResult,
  Inquiry,
  IssuerSet,
  Lease,
  NetworkTime,
  Reply,
  Request,
  Settled,
  SharedKey,
} from './access-messages.ts';
import {
  Ferry,
  Grant,
  KeyRegistration,
  KeyUse,
  PairingTicket,
  Presence,
  PresenceAsk,
  ShortRange,
} from './near-messages.ts';

/** In the order of the CDDL file, after `RULES` of messages.ts. */
export const ACCESS_RULES = [
  Request,
  Reply,
  SharedKey,
  BodyState,
  BoxClock,
  NetworkTime,
  Lease,
  BoxResult,
  BoxReport,
  Settled,
  Inquiry,
  IssuerSet,
  Binding,
  Grant,
  KeyRegistration,
  PairingTicket,
  PresenceAsk,
  Presence,
  KeyUse,
  ShortRange,
  Ferry,
] as const;
