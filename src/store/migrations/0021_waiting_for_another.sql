-- A write that waits for another record, or was refused because of it (`waits_for`): what that record's link in the same
-- system was like then (null: there was none), so that a change of it lets the write go; and when it is tried anyway.
alter table dirty add column waits_image text;
alter table dirty add column retry_at timestamptz;

-- what waits for a record that has just been written
create index dirty_waiting_for on dirty (waits_for) where waits_for is not null;
