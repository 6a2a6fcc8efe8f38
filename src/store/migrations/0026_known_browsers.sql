-- Keys of this installation that all its processes share, by what they are for.
create table server_key (
  name text primary key,
  key  text not null
);

-- Browsers that an account has signed in from: they sign in past what strangers fill up. The secret is only in the cookie.
create table known_browser (
  token_hash bytea not null,
  account_id bigint not null references account on delete cascade,
  seen_at    timestamptz not null,
  primary key (token_hash, account_id)
);
-- the browsers of an account
create index known_browser_by_account on known_browser (account_id);
