import type { PoolClient } from 'pg'
import type {
  BeforeCommit,
  CreateItem,
  DeleteItem,
  LinesPatch,
  LineUpdate,
  UpdateItem,
  WriteResult,
} from '../../../connector-kit/port.ts'
import { freedIn, inTurns, ringOf, type Setting } from '../../../connector-kit/in-turns.ts'
import { landEach } from '../../../connector-kit/land-each.ts'
import { lineKeys, lineTurns } from '../../../connector-kit/line-turns.ts'
import { additions, momentFor, needsClock, stampedCreate, stampedUpdate } from '../../../connector-kit/stamping.ts'
import { unsendableText } from '../../../connector-kit/unsendable-text.ts'
import { WriteBatch } from '../../../connector-kit/write-batch.ts'
import type { Raw } from '../../../model/value.ts'
import { Bindings } from './bindings.ts'
import type { Place } from '../failure.ts'
import { failures } from './failure.ts'
import type { Column, Table } from '../table.ts'
import { quoteName } from './identifier.ts'
import { insertAssigned, insertRows, notKept } from './insert.ts'
import { andIsLine, canHold, tableName } from './row-query.ts'
import { sent } from './sent.ts'
import type { ChildTable } from '../open-table.ts'
import type { RowQuery } from './row-query.ts'
import type { Session } from './session.ts'

/*
 * Writing to one opened table. Each batch is one transaction: lock, compare with what was expected, write, read back,
 * commit. Column names were checked by the caller.
 */

/** Creates records with their child rows; the answers hold the records as the system now has them. */
export async function create(
  session: Session,
  rows: RowQuery,
  items: readonly CreateItem[],
  beforeCommit?: BeforeCommit,
): Promise<WriteResult[]> {
  const { table, id, children } = rows.open
  const place = session.place(table.name)
  const batch = new WriteBatch(items, (item) => unsendableText(item, rows.open))
  if (batch.open.length === 0) return batch.results()
  const writing = { object: table.name, beforeCommit }

  await session.write(async (client) => {
    const ids = new Map<CreateItem, string>()
    const now = await clockOf(client, rows)
    const newRow = (item: CreateItem) => ({
      owner: item,
      key: newId(rows, item),
      values: stampedCreate(item.values, rows.open.own, now),
    })
    const apply = async (part: readonly CreateItem[]) => {
      const { known = [], assigned = [] } = Object.groupBy(part, (item) =>
        newId(rows, item) === undefined ? 'assigned' : 'known',
      )
      for (const item of known) ids.set(item, newId(rows, item)!)
      await insertRows(client, table, id, known.map(newRow))
      await insertAssigned(client, table, id, assigned.map(newRow), (item, given) => ids.set(item, given))
      for (const child of children) {
        const lines = part.flatMap((item) =>
          (item.lines?.[child.name] ?? []).map((line) => ({ owner: item, key: ids.get(item)!, values: line.values })),
        )
        await insertRows(client, child.table, child.parent, lines)
      }
    }
    await landBatch(client, batch, apply, place)
    const landed = batch.open
    const records = await rows.readIn(
      client,
      landed.map((item) => ids.get(item)!),
    )
    for (const item of landed) {
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
  const { table, children } = rows.open
  const place = session.place(table.name)
  const batch = new WriteBatch(items, (item) => unsendableText(item, rows.open))
  if (batch.open.length === 0) return batch.results()
  const writing = { object: table.name, beforeCommit }

  await session.write(async (client) => {
    await guard(client, rows, batch)
    const now = await clockOf(client, rows)
    const apply = async (part: readonly UpdateItem[]) => {
      const stamps = additions(rows.open.own.updateStamps)
      for (const settings of inTurns(part))
        await updateRows(
          client,
          rows,
          settings.map((one) => ('expect' in one ? { ...one, set: stampedUpdate(one.set, rows.open.own, now) } : one)),
          settings.every((one) => 'expect' in one) ? stamps : [],
        )
      for (const child of children) {
        const patches = part.flatMap((item) =>
          item.lines?.[child.name] === undefined ? [] : [{ item, patch: item.lines[child.name]! }],
        )
        await patchLines(client, rows, child, patches)
      }
    }
    await landBatch(client, batch, apply, place)
    const landed = batch.open
    const records = await rows.readIn(
      client,
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
  const writing = { object: table.name, beforeCommit }

  await session.write(async (client) => {
    await guard(client, rows, batch)
    const apply = async (part: readonly DeleteItem[]) => {
      const ids = part.map((item) => item.id)
      await updateRows(client, rows, freedIn(part), [])
      for (const child of children) {
        const parent = child.parent
        const isLine = await lineCondition(client, child)
        await client.query(
          `delete from ${tableName(child.table)} c using unnest($1::text[]) v(id) where c.${quoteName(parent.name)} = v.id::${parent.typeName}${isLine}`,
          [ids],
        )
      }
      const deleted = await client.query(
        `delete from ${tableName(table)} t using unnest($1::text[]) v(id) where t.${quoteName(id.name)} = v.id::${id.typeName}`,
        [ids],
      )
      if (deleted.rowCount !== part.length) throw notKept(table)
    }
    await landBatch(client, batch, apply, session.place(table.name))
    for (const item of batch.open) batch.done(item, null)
    return batch.written
  }, writing)
  return batch.results()
}

/** Applies the open items of a batch below a savepoint, so that what fails can be taken back without the rest. */
function landBatch<T extends object>(
  client: PoolClient,
  batch: WriteBatch<T>,
  apply: (items: readonly T[]) => Promise<void>,
  place: Place,
): Promise<void> {
  return landEach(batch.open, {
    async attempt(items) {
      await client.query('savepoint batch')
      try {
        await apply(items)
        // Deferred constraints would otherwise fail at commit, when nobody can tell whose fault it is.
        await client.query('set constraints all immediate; release savepoint batch')
      } catch (error) {
        if (!failures.isLoss(error)) await client.query('rollback to savepoint batch; release savepoint batch')
        throw error
      }
    },
    refusal(failure) {
      return failures.isRefused(failure) ? failures.translate(failure, place) : null
    },
    refuse: (item, error) => batch.refuse(item, error),
    ring: (item: T) => ringOf(item),
  })
}

/** Locks the records and their child rows, and answers `conflict` for those that are not what was expected. */
async function guard<T extends UpdateItem | DeleteItem>(
  client: PoolClient,
  rows: RowQuery,
  batch: WriteBatch<T>,
): Promise<void> {
  const { table, id, children } = rows.open
  const ids = batch.open.map((item) => item.id).filter((key) => canHold(id, key))
  // Locked in one order, so that two of us never wait for each other, and read in a statement of its own: a statement
  // that waited for a lock sees the new row but the child rows of before.
  const lock = (from: Table, key: Column) => {
    if (!from.lockable) return
    const name = tableName(from)
    const byIndex =
      `select from (select distinct v.id from unnest($1::text[]) v(id) order by v.id) k ` +
      `cross join lateral (select from ${name} x where x.${quoteName(key.name)} = k.id::${key.typeName} for update) l`
    const byScan = `select from ${name} x where x.${quoteName(key.name)} in (select v.id::${key.typeName} from unnest($1::text[]) v(id)) order by x.${quoteName(key.name)} for update`
    return client.query(from.indexed.has(key.name) ? byIndex : byScan, [ids])
  }
  await lock(table, id)
  for (const child of children) await lock(child.table, child.parent)
  batch.guard(await rows.readIn(client, ids))
}

/** The server's time, for columns that are set to it. */
async function clockOf(client: PoolClient, rows: RowQuery): Promise<(column: string) => string> {
  const { own, table } = rows.open
  if (!needsClock(own)) return () => ''
  const { at } = (await client.query<{ at: string }>(`select (clock_timestamp() at time zone 'UTC')::text as at`))
    .rows[0]!
  return (column) => momentFor(table.columns.get(column)!.kind, at, rows.open.timezone)
}

async function updateRows(
  client: PoolClient,
  rows: RowQuery,
  items: readonly Setting[],
  stamps: ReturnType<typeof additions>,
): Promise<void> {
  const { table, id } = rows.open
  const added = stamps.map(([column, by]) => `${quoteName(column)} = coalesce(t.${quoteName(column)}, 0) + ${by}`)
  const groups = Map.groupBy(items, (item) => JSON.stringify(Object.keys(item.set).toSorted()))
  for (const [key, group] of groups) {
    const names = JSON.parse(key) as string[]
    if (names.length + added.length === 0) continue
    const columns = names.map((name) => table.columns.get(name)!)
    const assigned = columns.map((column, i) => `${quoteName(column.name)} = v.c${i}::${column.typeName}`)
    const text =
      `update ${tableName(table)} t set ${[...assigned, ...added].join(', ')} ` +
      `from unnest(${['$1::text[]', ...columns.map((_, i) => `$${i + 2}::text[]`)].join(', ')}) v(${['id', ...columns.map((_, i) => `c${i}`)].join(', ')}) ` +
      `where t.${quoteName(id.name)} = v.id::${id.typeName}`
    const updated = await client.query(text, [
      group.map((item) => item.id),
      ...columns.map((column) => group.map((item) => sent(column, item.set[column.name]!))),
    ])
    if (updated.rowCount !== group.length) throw notKept(table)
  }
}

async function patchLines(
  client: PoolClient,
  rows: RowQuery,
  child: ChildTable,
  patches: readonly { item: UpdateItem; patch: LinesPatch }[],
): Promise<void> {
  const name = tableName(child.table)
  const keyed = [child.parent, ...child.keys]
  const isLine = await lineCondition(client, child)
  const match =
    keyed.map((column, i) => `c.${quoteName(column.name)} = v.k${i}::${column.typeName}`).join(' and ') + isLine
  const keyNames = keyed.map((_, i) => `k${i}`)
  const keyValues = (entries: readonly { item: UpdateItem; line: string }[]): Raw[][] => {
    const lists: Raw[][] = keyed.map(() => [])
    for (const { item, line } of entries)
      [item.id, ...lineKey(child, line)].forEach((value, i) => lists[i]!.push(value))
    return lists
  }
  const arrays = (count: number) => Array.from({ length: count }, (_, i) => `$${i + 1}::text[]`).join(', ')

  const deletes = patches.flatMap(({ item, patch }) => patch.delete.map((line) => ({ item, line })))
  if (deletes.length > 0) {
    const done = await client.query(
      `delete from ${name} c using unnest(${arrays(keyed.length)}) v(${keyNames.join(', ')}) where ${match}`,
      keyValues(deletes),
    )
    if (done.rowCount !== deletes.length) throw notKept(child.table)
  }

  const update = async (updates: readonly { item: UpdateItem; line: string; set: LineUpdate['set'] }[]) => {
    for (const [key, group] of Map.groupBy(updates, (entry) => JSON.stringify(Object.keys(entry.set).toSorted()))) {
      const names = JSON.parse(key) as string[]
      if (names.length === 0) continue
      const columns = names.map((column) => child.table.columns.get(column)!)
      const done = await client.query(
        `update ${name} c set ${columns.map((column, i) => `${quoteName(column.name)} = v.c${i}::${column.typeName}`).join(', ')} ` +
          `from unnest(${arrays(keyed.length + columns.length)}) v(${[...keyNames, ...columns.map((_, i) => `c${i}`)].join(', ')}) where ${match}`,
        [...keyValues(group), ...columns.map((column) => group.map((entry) => sent(column, entry.set[column.name]!)))],
      )
      if (done.rowCount !== group.length) throw notKept(child.table)
    }
  }
  const uniqueKeys = lineKeys(child)
  const layout = rows.layout.lines.get(child.name)!
  const inTurns = patches.map(({ item, patch }) => ({
    item,
    ...lineTurns(uniqueKeys, layout, item.expect, patch.update),
  }))
  const of = (item: UpdateItem, lines: readonly LineUpdate[]) => lines.map(({ id, set }) => ({ item, line: id, set }))
  await update(inTurns.flatMap(({ item, freed }) => of(item, freed)))
  const most = Math.max(0, ...inTurns.map(({ turns }) => turns.length))
  for (let turn = 0; turn < most; turn++)
    await update(inTurns.flatMap(({ item, turns }) => of(item, turns[turn] ?? [])))

  const inserts = patches.flatMap(({ item, patch }) =>
    patch.insert.map((line) => ({ owner: item, key: item.id, values: line.values })),
  )
  await insertRows(client, child.table, child.parent, inserts)
}

/** What tells lines from the other rows of their table, bound for the statements that follow in the transaction. */
async function lineCondition(client: PoolClient, child: ChildTable): Promise<string> {
  const bindings = new Bindings()
  const condition = andIsLine(child, bindings)
  await bindings.apply(client)
  return condition
}

/** The key values in the id of a child row. */
function lineKey(child: ChildTable, id: string): string[] {
  return child.keys.length === 1 ? [id] : (JSON.parse(id) as string[])
}

function newId(rows: RowQuery, item: CreateItem): string | undefined {
  return item.id ?? item.values[rows.open.id.name] ?? undefined
}
