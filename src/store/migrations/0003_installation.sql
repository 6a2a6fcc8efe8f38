-- What this store calls itself in the systems, so that two installations on one system do not touch each other's feeds.
create table installation (
  -- There is one row.
  one  boolean primary key default true check (one),
  name text not null
);
