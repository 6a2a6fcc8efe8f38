-- When a run wrote where.
create index batch_by_run on batch (run_id);
