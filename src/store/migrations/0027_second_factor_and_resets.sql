alter table account
  -- When the password was last chosen by a link of somebody else's making, whose (e-mail), and when it was confirmed that
  -- its owner did so. Null: never. Of several in a row that nobody confirmed, reset_first_at is the first.
  add column reset_at           timestamptz,
  add column reset_first_at     timestamptz,
  add column reset_by           text,
  add column reset_confirmed_at timestamptz,
  -- The second factor (TOTP): base32; since when it counts; the last step that was used; one that waits for its first code.
  add column totp_secret        text,
  add column totp_since         timestamptz,
  add column totp_step          bigint,
  add column totp_pending       text;

-- Codes that work once in place of the second factor; here are their sha256.
create table recovery_code (
  account_id bigint not null references account on delete cascade,
  code_hash  bytea not null,
  primary key (account_id, code_hash)
);

-- When the person in a session last proved who they are.
alter table browser_session add column proved_at timestamptz;
update browser_session set proved_at = created_at;
alter table browser_session alter column proved_at set not null;

alter table one_time_link
  -- E-mail of who made it; null: the start of the service.
  add column made_by      text,
  -- Whoever uses it loses the second factor that the account has.
  add column drops_factor boolean not null default false;

-- What a person is told at their next sign-in, because somebody else did it to their account or in their name.
create table account_notice (
  id      bigint generated always as identity primary key,
  -- In lower case; the account may be made later.
  email   text not null,
  at      timestamptz not null,
  kind    text not null,
  -- Who did it.
  by      text not null,
  subject text not null,
  seen_at timestamptz
);
-- what a person has not seen
create index account_notice_unseen on account_notice (email, id) where seen_at is null;

-- Whether a token outlives its account was not asked before: those of accounts that are disabled end.
delete from api_token t using account a where a.id = t.account_id and a.disabled_at is not null;
