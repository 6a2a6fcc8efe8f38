-- Questions about shared fields of existing records say from now on that nothing was agreed on: the value that was seen first
-- competes like the others.
do $$
declare c record;
begin
  for c in
    select record_id, field from case_file
    where state = 'open' and kind = 'conflict' and cause = 'existing_records' and record_id is not null and field is not null
  loop
    update link set waived = jsonb_set(waived::jsonb, array[c.field, '1'], '"existing conflict asked"')::text
    where record_id = c.record_id and waived is not null and waived::jsonb #>> array[c.field, '1'] = 'conflict asked';
  end loop;
end $$;
