-- rules: how many runs went by each version, from when to when, from the index alone
create index run_by_contract on run (contract_id, started_at);
