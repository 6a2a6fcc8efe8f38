import { freedIn, inTurns, ringOf } from '../../connector-kit/in-turns.ts'
import { ItemFailure, landEach } from '../../connector-kit/land-each.ts'
import { lineKeys, lineTurns } from '../../connector-kit/line-turns.ts'
import type {
  BeforeCommit,
  CreateItem,
  DeleteItem,
  LinesPatch,
  LineUpdate,
  UpdateItem,
  WriteResult,
} from '../../connector-kit/port.ts'
import { additions, momentFor, needsClock, stampedCreate, stampedUpdate } from '../../connector-kit/stamping.ts'
import { unsendableText } from '../../connector-kit/unsendable-text.ts'
import { WriteBatch } from '../../connector-kit/write-batch.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Link } from './link.ts'
import type { ChildTable } from './open-table.ts'
import type { Rows } from './rows.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { notKept, type RowChange, type Target } from './writer.ts'

/*
 * Writing to one opened table. Each batch is one transaction: lock, compare with what was expected, write, read back,
 * commit. Column names were checked by the caller.
 */

/** Creates records with their child rows; the answers hold the records as the system now has them. */
export async function create(
  session: Session,
  rows: Rows,
  items: readonly CreateItem[],
  beforeCommit?: BeforeCommit,
): Promise<WriteResult[]> {
  const { table, id, children, own } = rows.open
  const { writer } = session.dialect
  const batch = new WriteBatch(items, (item) => unsendableText(item, rows.open) ?? unknowableId(rows, item))
  return written(session, rows, batch, beforeCommit, async (link) => {
    const ids = new Map<CreateItem, string>()
    const now = await clockOf(link, rows)
    const newRow = (item: CreateItem) => ({
      owner: item,
      key: newId(rows, item),
      values: stampedCreate(item.values, own, now),
    })
    await landBatch(link, session, rows, batch, async (part) => {
      const { known = [], assigned = [] } = Object.groupBy(part, (item) =>
        newId(rows, item) === undefined ? 'assigned' : 'known',
      )
      for (const item of known) ids.set(item, newId(rows, item)!)
      await writer.insert(link, table, id, known.map(newRow))
      await writer.insertAssigned(link, table, id, assigned.map(newRow), (item, given) => ids.set(item, given))
      for (const child of children) {
        const lines = part.flatMap((item) =>
          (item.lines?.[child.name] ?? []).map((line) => ({ owner: item, key: ids.get(item)!, values: line.values })),
        )
        await writer.insert(link, child.table, child.parent, lines)
      }
    })
    const landed = batch.open
    const records = await rows.readIn(
      link,
      landed.map((item) => ids.get(item)!),
    )
    for (const item of landed) {
      const record = records.get(ids.get(item)!)
      if (record === undefined) batch.refuse(item, notKept(table))
      else batch.done(item, record)
    }
  })
}

/** Changes the records that are still what was expected. */
export async function update(
  session: Session,
  rows: Rows,
  items: readonly UpdateItem[],
  beforeCommit?: BeforeCommit,
): Promise<WriteResult[]> {
  const { children, own } = rows.open
  const batch = new WriteBatch(items, (item) => unsendableText(item, rows.open))
  return written(session, rows, batch, beforeCommit, async (link) => {
    await guard(link, session, rows, batch)
    const now = await clockOf(link, rows)
    const added = additions(own.updateStamps)
    await landBatch(link, session, rows, batch, async (part) => {
      const owners = new Map(part.map((item) => [item.id, item]))
      for (const turn of inTurns(part)) {
        // What is freed before all turns is no update of its own.
        const isUpdate = turn.every((setting) => 'expect' in setting)
        const changes = turn.map(({ id, set }) => ({
          owner: owners.get(id)!,
          key: [id],
          set: isUpdate ? stampedUpdate(set, own, now) : set,
        }))
        await change(link, session, recordsOf(rows), changes, isUpdate ? added : [])
      }
      for (const child of children) {
        const patches = part.flatMap((item) =>
          item.lines?.[child.name] === undefined ? [] : [{ item, patch: item.lines[child.name]! }],
        )
        if (patches.length > 0) await patchLines(link, session, rows, child, patches)
      }
    })
    const landed = batch.open
    const records = await rows.readIn(
      link,
      landed.map((item) => item.id),
    )
    for (const item of landed) batch.done(item, records.get(item.id) ?? null)
  })
}

/** Deletes the records that are still what was expected, with the child rows that belong to the flow. */
export async function remove(
  session: Session,
  rows: Rows,
  items: readonly DeleteItem[],
  beforeCommit?: BeforeCommit,
): Promise<WriteResult[]> {
  const { table, children } = rows.open
  const { writer } = session.dialect
  const batch = new WriteBatch(items, () => null)
  return written(session, rows, batch, beforeCommit, async (link) => {
    await guard(link, session, rows, batch)
    await landBatch(link, session, rows, batch, async (part) => {
      const keys = part.map((item) => [item.id])
      const owners = new Map(part.map((item) => [item.id, item]))
      const freed = freedIn(part).map(({ id, set }) => ({ owner: owners.get(id)!, key: [id], set }))
      await change(link, session, recordsOf(rows), freed, [])
      for (const child of children)
        await writer.remove(link, { table: child.table, keys: [child.parent], only: rows.andIsLine(child, 't') }, keys)
      if ((await writer.remove(link, recordsOf(rows), keys)) !== part.length) throw notKept(table)
    })
    for (const item of batch.open) batch.done(item, null)
  })
}

/** The answers to a batch, once `work` has landed what is open of it. */
async function written<T extends object>(
  session: Session,
  rows: Rows,
  batch: WriteBatch<T>,
  beforeCommit: BeforeCommit | undefined,
  work: (link: Link) => Promise<void>,
): Promise<WriteResult[]> {
  if (batch.open.length === 0) return batch.results()
  const { table } = rows.open
  const whole = async (link: Link): Promise<readonly T[]> => {
    await work(link)
    return batch.written
  }
  await session.write(whole, { object: table.name, beforeCommit, landsAtOnce: !table.transactional })
  return batch.results()
}

/** Locks the records and their child rows, and answers `conflict` for those that are not what was expected. */
async function guard<T extends UpdateItem | DeleteItem>(
  link: Link,
  session: Session,
  rows: Rows,
  batch: WriteBatch<T>,
): Promise<void> {
  const { table, id, children } = rows.open
  const { dialect } = session
  const ids = [...new Set(batch.open.map((item) => item.id))].filter((key) => dialect.canHold(id, key)).toSorted()
  // And read in a statement of its own: one that waited for a lock sees the new row but the child rows of before.
  if (ids.length > 0)
    for (const [from, key] of [[table, id] as const, ...children.map((child) => [child.table, child.parent] as const)])
      if (from.lockable) await dialect.writer.lock(link, from, key, ids)
  batch.guard(await rows.readIn(link, ids))
}

/**
 * Applies the open items of a batch below a savepoint, so that what fails can be taken back without the rest. A table
 * that cannot take anything back gets its records one by one.
 */
async function landBatch<T extends object>(
  link: Link,
  session: Session,
  rows: Rows,
  batch: WriteBatch<T>,
  apply: (items: readonly T[]) => Promise<void>,
): Promise<void> {
  const { table } = rows.open
  const { failures, writer } = session.dialect
  const landing = {
    async attempt(items: readonly T[]) {
      await link.run('savepoint batch')
      try {
        await apply(items)
        await link.run(writer.keepBatch)
      } catch (error) {
        // Whatever else it is ends the transaction; a deadlock has already taken it back, savepoints included.
        if (failures.isRefused(error instanceof ItemFailure ? error.failure : error)) await link.run(writer.undoBatch)
        throw error
      }
    },
    refusal: (failure: unknown) => (failures.isRefused(failure) ? session.translate(failure, table.name) : null),
    refuse: (item: T, error: ConcordatError) => batch.refuse(item, error),
    ring: (item: T) => ringOf(item),
  }
  const parts = table.transactional ? [batch.open] : batch.open.map((item) => [item])
  for (const part of parts) await landEach(part, landing)
}

const recordsOf = ({ open }: Rows): Target => ({ table: open.table, keys: [open.id], only: sql`` })

async function change<T>(
  link: Link,
  session: Session,
  target: Target,
  changes: readonly RowChange<T>[],
  added: ReturnType<typeof additions>,
): Promise<void> {
  const some = changes.filter(({ set }) => added.length > 0 || Object.keys(set).length > 0)
  if (some.length === 0) return
  if ((await session.dialect.writer.update(link, target, some, added)) !== some.length) throw notKept(target.table)
}

async function patchLines(
  link: Link,
  session: Session,
  rows: Rows,
  child: ChildTable,
  patches: readonly { readonly item: UpdateItem; readonly patch: LinesPatch }[],
): Promise<void> {
  const { writer } = session.dialect
  const target: Target = {
    table: child.table,
    keys: [child.parent, ...child.keys],
    only: rows.andIsLine(child, 't'),
  }
  const keyOf = ({ id }: UpdateItem, line: string): string[] => [id, ...lineKey(child, line)]
  const deletes = patches.flatMap(({ item, patch }) => patch.delete.map((line) => keyOf(item, line)))
  if (deletes.length > 0 && (await writer.remove(link, target, deletes)) !== deletes.length) throw notKept(child.table)

  const uniqueKeys = lineKeys(child)
  const layout = rows.layout.lines.get(child.name)!
  const ordered = patches.map(({ item, patch }) => ({
    item,
    ...lineTurns(uniqueKeys, layout, item.expect, patch.update),
  }))
  const of = (item: UpdateItem, lines: readonly LineUpdate[]) =>
    lines.map(({ id, set }) => ({ owner: item, key: keyOf(item, id), set }))
  const freed = ordered.flatMap((one) => of(one.item, one.freed))
  await change(link, session, target, freed, [])
  const most = Math.max(0, ...ordered.map(({ turns }) => turns.length))
  for (let turn = 0; turn < most; turn++) {
    const changes = ordered.flatMap(({ item, turns }) => of(item, turns[turn] ?? []))
    await change(link, session, target, changes, [])
  }

  const inserts = patches.flatMap(({ item, patch }) =>
    patch.insert.map((line) => ({ owner: item, key: item.id, values: line.values })),
  )
  await writer.insert(link, child.table, child.parent, inserts)
}

/** The key values in the id of a child row. */
function lineKey(child: ChildTable, id: string): string[] {
  return child.keys.length === 1 ? [id] : (JSON.parse(id) as string[])
}

/** The server's time, for columns that are set to it. */
async function clockOf(link: Link, rows: Rows): Promise<(column: string) => string> {
  const { own, table, timezone } = rows.open
  if (!needsClock(own)) return () => ''
  const [row] = await link.rows(sql`select ${rows.dialect.clock}`)
  return (column) => momentFor(table.columns.get(column)!.kind, row![0]!, timezone)
}

function newId(rows: Rows, item: CreateItem): string | undefined {
  return item.id ?? item.values[rows.open.id.name] ?? undefined
}

/** Some servers only tell us an id that they counted themselves. */
function unknowableId(rows: Rows, item: CreateItem): ConcordatError | null {
  const { id, table } = rows.open
  if (rows.dialect.writer.tellsKeys || newId(rows, item) !== undefined || id.counted) return null
  return new ConcordatError(
    'connector.rejected-value',
    `Column ${id.name} of table ${table.name} must have a value: it is not counted by the system.`,
    { cure: 'Map a field to it.' },
  )
}
