-- Lists take the newest runs of each flow: of one status, of one kind, and those that wrote something.
create index run_by_status on run (flow_id, status, id desc);
create index run_by_kind on run (flow_id, kind, id desc);
create index run_wrote on run (flow_id, id desc) where report @? '$.writes.* ? (@ > 0)';
drop index run_telling;
