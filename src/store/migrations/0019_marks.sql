-- Numbers that transactions which write records leave in the system that they write to, where the contract allows a mark.
create sequence mark_number as bigint;

-- The largest number that is known to have landed, by system and what was written.
create table system_mark (
  system text not null,
  object text not null,
  landed bigint not null,
  primary key (system, object)
);
