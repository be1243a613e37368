/**
 * Tables of the privacy operations in the file of the embedded store, and what keeps a gateway that runs meanwhile
 * from writing what it has read before an erasure.
 */
export const SQLITE_PRIVACY_SCHEMA = `
create table if not exists privacy_records (
  subject text primary key,
  version integer not null,
  json text not null,
  stopped integer not null,
  due_ms integer
) without rowid;
create index if not exists privacy_stopped on privacy_records (subject) where stopped = 1;
create index if not exists privacy_due on privacy_records (due_ms) where due_ms is not null;
create table if not exists privacy_held (
  id integer primary key,
  subject text not null,
  topic text not null,
  json text not null
);
-- Ordered by what they say: the order in which rows came would tell which belong together (C59).
create table if not exists privacy_statistics (
  hour text not null,
  km integer not null,
  accelerations integer not null,
  brakings integer not null,
  cornerings integer not null,
  score integer not null,
  trips integer not null,
  primary key (hour, km, accelerations, brakings, cornerings, score)
) without rowid;
-- A device that was erased keeps its number, which gateways remember, and nothing else.
create trigger if not exists erased_boots before insert on boots
when exists (select 1 from devices where id = new.device and kind = 'erased') begin select raise(ignore); end;
create trigger if not exists erased_states before insert on states
when exists (select 1 from devices where id = new.device and kind = 'erased') begin select raise(ignore); end;
create trigger if not exists erased_trips before insert on trips
when not exists (select 1 from trips where key = new.key) and json_extract(new.row, '$.version') > 0
begin select raise(ignore); end;
`;
