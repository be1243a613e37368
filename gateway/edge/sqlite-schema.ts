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
  unique (device, boot)
);
create table if not exists trips (
  id integer primary key,
  key text not null unique,
  state text not null,
  received_ms integer not null,
  row text not null
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
  hash blob not null
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
`;
