-- Decisions: every contract that was ever run, immutable.
create table contract_version (
  id           integer generated always as identity primary key,
  fingerprint  text not null unique,
  source       text not null,
  published_at timestamptz not null
);

create table flow (
  id            smallint generated always as identity primary key,
  name          text not null unique,
  -- When the first sync of all sides was completed; until then found records count as existing (legacy) data.
  first_sync_at timestamptz,
  -- Rules that scan_page digests were made under.
  rules         text,
  last_success  timestamptz
);

-- One system of one flow. Everything about remote records hangs on it.
create table side (
  id            smallint generated always as identity primary key,
  flow_id       smallint not null references flow,
  system        text not null,
  cursor_at     text,
  cursor_id     text,
  scanned_at    timestamptz,
  unique (flow_id, system)
);

-- Names of the values in an image or golden text, so that rows written under an older shape stay readable.
create table layout (
  id      smallint generated always as identity primary key,
  flow_id smallint not null references flow,
  names   text[] not null,
  unique (flow_id, names)
);

-- A worker may commit for a flow only while its token is the newest.
create table lease (
  flow_id    smallint primary key references flow,
  token      bigint not null,
  holder     text not null,
  expires_at timestamptz not null
);

create table run (
  id          bigint generated always as identity primary key,
  flow_id     smallint not null references flow,
  contract_id integer not null references contract_version,
  kind        text not null,
  status      text not null,
  started_at  timestamptz not null,
  finished_at timestamptz,
  report      jsonb,
  message     text
);
-- status: newest runs of a flow
create index run_by_flow on run (flow_id, id desc);

create sequence record_id as bigint increment by 10000 cache 1;
create sequence operation_id as bigint increment by 10000 cache 1;

-- The agreed value of one thing of the business. state:
--   pending      seen in some systems, not yet decided where it goes (only within a run)
--   live         kept in agreement
--   held         waits for a person (created outside, unmatched, ambiguous, duplicate)
--   left alone   known, and by decision not spread
--   deleted      gone by decision
create table record (
  id           bigint primary key,
  flow_id      smallint not null,
  version      integer not null,
  layout_id    smallint not null,
  state        text not null,
  created_run  bigint not null,
  created_side smallint not null,
  created_rule text not null,
  golden       text not null,
  -- The record that this one turned out to be: what refers to it means that one.
  became       bigint
) with (fillfactor = 90);
-- references that a run has to follow
create index record_became on record (flow_id) where became is not null;
-- deciding pending records at the end of observing
create index record_pending on record (flow_id, id) where state = 'pending';

-- Which record of a side is this golden record, and the side's last known row (shadow = image read through the mapping).
create table link (
  side_id   smallint not null,
  remote_id text not null,
  record_id bigint not null,
  layout_id smallint not null,
  -- live | gone | archived | out of scope | unlinked
  state     text not null,
  -- Fields that may differ from the golden value, as long as that value stands: {"field": [golden, reason]}.
  waived    text,
  image     text not null,
  primary key (side_id, remote_id)
) with (fillfactor = 90);
-- all sides of a record
create unique index link_by_record on link (record_id, side_id);
-- records that go without something they refer to: it may arrive
create index link_skipped on link (side_id) where waived like '%missing reference: field skipped%';

-- Hash over (flow, match rule, canonical values) of each record that can be found by it.
create table match_key (
  key       bigint not null,
  record_id bigint not null,
  primary key (key, record_id)
);
create index match_key_by_record on match_key (record_id);

-- Remote records that cannot be read into a golden record for now: invalid, incomplete, or what they refer to is missing.
create table held (
  side_id    smallint not null,
  remote_id  text not null,
  cause      text not null,
  detail     text not null,
  since      timestamptz not null,
  run_id     bigint not null,
  image      text not null,
  primary key (side_id, remote_id)
);

-- What still has to reach a side. Level-triggered: apply looks at what is, not at why the mark was made.
create table dirty (
  record_id  bigint not null,
  side_id    smallint not null,
  action     text not null,
  rule       text not null,
  since      timestamptz not null,
  run_id     bigint not null,
  attempts   integer not null default 0,
  -- waiting | parked (missing parent) | quarantined
  state      text not null default 'waiting',
  waits_for  bigint,
  error      text,
  primary key (record_id, side_id)
);
create index dirty_by_side on dirty (side_id, state, record_id);

-- A write-ahead intent: its operations stand before the call, `settled_at` after it. Operations without an outcome of
-- their own take `done` when the batch is settled.
create table batch (
  id         bigint generated always as identity primary key,
  run_id     bigint not null,
  side_id    smallint not null,
  intended_at timestamptz not null,
  settled_at timestamptz
);
create index batch_unsettled on batch (side_id) where settled_at is null;

create table operation (
  id        bigint not null,
  at        timestamptz not null,
  batch_id  bigint not null,
  run_id    bigint not null,
  side_id   smallint not null,
  record_id bigint not null,
  remote_id text,
  kind      text not null,
  outcome   text,
  rule      text not null,
  version   integer not null,
  -- What was sent, as JSON {"set":{…},"lines":{…}}; null for a create with a known id, whose image is the link's first.
  patch     text,
  -- [[field, from, to], …] in canonical form; null for a create of all fields of that version of the golden record.
  fields    text,
  -- The side's row before the write.
  before    text,
  layout_id smallint,
  error     text,
  primary key (id, at)
) partition by range (at);
create index operation_by_record on operation (record_id);
create index operation_by_run on operation (run_id, id);

create table revision (
  id        bigint generated always as identity,
  at        timestamptz not null,
  run_id    bigint not null,
  record_id bigint not null,
  version   integer not null,
  -- [{"field","from","to","rule","side","at","lost":{system: value}}, …]
  changes   text not null,
  primary key (id, at)
) partition by range (at);
create index revision_by_record on revision (record_id, version);
create index revision_by_run on revision (run_id, id);

create table case_file (
  id          bigint generated always as identity primary key,
  flow_id     smallint not null references flow,
  kind        text not null,
  cause       text not null,
  -- What it is about; one open case a subject.
  subject     text not null,
  record_id   bigint,
  side_id     smallint,
  remote_id   text,
  field       text,
  title       text not null,
  detail      jsonb not null,
  state       text not null default 'open',
  count       integer not null default 1,
  opened_at   timestamptz not null,
  opened_run  bigint not null,
  resolved_at timestamptz,
  resolved_by text,
  resolution  text,
  -- How many changes a person let through (breaker cases).
  approved    integer,
  -- A decision is carried out by the next run.
  carried_out boolean not null default true
);
create unique index case_open on case_file (flow_id, kind, subject) where state = 'open';
-- what was said about the same thing before
create index case_by_subject on case_file (flow_id, subject, id);
create index case_to_carry_out on case_file (flow_id) where not carried_out;
create index case_by_flow on case_file (flow_id, state, id);
create index case_by_record on case_file (record_id) where record_id is not null;

-- Digest of a key range of a side as it was when all of it was in agreement or decided.
create table scan_page (
  side_id smallint not null,
  page    integer not null,
  after   text,
  up_to   text,
  rows    integer not null,
  linked  integer not null,
  digest  text not null,
  primary key (side_id, page)
);
