-- What is told of writes that wait, and of pauses, in languages beside English: {"es": …}.
alter table dirty add column error_in jsonb;
alter table flow_service add column pause_reason_in jsonb;
