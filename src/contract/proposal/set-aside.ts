import type { SourceObject } from './catalogue.ts'
import { wordsOf } from './names.ts'
import { isSecret } from './secret-names.ts'
import { topicOf } from './table-topic.ts'

/** Why a table is not proposed by itself. */
export type AsideReason = 'secret' | 'view' | 'key' | 'rights' | 'lines' | 'bookkeeping'

const REASONS = ['view', 'key', 'rights', 'lines', 'bookkeeping'] satisfies AsideReason[]

/** The reasons that are told; tables that keep secrets are never named. */
export const TOLD_REASONS: readonly AsideReason[] = REASONS

/** Words of tables that a system keeps for itself, or that somebody forgot. */
const BOOKKEEPING: ReadonlySet<string> = new Set(
  [
    'log logs audit audits history hist journal trace changelog queue queues outbox inbox',
    'tmp temp temporary backup bak bkp old copy staging stage import imports export exports cache caches',
    'session sessions migration migrations version flyway liquibase databasechangelog sequence sequences',
    'setting settings config configuration statistics stats dummy',
  ].flatMap((words) => words.split(' ')),
)

/** Why a table cannot, or need not, be a flow of its own; null: nothing speaks against it. */
export function asideReason(table: SourceObject): AsideReason | null {
  if (isSecret(table.name)) return 'secret'
  if (table.isView) return 'view'
  if (table.primaryKey.length !== 1) return 'key'
  if (table.columns.some((column) => column.name === table.primaryKey[0] && column.readable === false)) return 'rights'
  if (topicOf(table).isLines) return 'lines'
  return isBookkeeping(table.name) ? 'bookkeeping' : null
}

function isBookkeeping(name: string): boolean {
  const words = wordsOf(name)
  return BOOKKEEPING.has(words.at(-1)!) || BOOKKEEPING.has(words[0]!) || /_(?:19|20)\d{6}$|_v?\d{1,2}$/.test(name)
}
