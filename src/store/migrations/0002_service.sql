-- When a side was last looked at by a run, whoever started it: its next time is the first after this one.
alter table side add column served_at timestamptz;

-- What the service knows of a flow between its runs.
create table flow_service (
  flow_id       smallint primary key references flow,
  -- Paused: by whom (null: by the service itself), since when, why, in a sentence.
  paused_at     timestamptz,
  paused_by     text,
  pause_reason  text,
  -- Runs that failed in a row, the first of them, and when the next is tried.
  failures      integer not null default 0,
  failing_since timestamptz,
  retry_at      timestamptz,
  -- Somebody wants a run now.
  asked_at      timestamptz,
  asked_full    boolean not null default false
);

-- How a business system answers, for all workers. A row is written when something is wrong, or was.
create table system_health (
  system     text primary key,
  failures   integer not null default 0,
  since      timestamptz,
  -- Nobody calls before this moment: the breaker is open, or the system asked us to wait.
  retry_at   timestamptz,
  asked_wait boolean not null default false,
  code       text,
  message    text
);

-- Up to when each system's budget of calls is spent.
create table system_budget (
  system   text primary key,
  spent_at timestamptz not null
);

-- Hints that a record may have changed, until the record was looked at again. A hint is kept a while after that, so that
-- a message that is sent twice counts once.
create table inbox (
  id          bigint generated always as identity primary key,
  flow        text not null,
  system      text not null,
  -- Null: something of this flow changed in this system.
  remote_id   text,
  -- What the sender calls its message; null for our own feeds.
  message     text,
  -- Trace of the request that brought it.
  trace       text,
  received_at timestamptz not null,
  done_at     timestamptz
);
-- a message that comes again
create unique index inbox_message on inbox (system, message, flow, coalesce(remote_id, '')) where message is not null;
-- hints that wait, of one flow
create index inbox_waiting on inbox (flow, id) where done_at is null;
-- hints to forget
create index inbox_done on inbox (done_at) where done_at is not null;

-- Processes of the service that are alive, or were a moment ago.
create table member (
  id         bigint generated always as identity primary key,
  name       text not null,
  role       text not null,
  started_at timestamptz not null,
  beat_at    timestamptz not null,
  -- The one that keeps the schedules.
  leads      boolean not null default false
);

-- What was done since the beginning, for counters that outlive processes. what: created, updated, … ; run outcomes as run:done …
create table tally (
  flow_id smallint not null references flow,
  system  text not null,
  what    text not null,
  count   bigint not null,
  primary key (flow_id, system, what)
);
