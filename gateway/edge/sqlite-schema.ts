/** Columns that files of earlier versions lack. */
export const ADDED_COLUMNS: readonly { readonly table: string; readonly column: string; readonly is: string }[] = [
  { table: 'boots', column: 'version', is: 'integer not null default 1' },
  { table: 'trips', column: 'version', is: 'integer not null default 1' },
  { table: 'states', column: 'version', is: 'integer not null default 1' },
];

/**
 * Tables of the embedded store. Frames lie in a rowid table with integer keys and a separate unique index:
 * that layout takes three times the rows of one with text keys.
 */
export const SQLITE_SCHEMA = `
create table if not exists devices (
  id integer primary key,
  device text not null unique,
  public_key blob not null,
  kind text not null,
  serial text not null,
  revoked integer not null default 0
);
create table if not exists manufacturers (
  public_key blob primary key,
  last_number integer not null
) without rowid;
-- One row a start of a device; its id stands for (device, boot).
create table if not exists boots (
  id integer primary key,
  device integer not null,
  boot blob not null,
  received text not null,
  given_up text not null,
  refused text not null,
  version integer not null,
  unique (device, boot)
);
create table if not exists trips (
  id integer primary key,
  key text not null unique,
  state text not null,
  received_ms integer not null,
  row text not null,
  version integer not null
);
create index if not exists trips_by_state on trips (state, received_ms);
create table if not exists frames (
  id integer primary key,
  boot integer not null,
  seq integer not null,
  hash blob not null,
  trip integer,
  received_ms integer not null,
  bytes blob not null
);
create unique index if not exists frames_by_identity on frames (boot, seq);
create index if not exists frames_by_trip on frames (trip) where trip is not null;
create table if not exists states (
  device integer primary key,
  boot text not null,
  at_ms integer not null,
  hash blob not null,
  version integer not null
);
create table if not exists configurations (
  device integer primary key,
  number integer not null,
  vehicle integer not null,
  blocker integer not null,
  revision integer not null unique
);
create table if not exists quarantine (
  id integer primary key,
  reason text not null,
  device text not null,
  topic text not null,
  size_bytes integer not null,
  head blob not null,
  at_ms integer not null
);
create table if not exists counters (
  name text primary key,
  value integer not null
) without rowid;
create table if not exists sequences (
  tenant text primary key,
  last integer not null
) without rowid;
create table if not exists outbox (
  id integer primary key autoincrement,
  topic text not null,
  json text not null
);
-- Versions come from one counter, so that a record that was removed and made again never has an old one.
create table if not exists access_documents (
  key text primary key,
  version integer not null,
  json text not null,
  due_ms integer
) without rowid;
create index if not exists access_due on access_documents (due_ms) where due_ms is not null;
create table if not exists access_version (
  only integer primary key check (only = 1),
  last integer not null
);
-- The chains; what they commit to lies beside them and can be erased.
create table if not exists audit_entries (
  chain text not null,
  seq integer not null,
  previous blob not null,
  at_ms integer not null,
  commitment blob not null,
  log text not null,
  position integer not null,
  hash blob not null,
  primary key (chain, seq)
) without rowid;
create unique index if not exists audit_by_position on audit_entries (log, position);
create table if not exists audit_payloads (
  chain text not null,
  seq integer not null,
  salt blob not null,
  payload blob not null,
  blocked integer not null default 0,
  primary key (chain, seq)
);
create table if not exists audit_checkpoints (
  log text not null,
  number integer not null,
  signed blob not null,
  primary key (log, number)
) without rowid;
`;
