import { keyOf, type WatchedColumn } from '../watched-column.ts'
import { qualified, quoteName } from './column-sql.ts'

/*
 * What a feed puts into the database: a schema of its own with one table of changes, one function for each watched column,
 * and four triggers on each watched table. Two installations have different schemas and do not know of each other.
 *
 * The triggers are for statements, not rows, so a statement costs one insert however many rows it touches. They must not
 * make a user's statement fail: what could (a column that was renamed) stands in a block that catches it and only reads,
 * so that no subtransaction gets a number of its own, and the insert is left out when the table of changes is gone.
 */

/** More rows than this in one statement are noted as one line that says so: reading them all at once is a poll's work. */
export const MOST_NAMED = 5_000
/** Lines that wait when nobody listens; beyond that nothing is noted any more, and a poll finds it. */
const MOST_WAITING = 1_000_000

const EVENTS = ['insert', 'update', 'delete', 'truncate'] as const

export const schemaOf = (installation: string): string => `concordat_${installation}`

export const changesOf = (installation: string): string => `${quoteName(schemaOf(installation))}.change`

export const functionOf = (watched: WatchedColumn): string => `note_${keyOf(watched)}`

/** The schema and the table of changes. `user`: who will listen, also where an administrator runs the statements. */
export function foundation(installation: string, user: string): string[] {
  const schema = quoteName(schemaOf(installation))
  return [
    `create schema if not exists ${schema}`,
    `create table if not exists ${changesOf(installation)} (
  xid    bigint not null default txid_current(),
  seq    bigint generated always as identity,
  object text not null,
  id     text,
  primary key (xid, seq)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000)`,
    `grant usage on schema ${schema} to ${quoteName(user)}`,
    `grant select, delete on ${changesOf(installation)} to ${quoteName(user)}`,
  ]
}

/** Body of the function that notes changes of one watched column. */
export function functionBody(installation: string, watched: WatchedColumn): string {
  const changes = changesOf(installation)
  const ids = (rows: string) =>
    `select r.${quoteName(watched.column)}::text as id from ${rows} r where r.${quoteName(watched.column)} is not null`
  return `
declare
  ids text[];
begin
  begin
    if tg_op = 'TRUNCATE' then
      ids := array[null];
    elsif tg_op = 'INSERT' then
      if (select count(*) from (select from new_rows limit ${MOST_NAMED + 1}) r) > ${MOST_NAMED} then ids := array[null];
      else select array_agg(distinct n.id) into ids from (${ids('new_rows')}) n;
      end if;
    elsif tg_op = 'DELETE' then
      if (select count(*) from (select from old_rows limit ${MOST_NAMED + 1}) r) > ${MOST_NAMED} then ids := array[null];
      else select array_agg(distinct o.id) into ids from (${ids('old_rows')}) o;
      end if;
    else
      if (select count(*) from (select from new_rows limit ${MOST_NAMED + 1}) r) > ${MOST_NAMED} then ids := array[null];
      else select array_agg(b.id) into ids from (${ids('new_rows')} union ${ids('old_rows')}) b;
      end if;
    end if;
  exception when others then
    raise warning 'Concordat could not note a change of %: %', tg_relid::regclass, sqlerrm;
    return null;
  end;
  if ids is null or coalesce((select c.reltuples > ${MOST_WAITING} from pg_class c where c.oid = to_regclass(${literal(changes)})), true) then
    return null;
  end if;
  insert into ${changes} (object, id) select ${literal(watched.object)}, unnest(ids);
  perform pg_notify(${literal(schemaOf(installation))}, '');
  return null;
end `
}

/** The function of a watched column. */
export function functionStatement(installation: string, watched: WatchedColumn): string {
  return `create or replace function ${quoteName(schemaOf(installation))}.${functionOf(watched)}() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $concordat$${functionBody(installation, watched)}$concordat$`
}

/** A trigger of a watched column, by event. */
export function triggers(
  installation: string,
  watched: WatchedColumn,
): { readonly name: string; readonly statements: string[] }[] {
  return EVENTS.map((event) => {
    const name = `${schemaOf(installation)}_${functionOf(watched)}_${event}`
    const rows = {
      insert: 'referencing new table as new_rows ',
      update: 'referencing old table as old_rows new table as new_rows ',
      delete: 'referencing old table as old_rows ',
      truncate: '',
    }[event]
    return {
      name,
      statements: [
        `drop trigger if exists ${quoteName(name)} on ${qualified(watched.table)}`,
        `create trigger ${quoteName(name)} after ${event} on ${qualified(watched.table)} ${rows}for each statement execute function ${quoteName(schemaOf(installation))}.${functionOf(watched)}()`,
      ],
    }
  })
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
