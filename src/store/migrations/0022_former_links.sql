-- Links that have ended, so that their remote ids are free for other records: the row came again as another thing, the
-- record went on under another id, or both were separated. The last image stays, for a record that has to be made again.
create table former (
  id        bigint generated always as identity primary key,
  side_id   smallint not null,
  remote_id text not null,
  record_id bigint not null,
  ended_at  timestamptz not null,
  layout_id smallint not null,
  -- The link's state before.
  state     text not null,
  waived    text,
  image     text not null,
  -- The row was replaced by another thing's; what that means for the record in other systems is still to be decided.
  undecided boolean not null default false
);
-- what an id stood for before
create index former_by_remote on former (side_id, remote_id, id desc);
-- what a record last held in a side
create index former_by_record on former (record_id, side_id, id desc);
create index former_undecided on former (side_id) where undecided;

-- Deleted in a system, and no longer kept in agreement with it: what comes again there is looked at.
insert into former (side_id, remote_id, record_id, ended_at, layout_id, state, waived, image)
select l.side_id, l.remote_id, l.record_id, now(), l.layout_id, l.state, l.waived, l.image
from link l join record r on r.id = l.record_id where l.state = 'unlinked' and r.state = 'live';
delete from link l using record r where r.id = l.record_id and l.state = 'unlinked' and r.state = 'live';

-- doubles whose key may have become free
create index record_double on record (flow_id) where created_rule like 'duplicate:%' and state in ('held', 'left alone');
