-- The log, newest first, of some sides and kinds of write: any page of it, however far back. What was written in a
-- stretch of time.
create index operation_by_side on operation (side_id, kind, at, id);
-- The log of writes that did not simply land.
create index operation_by_outcome on operation (side_id, outcome, at, id) where outcome is not null;

-- The log of agreed values, newest first, of some flows.
alter table revision add column flow_id smallint;
update revision v set flow_id = r.flow_id from run r where r.id = v.run_id;
create index revision_by_flow on revision (flow_id, at, id);

-- The log of cases, newest first, of some flows.
create index case_by_opening on case_file (flow_id, opened_at, id);
-- Runs of all flows between two moments.
create index run_by_time on run (started_at);
