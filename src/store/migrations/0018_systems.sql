-- Which databases were taken for a system of the contract: the first by itself, all others by a person.
create table system_identity (
  id       integer generated always as identity primary key,
  system   text not null,
  -- {"is": {…}, "at": {…}, "notes": […]}
  identity jsonb not null,
  -- Where it is does not count.
  anywhere boolean not null default false,
  since    timestamptz not null,
  -- Null: taken down by the first run, or the first plan.
  by_whom  text,
  -- Not taken for the system any more: the flows began again with another one.
  ended_at timestamptz
);
create index system_identity_by_system on system_identity (system) where ended_at is null;
-- two processes that meet a system first, in the same moment
create unique index system_identity_first on system_identity (system) where ended_at is null and by_whom is null;

-- Another database answers under the name of a system: what was found, until a person has said what it is, or it is gone.
create table system_stranger (
  system   text primary key,
  identity jsonb not null,
  since    timestamptz not null,
  sentence text not null,
  -- The same in other languages.
  sentence_in jsonb
);

-- The contract that this store belongs to, as it was when it was run last. One row.
create table contract_binding (
  one     boolean primary key default true check (one),
  company text not null,
  -- {"customers": ["erp", "crm"], …}
  flows   jsonb not null
);
