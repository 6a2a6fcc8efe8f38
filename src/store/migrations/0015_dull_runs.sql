-- A run of which nothing came, as most of a flow that runs all the time: lists leave it out unless somebody wants all.
alter table run add column dull boolean generated always as (
  status in ('done', 'waiting') and message is null and report is not null
  and coalesce((report ->> 'created')::bigint, 0) + coalesce((report ->> 'updated')::bigint, 0)
    + coalesce((report ->> 'deleted')::bigint, 0) + coalesce((report ->> 'linked')::bigint, 0)
    + coalesce((report ->> 'quarantined')::bigint, 0) + coalesce((report ->> 'conflicts')::bigint, 0)
    + coalesce((report ->> 'repaired')::bigint, 0) = 0
) stored;
create index run_telling on run (id desc) where not dull;
create index run_telling_of_flow on run (flow_id, id desc) where not dull;
