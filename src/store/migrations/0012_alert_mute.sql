-- Until when nobody is told of an alert, and who said so.
alter table alert add column muted_until timestamptz;
alter table alert add column muted_by text;
