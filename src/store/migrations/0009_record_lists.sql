-- Lists of records of some flows, by state.
create index record_by_flow on record (flow_id, state, id);
