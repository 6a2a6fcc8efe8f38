-- A run that broke off may have seen that a system is back at an older backup, and decided about its rows before it came to
-- ask people: the next one weighs what was decided since then.
alter table flow add column unweighed bigint;
-- The newest change that a system had when it was found to be older than what was seen of it; until that is weighed.
alter table side add column older_at text;
