-- One row that is written to find out whether the store can be.
create table write_probe (
  one     boolean primary key default true check (one),
  payload text not null
);
