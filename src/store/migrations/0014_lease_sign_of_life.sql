-- Whether the lock that shows that a holder is alive is the holder's. Whoever takes a flow over from a process that stands
-- still does so without it: that it becomes free then tells of the former holder's end, not of its own.
alter table lease add column has_lock boolean not null default true;
