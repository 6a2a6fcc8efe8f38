-- People with an account. The contract names owners by e-mail; an account is how they sign in.
create table account (
  id          bigint generated always as identity primary key,
  -- In lower case, as it is compared.
  email       text not null unique check (email = lower(email)),
  name        text not null,
  -- scrypt, with its parameters and salt; null: none yet, or signs in elsewhere.
  password    text,
  created_at  timestamptz not null,
  disabled_at timestamptz
);

-- What an account may do: in one flow, or ('*') in all.
create table account_role (
  account_id bigint not null references account on delete cascade,
  flow       text not null,
  -- viewer | business owner | technical owner | admin
  role       text not null,
  primary key (account_id, flow, role)
);

-- Who signs in with a provider is known by what the provider calls the person for good.
create table account_identity (
  issuer     text not null,
  subject    text not null,
  account_id bigint not null references account on delete cascade,
  primary key (issuer, subject)
);

-- Browsers that are signed in. The token is only in the cookie; here is its sha256.
create table browser_session (
  id         bigint generated always as identity primary key,
  token_hash bytea not null unique,
  account_id bigint not null references account on delete cascade,
  created_at timestamptz not null,
  seen_at    timestamptz not null,
  -- How it was signed in: password, or the name of a provider.
  method     text not null,
  address    text not null,
  agent      text not null
);
-- the sessions of an account
create index browser_session_by_account on browser_session (account_id);

-- Links that work once: to make the first account, to accept an invitation, to choose a new password.
create table one_time_link (
  token_hash bytea primary key,
  -- setup | invitation | reset
  purpose    text not null,
  account_id bigint references account on delete cascade,
  expires_at timestamptz not null
);

-- Keys of programs, shown once. A key can do at most what its owner can.
create table api_token (
  id         bigint generated always as identity primary key,
  token_hash bytea not null unique,
  account_id bigint not null references account on delete cascade,
  name       text not null,
  rights     text[] not null,
  -- Null: all flows of the owner.
  flows      text[],
  created_at timestamptz not null,
  expires_at timestamptz,
  used_at    timestamptz
);
-- the keys of an account
create index api_token_by_account on api_token (account_id);

-- Attempts that are counted against a limit, shared by all processes: a bucket that drains with time.
create table throttle (
  -- What is limited and whose it is, e.g. `sign-in address 192.0.2.1`.
  key      text primary key,
  level    double precision not null,
  level_at timestamptz not null
);
-- buckets that have long been empty
create index throttle_by_age on throttle (level_at);

-- Sign-ins with a provider that have begun: what the answer must fit.
create table provider_attempt (
  state_hash bytea primary key,
  provider   text not null,
  nonce      text not null,
  verifier   text not null,
  return_to  text not null,
  expires_at timestamptz not null
);

-- Every act of a person or a program: who, what, when, from where.
create table audit (
  id      bigint generated always as identity primary key,
  at      timestamptz not null,
  -- person | token | nobody | command line | service
  kind    text not null,
  -- Account of the person, or of the token's owner; an account that is gone leaves its acts.
  account bigint,
  who     text not null,
  act     text not null,
  subject text not null,
  details jsonb not null,
  address text not null
);
-- the acts of one account; of one kind
create index audit_by_account on audit (account, id);
create index audit_by_act on audit (act, id);

-- What an owner said of the rules of a flow: that they hold, or that they do not. The newest word of a role counts.
create table signature (
  id          bigint generated always as identity primary key,
  flow        text not null,
  fingerprint text not null,
  -- business | technical
  role        text not null,
  -- The person of the contract.
  email       text not null,
  name        text not null,
  verdict     text not null check (verdict in ('signed', 'refused')),
  comment     text,
  at          timestamptz not null,
  -- browser | command line
  way         text not null
);
-- what was said of the rules of a flow
create index signature_of_rules on signature (flow, fingerprint, role, id);
