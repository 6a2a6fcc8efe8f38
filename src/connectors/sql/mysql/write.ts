import { freedIn, inTurns, ringOf } from '../../../connector-kit/in-turns.ts'
import { ItemFailure, landEach } from '../../../connector-kit/land-each.ts'
import { lineKeys, lineTurns } from '../../../connector-kit/line-turns.ts'
import { additions, momentFor, needsClock, stampedCreate, stampedUpdate } from '../../../connector-kit/stamping.ts'
import type {
  BeforeCommit,
  CreateItem,
  DeleteItem,
  LinesPatch,
  UpdateItem,
  WriteResult,
} from '../../../connector-kit/port.ts'
import { unsendableText } from '../../../connector-kit/unsendable-text.ts'
import { WriteBatch } from '../../../connector-kit/write-batch.ts'
import { ConcordatError } from '../../../model/errors.ts'
import type { Raw } from '../../../model/value.ts'
import type { Column, Table } from '../table.ts'
import { failures } from './failure.ts'
import {
  canHold,
  comparedPlaceholder,
  parameter,
  quoteName,
  writtenParameter,
  writtenPlaceholder,
} from './column-sql.ts'
import type { Bound } from './filter.ts'
import { MOST_IDS, among, andIsLine, tableName } from './row-query.ts'
import type { ChildTable } from '../open-table.ts'
import type { RowQuery } from './row-query.ts'
import type { Link, Parameter, Session } from './session.ts'

/*
 * Writing to one opened table. Each batch is one transaction: lock, compare with what was expected, write, read back,
 * commit. Column names were checked by the caller.
 */

const EVERY: Bound = { sql: '', values: [] }

/** Rows of one INSERT: powers of two, so that few different statements stay prepared. */
const INSERT_SIZES = [256, 64, 16, 4, 1]

/** Creates records with their child rows; the answers hold the records as the system now has them. */
export async function create(
  session: Session,
  rows: RowQuery,
  items: readonly CreateItem[],
  beforeCommit?: BeforeCommit,
): Promise<WriteResult[]> {
  const { table, id, children } = rows.open
  const batch = new WriteBatch(items, (item) => unsendableText(item, rows.open) ?? unknowableId(rows, item))
  if (batch.open.length === 0) return batch.results()
  const writing = { object: table.name, beforeCommit, landsAtOnce: !table.transactional }

  await session.write(async (link) => {
    const ids = new Map<CreateItem, string>()
    const now = await clockOf(link, rows)
    const valuesOf = (item: CreateItem) => stampedCreate(item.values, rows.open.own, now)
    await landBatch(link, session, table, batch, async (part) => {
      const { known = [], assigned = [] } = Object.groupBy(part, (item) =>
        newId(rows, item) === undefined ? 'assigned' : 'known',
      )
      for (const item of known) ids.set(item, newId(rows, item)!)
      await insertRows(
        link,
        table,
        id,
        known.map((item) => ({ owner: item, key: ids.get(item)!, values: valuesOf(item) })),
      )
      await insertRows(
        link,
        table,
        id,
        assigned.map((item) => ({ owner: item, key: undefined, values: valuesOf(item) })),
        (item, given) => ids.set(item, given),
      )
      for (const child of children) {
        const lines = part.flatMap((item) =>
          (item.lines?.[child.name] ?? []).map((line) => ({ owner: item, key: ids.get(item)!, values: line.values })),
        )
        await insertRows(link, child.table, child.parent, lines)
      }
    })
    const records = await rows.readIn(
      link,
      batch.open.map((item) => ids.get(item)!),
    )
    for (const item of batch.open) {
      const record = records.get(ids.get(item)!)
      if (record === undefined) batch.refuse(item, notKept(table))
      else batch.done(item, record)
    }
    return batch.written
  }, writing)
  return batch.results()
}

/** Changes the records that are still what was expected. */
export async function update(
  session: Session,
  rows: RowQuery,
  items: readonly UpdateItem[],
  beforeCommit?: BeforeCommit,
): Promise<WriteResult[]> {
  const { table, id, children } = rows.open
  const batch = new WriteBatch(items, (item) => unsendableText(item, rows.open))
  if (batch.open.length === 0) return batch.results()
  const writing = { object: table.name, beforeCommit, landsAtOnce: !table.transactional }

  await session.write(async (link) => {
    await guard(link, rows, batch)
    const now = await clockOf(link, rows)
    const added = additions(rows.open.own.updateStamps)
    await landBatch(link, session, table, batch, async (part) => {
      const byId = new Map(part.map((item) => [item.id, item]))
      for (const setting of inTurns(part).flat()) {
        const item = byId.get(setting.id)!
        try {
          const own = setting === item
          const values = own ? stampedUpdate(item.set, rows.open.own, now) : setting.set
          await updateRow(link, table, [id], [setting.id], values, own ? added : [])
          if (!own) continue
          for (const child of children) {
            const patch = item.lines?.[child.name]
            if (patch !== undefined) await patchLines(link, rows, child, item, patch)
          }
        } catch (error) {
          throw new ItemFailure(item, error)
        }
      }
    })
    const landed = batch.open
    const records = await rows.readIn(
      link,
      landed.map((item) => item.id),
    )
    for (const item of landed) batch.done(item, records.get(item.id) ?? null)
    return batch.written
  }, writing)
  return batch.results()
}

/** Deletes the records that are still what was expected, with the child rows that belong to the flow. */
export async function remove(
  session: Session,
  rows: RowQuery,
  items: readonly DeleteItem[],
  beforeCommit?: BeforeCommit,
): Promise<WriteResult[]> {
  const { table, id, children } = rows.open
  const batch = new WriteBatch(items, () => null)
  if (batch.open.length === 0) return batch.results()
  const writing = { object: table.name, beforeCommit, landsAtOnce: !table.transactional }

  await session.write(async (link) => {
    await guard(link, rows, batch)
    await landBatch(link, session, table, batch, async (part) => {
      const remove = async (from: Table, column: Column, only: Bound = EVERY) => {
        let count = 0
        for (let i = 0; i < part.length; i += MOST_IDS) {
          const condition = among(
            column,
            't',
            part.slice(i, i + MOST_IDS).map((item) => item.id),
          )
          const values = [...condition.values, ...only.values]
          count += (await link.write(`delete t from ${tableName(from)} t where ${condition.sql}${only.sql}`, values))
            .affectedRows
        }
        return count
      }
      for (const { id: key, set } of freedIn(part)) await updateRow(link, table, [id], [key], set)
      for (const child of children) await remove(child.table, child.parent, andIsLine(child, 't'))
      if ((await remove(table, id)) !== part.length) throw notKept(table)
    })
    for (const item of batch.open) batch.done(item, null)
    return batch.written
  }, writing)
  return batch.results()
}

/** Locks the records and their child rows, and answers `conflict` for those that are not what was expected. */
async function guard<T extends UpdateItem | DeleteItem>(
  link: Link,
  rows: RowQuery,
  batch: WriteBatch<T>,
): Promise<void> {
  const { table, id, children } = rows.open
  const ids = [...new Set(batch.open.map((item) => item.id))].filter((key) => canHold(id, key))
  // Locked in one order, so that two of us never wait for each other.
  const lock = async (from: Table, column: Column) => {
    const name = quoteName(column.name)
    for (let i = 0; i < ids.length; i += MOST_IDS) {
      const condition = among(column, 't', ids.slice(i, i + MOST_IDS))
      await link.rows(
        `select '1' from ${tableName(from)} t where ${condition.sql} order by t.${name} for update`,
        condition.values,
      )
    }
  }
  ids.sort()
  await lock(table, id)
  for (const child of children) await lock(child.table, child.parent)
  batch.guard(await rows.readIn(link, ids))
}

/**
 * Applies the open items of a batch below a savepoint, so that what fails can be taken back without the rest. A table
 * that cannot take anything back gets its records one by one.
 */
async function landBatch<T extends object>(
  link: Link,
  session: Session,
  table: Table,
  batch: WriteBatch<T>,
  apply: (items: readonly T[]) => Promise<void>,
): Promise<void> {
  const landing = {
    async attempt(items: readonly T[]) {
      await link.run('savepoint batch')
      try {
        await apply(items)
        await link.run('release savepoint batch')
      } catch (error) {
        const failure = error instanceof ItemFailure ? error.failure : error
        // A deadlock has already taken the whole transaction back, savepoints included.
        if (!failures.isLoss(failure) && failures.isRefused(failure)) await link.run('rollback to savepoint batch')
        throw error
      }
    },
    refusal: (failure: unknown) =>
      failures.isRefused(failure) ? failures.translate(failure, session.place(table.name)) : null,
    refuse: (item: T, error: ConcordatError) => batch.refuse(item, error),
    ring: (item: T) => ringOf(item),
  }
  const parts = table.transactional ? [batch.open] : batch.open.map((item) => [item])
  for (const part of parts) await landEach(part, landing)
}

interface NewRow<T> {
  readonly owner: T
  /** Value of the key column (the id, or the parent's id of a child row); undefined when the system assigns it. */
  readonly key: string | undefined
  readonly values: Readonly<Record<string, Raw>>
}

/** Inserts rows; rows with the same columns travel together. Computed columns are left out: a restore names them. */
async function insertRows<T>(
  link: Link,
  table: Table,
  key: Column,
  rows: readonly NewRow<T>[],
  assigned?: (owner: T, id: string) => void,
): Promise<void> {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(Object.keys(row.values)))
  for (const [signature, group] of groups) {
    const columns = (JSON.parse(signature) as string[])
      .map((name) => table.columns.get(name)!)
      .filter((column) => column.name !== key.name && !column.readOnly)
    const all = assigned === undefined ? [key, ...columns] : columns
    const head = `insert into ${tableName(table)} (${all.map((column) => quoteName(column.name)).join(', ')}) values `
    const tuple = `(${all.map(writtenPlaceholder).join(', ')})`
    for (let at = 0; at < group.length;) {
      const most = Math.floor(60_000 / Math.max(1, all.length))
      const size = INSERT_SIZES.find((candidate) => candidate <= group.length - at && candidate <= most) ?? 1
      const part = group.slice(at, at + size)
      const values: Parameter[] = []
      for (const row of part) {
        if (assigned === undefined) values.push(writtenParameter(key, row.key!))
        for (const column of columns) values.push(writtenParameter(column, row.values[column.name]!))
      }
      try {
        const result = await link.write(head + Array<string>(size).fill(tuple).join(', '), values)
        if (assigned !== undefined) await assign(link, result.insertId, part, assigned)
      } catch (error) {
        const culprit = part[failures.failingRow(error) ?? -1]
        throw culprit === undefined ? error : new ItemFailure(culprit.owner, error)
      }
      at += size
    }
  }
}

/** The ids of one INSERT are consecutive: InnoDB takes them all at once when it knows the number of rows. */
async function assign<T>(
  link: Link,
  first: number,
  part: readonly NewRow<T>[],
  assigned: (owner: T, id: string) => void,
): Promise<void> {
  const [row] = await link.rows('select cast(last_insert_id() as char), cast(@@auto_increment_increment as char)')
  const start = BigInt(row![0] ?? first)
  const step = BigInt(row![1] ?? '1')
  part.forEach(({ owner }, i) => assigned(owner, String(start + step * BigInt(i))))
}

/** The server's time, for columns that are set to it. */
async function clockOf(link: Link, rows: RowQuery): Promise<(column: string) => string> {
  const { own, table } = rows.open
  if (!needsClock(own)) return () => ''
  // Not the time of the statement, which a transaction may freeze.
  const at = (await link.rows('select cast(cast(sysdate(6) as datetime(6)) as char)'))[0]![0]!
  return (column) => momentFor(table.columns.get(column)!.kind, at, rows.open.timezone)
}

async function updateRow(
  link: Link,
  table: Table,
  keys: readonly Column[],
  key: readonly string[],
  set: Readonly<Record<string, Raw>>,
  added: ReturnType<typeof additions> = [],
  only: Bound = EVERY,
): Promise<void> {
  const columns = Object.keys(set).map((name) => table.columns.get(name)!)
  if (columns.length + added.length === 0) return
  const assignments = [
    ...columns.map((column) => `t.${quoteName(column.name)} = ${writtenPlaceholder(column)}`),
    ...added.map(([name, by]) => `t.${quoteName(name)} = coalesce(t.${quoteName(name)}, 0) + ${by}`),
  ]
  const result = await link.write(
    `update ${tableName(table)} t set ${assignments.join(', ')} where ${match(keys)}${only.sql}`,
    [
      ...columns.map((column) => writtenParameter(column, set[column.name]!)),
      ...keys.map((column, i) => parameter(column, key[i]!)),
      ...only.values,
    ],
  )
  if (result.affectedRows !== 1) throw notKept(table)
}

async function patchLines(
  link: Link,
  rows: RowQuery,
  child: ChildTable,
  { id: parent, expect }: UpdateItem,
  patch: LinesPatch,
): Promise<void> {
  const keys = [child.parent, ...child.keys]
  const only = andIsLine(child, 't')
  const keyOf = (line: string) => [parent, ...(child.keys.length === 1 ? [line] : (JSON.parse(line) as string[]))]
  for (const line of patch.delete) {
    const bound = keyOf(line).map((text, i) => parameter(keys[i]!, text))
    const sql = `delete t from ${tableName(child.table)} t where ${match(keys)}${only.sql}`
    const result = await link.write(sql, [...bound, ...only.values])
    if (result.affectedRows !== 1) throw notKept(child.table)
  }
  const { freed, turns } = lineTurns(lineKeys(child), rows.layout.lines.get(child.name)!, expect, patch.update)
  for (const { id, set } of [...freed, ...turns.flat()])
    await updateRow(link, child.table, keys, keyOf(id), set, [], only)
  await insertRows(
    link,
    child.table,
    child.parent,
    patch.insert.map((line) => ({ owner: line, key: parent, values: line.values })),
  )
}

function match(keys: readonly Column[]): string {
  return keys.map((column) => `t.${quoteName(column.name)} = ${comparedPlaceholder(column)}`).join(' and ')
}

function newId(rows: RowQuery, item: CreateItem): string | undefined {
  return item.id ?? item.values[rows.open.id.name] ?? undefined
}

/** MySQL only tells us an id that it counted itself. */
function unknowableId(rows: RowQuery, item: CreateItem): ConcordatError | null {
  const { id, table } = rows.open
  if (newId(rows, item) !== undefined || id.counted) return null
  return new ConcordatError(
    'connector.rejected-value',
    `Column ${id.name} of table ${table.name} must have a value: it is not counted by the system.`,
    {
      cure: 'Map a field to it.',
    },
  )
}

function notKept(table: Table): ConcordatError {
  return new ConcordatError('connector.rejected-value', `Table ${table.name} did not keep the write as it was sent.`, {
    cure: 'Look for a trigger on the table that changes keys.',
  })
}
