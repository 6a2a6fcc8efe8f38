-- In which hours each field was written or decided about: the log of a field that rarely changes is looked up there first.
create table log_field (
  flow_id smallint not null,
  field   text not null,
  hour    timestamptz not null,
  primary key (flow_id, field, hour)
);
insert into log_field (flow_id, field, hour)
  select s.flow_id, m[1], date_trunc('hour', o.at, 'UTC') from operation o join side s on s.id = o.side_id
  cross join lateral regexp_matches(o.fields, '\["((?:[^"\\]|\\.)*)",', 'g') as m
  union
  select r.flow_id, m[1], date_trunc('hour', r.at, 'UTC') from revision r
  cross join lateral regexp_matches(r.changes, '"field":"((?:[^"\\]|\\.)*)"', 'g') as m
  where r.flow_id is not null;
