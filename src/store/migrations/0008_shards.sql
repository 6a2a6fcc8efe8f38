-- Marks of one side that the holder of a flow's lease has given out: whoever takes a shard carries its marks out, one shard
-- at a time, and no longer than the lease under which it was given out lasts. A shard that was taken and not finished is
-- given out to nobody else; the flow's holder settles what became of it.
create table shard (
  id           integer generated always as identity primary key,
  flow_id      smallint not null references flow,
  side_id      smallint not null references side,
  run_id       bigint not null,
  -- Token of the lease under which it was given out.
  flow_token   bigint not null,
  -- Record ids: greater than the first, up to the second.
  after_record bigint not null,
  up_to_record bigint not null,
  -- Some of its records are not in the side yet.
  creates      boolean not null,
  -- Kept back while the flow's holder deals with some of its records itself.
  reserved     boolean not null default false,
  holder       text,
  expires_at   timestamptz not null default '-infinity',
  quarantined  integer not null default 0,
  done_at      timestamptz
);
-- The shards of a flow that are out: to take one, to wait for them, to take them back.
create index shard_of_flow on shard (flow_id, id);
