-- The objects that a side's records were agreed with, as the catalogue names them: [{"table": "sales.customers", "id": "id"}, …].
alter table side add column places jsonb not null default '[]';
-- The contract leads to other objects: {"since": …, "sentence": …, "sentenceIn": …}; null: it does not.
alter table side add column elsewhere jsonb;
