import type { Database } from '../database/database.ts'

const GROWING = ['operation', 'revision'] as const

/** Drops the months of operations and revisions that ended before `before`; answers their tables. */
export async function dropMonthsBefore(database: Database, before: Date): Promise<string[]> {
  const dropped: string[] = []
  for (const table of GROWING) {
    const rows = await database.query<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = $1::regclass order by 1`,
      [table],
    )
    for (const { name } of rows) {
      const [, year, month] = new RegExp(`^${table}_(\\d{4})_(\\d{2})$`).exec(name) ?? []
      if (year === undefined || Date.UTC(Number(year), Number(month), 1) > before.getTime()) continue
      await database.transaction(async (session) => {
        // A run that is under way must not wait behind us: another day will do.
        await session.execute(`set local lock_timeout = '5s'`)
        await session.execute(`drop table ${name}`)
      })
      dropped.push(name)
    }
  }
  return dropped
}

/**
 * Forgets intents whose operations are gone, and runs that ended before `before` and did nothing that anybody could ask
 * about; the last run of each flow stays. Answers how many runs.
 */
export async function forgetDullRuns(database: Database, before: Date, history: Date): Promise<number> {
  await database.execute('delete from batch where settled_at < $1', [history])
  await database.execute('delete from log_field where hour < $1', [history])
  return database.execute(
    `delete from run r where r.finished_at < $1 and r.status in ('done', 'waiting')
       and r.id < (select max(id) from run l where l.flow_id = r.flow_id)
       and not exists (select 1 from operation o where o.run_id = r.id)
       and not exists (select 1 from revision v where v.run_id = r.id)
       and not exists (select 1 from case_file c where c.opened_run = r.id)
       and r.report->>'read' = r.report->>'unchanged' and r.report->>'linked' = '0' and r.report->>'held' = '0'`,
    [before],
  )
}
