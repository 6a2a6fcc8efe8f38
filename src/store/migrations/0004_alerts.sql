-- What became of a run, for those who decide by the kind of failure and not by its words.
alter table run add column error_code text;
alter table run add column error_system text;
-- the last look of a flow that succeeded
create index run_succeeded on run (flow_id, id desc) where status in ('done', 'waiting');
-- since when a flow has not succeeded: its first run after the last success
create index run_by_start on run (flow_id, started_at);
-- the oldest change that has not landed in a side
create index dirty_oldest on dirty (side_id, since) where state <> 'quarantined';
-- the oldest record of a side that waits for what it refers to
create index held_oldest on held (side_id, since) where cause = 'missing_reference';

-- Since when a flow's promise is watched, and when somebody last looked for changes without a run of its own.
create table flow_watch (
  flow      text primary key,
  since     timestamptz not null,
  looked_at timestamptz
);

-- Processes that start runs say here that they live. One that ended on purpose says so; one that is silent is dead.
create table heartbeat (
  process    text primary key,
  started_at timestamptz not null,
  beat_at    timestamptz not null,
  ended_at   timestamptz
);

-- One trouble from its beginning to its end: a condition with the same key may come and go meanwhile.
create table alert (
  id              bigint generated always as identity primary key,
  key             text not null,
  opened_at       timestamptz not null,
  began_at        timestamptz not null,
  -- Since when the condition is not there any more; the alert ends when it stays away.
  cleared_at      timestamptz,
  ended_at        timestamptz,
  -- How often it came back after its end had been told.
  returns         integer not null default 0,
  acknowledged_at timestamptz,
  acknowledged_by text,
  -- The condition as it was seen last.
  condition       jsonb not null,
  -- Who was told: [{"person","role","at","message"}, …].
  told            jsonb not null
);
-- one open alert a trouble; what is open
create unique index alert_open on alert (key) where ended_at is null;
-- alerts that ended not long ago, for those that come back
create index alert_ended on alert (ended_at) where ended_at is not null;

-- Messages that are decided, written before the first attempt to send them.
create table alert_message (
  id            bigint generated always as identity primary key,
  -- Idempotency key: who receives it twice can tell.
  key           text not null unique,
  alert_id      bigint references alert on delete cascade,
  -- begin | again | escalation | recovery | acknowledged | test
  event         text not null,
  people        text[] not null,
  -- Channels in the order in which they are tried.
  route         text[] not null,
  content       jsonb not null,
  created_at    timestamptz not null,
  -- pending | sent | failed | cancelled
  state         text not null default 'pending',
  channel       integer not null default 0,
  -- Attempts on this channel, and how often the whole route was gone through in vain.
  tries         integer not null default 0,
  rounds        integer not null default 0,
  next_at       timestamptz not null,
  claimed_until timestamptz,
  sent_at       timestamptz,
  sent_by       text,
  error         text
);
-- what is due to be sent
create index alert_message_due on alert_message (next_at) where state = 'pending';
-- the messages of an alert
create index alert_message_by_alert on alert_message (alert_id, id);
