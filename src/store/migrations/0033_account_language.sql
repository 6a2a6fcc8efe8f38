-- The language in which the person last read Concordat; null: they have not signed in since this is kept.
alter table account add column language text;
