-- The newest full pass of a flow: whether another is due, and what it repaired (flow_service, watch_facts).
create index run_full on run (flow_id, id desc) where kind = 'full' and status in ('done', 'waiting', 'stopped');
