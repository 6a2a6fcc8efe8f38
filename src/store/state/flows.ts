import { columns } from '../database/columns.ts'
import type { Session } from '../database/database.ts'

export interface FlowRow {
  readonly id: number
  readonly name: string
  readonly firstSyncAt: string | null
  readonly rules: string | null
}

export interface SideRow {
  readonly id: number
  readonly system: string
  readonly cursor: { readonly at: string; readonly id: string } | null
  readonly scannedAt: string | null
  /** Its newest change when it was found to be older than it had been, while nobody has weighed yet what that means. */
  readonly olderAt: string | null
}

/** A flow with its sides, in the order of its systems. */
export interface KnownFlow {
  readonly row: FlowRow
  readonly sides: readonly SideRow[]
}

/** The flow's row, made when it is new. */
export async function ensureFlow(session: Session, name: string): Promise<FlowRow> {
  const find = (): Promise<FlowRow[]> =>
    session.query<FlowRow>('select id, name, first_sync_at as "firstSyncAt", rules from flow where name = $1', [name])
  const [row] = await find()
  if (row) return row
  await session.execute('insert into flow (name) values ($1) on conflict do nothing', [name])
  return (await find())[0]!
}

/** The sides of a flow, made when they are new, in the order of `systems`. */
export async function ensureSides(
  session: Session,
  flowId: number,
  systems: readonly string[],
): Promise<readonly SideRow[]> {
  const [flow] = await session.query<{ name: string }>('select name from flow where id = $1', [flowId])
  return (await ensureFlows(session, [{ name: flow!.name, systems }])).get(flow!.name)!.sides
}

/** Flows and their sides by name, made when they are new: one look where all are known. */
export async function ensureFlows(
  session: Session,
  wanted: readonly { readonly name: string; readonly systems: readonly string[] }[],
): Promise<ReadonlyMap<string, KnownFlow>> {
  let known = await knownFlows(session, wanted)
  const complete = wanted.every(({ name, systems }) => known.get(name)?.length === systems.length)
  if (!complete) {
    await session.execute('insert into flow (name) select unnest($1::text[]) on conflict do nothing', [
      wanted.map(({ name }) => name),
    ])
    await session.execute(
      `insert into side (flow_id, system)
       select f.id, n.system from unnest($1::text[], $2::text[]) as n(name, system) join flow f on f.name = n.name
       on conflict do nothing`,
      columns(
        wanted.flatMap(({ name, systems }) => systems.map((system) => ({ name, system }))),
        (side) => [side.name, side.system],
      ),
    )
    known = await knownFlows(session, wanted)
  }
  return new Map(
    wanted.map(({ name, systems }) => {
      const rows = known.get(name)!
      const { id, firstSyncAt, rules } = rows[0]!
      const sides = systems.map((system): SideRow => {
        const row = rows.find((side) => side.system === system)!
        const cursor = row.cursorAt === null ? null : { at: row.cursorAt, id: row.cursorId ?? '' }
        return { id: row.sideId, system, cursor, scannedAt: row.scannedAt, olderAt: row.olderAt }
      })
      return [name, { row: { id, name, firstSyncAt, rules }, sides }]
    }),
  )
}

interface FlowAndSide extends FlowRow {
  readonly sideId: number
  readonly system: string
  readonly cursorAt: string | null
  readonly cursorId: string | null
  readonly scannedAt: string | null
  readonly olderAt: string | null
}

/** The sides of these flows that are of their systems, by the flow's name. */
async function knownFlows(
  session: Session,
  wanted: readonly { readonly name: string; readonly systems: readonly string[] }[],
): Promise<Map<string, FlowAndSide[]>> {
  const rows = await session.query<FlowAndSide>(
    `select f.id, f.name, f.first_sync_at as "firstSyncAt", f.rules, s.id as "sideId", s.system, s.cursor_at as "cursorAt",
       s.cursor_id as "cursorId", s.scanned_at as "scannedAt", s.older_at as "olderAt"
     from flow f join side s on s.flow_id = f.id where f.name = any($1::text[])`,
    [wanted.map(({ name }) => name)],
  )
  const systems = new Map(wanted.map((flow) => [flow.name, flow.systems]))
  return Map.groupBy(
    rows.filter((row) => systems.get(row.name)!.includes(row.system)),
    (row) => row.name,
  )
}

/** Id of a shape (names of the values in an image or golden text), made when it is not among the `known`. */
export async function ensureLayout(
  session: Session,
  flowId: number,
  names: readonly string[],
  known: Map<number, readonly string[]>,
): Promise<number> {
  const wanted = JSON.stringify(names)
  for (const [id, shape] of known) if (JSON.stringify(shape) === wanted) return id
  await session.execute('insert into layout (flow_id, names) values ($1, $2) on conflict do nothing', [flowId, names])
  const [row] = await session.query<{ id: number }>('select id from layout where flow_id = $1 and names = $2::text[]', [
    flowId,
    names,
  ])
  known.set(row!.id, names)
  return row!.id
}

/** Names of all shapes that the flow's rows were ever written in, by id. */
export async function layouts(session: Session, flowId: number): Promise<Map<number, readonly string[]>> {
  const rows = await session.query<{ id: number; names: string[] }>('select id, names from layout where flow_id = $1', [
    flowId,
  ])
  return new Map(rows.map((row) => [row.id, row.names]))
}

export async function publishContract(
  session: Session,
  fingerprint: string,
  source: string,
  now: Date,
): Promise<number> {
  const find = (): Promise<{ id: number }[]> =>
    session.query<{ id: number }>('select id from contract_version where fingerprint = $1', [fingerprint])
  const [known] = await find()
  if (known) return known.id
  await session.execute(
    'insert into contract_version (fingerprint, source, published_at) values ($1, $2, $3) on conflict do nothing',
    [fingerprint, source, now],
  )
  return (await find())[0]!.id
}

/** While some records have been looked at by one set of rules and others by another, the flow is in agreement by none. */
const BY_NO_RULES = ''

/**
 * A run begins to look at everything by new rules, which makes every digest worthless. Should it not come to its end, going
 * back to the rules of before means looking at everything again as well (law L22). `first`: the flow had no rules yet.
 */
export async function beginRules(session: Session, flowId: number, rules: string, first: boolean): Promise<void> {
  await session.execute('delete from scan_page where side_id in (select id from side where flow_id = $1)', [flowId])
  await session.execute('update flow set rules = $2 where id = $1', [flowId, first ? rules : BY_NO_RULES])
}

/**
 * Notes that a run has looked at everything by these rules, at which sides, and which of them it compared with all that is
 * linked: in the transaction that the lease was checked in, or a process that was overtaken would bring old rules back.
 */
export async function completeRun(
  session: Session,
  flowId: number,
  done: {
    readonly rules: string
    readonly seen: readonly number[]
    readonly swept: readonly number[]
    readonly began: Date
    readonly now: Date
  },
): Promise<void> {
  await session.execute(
    `with looked_at as (
       update side set served_at = greatest(served_at, $5),
         scanned_at = case when id = any($4::smallint[]) then $3 else scanned_at end
       where id = any($6::smallint[]))
     update flow set rules = $2, first_sync_at = coalesce(first_sync_at, $3), last_success = $3 where id = $1`,
    [flowId, done.rules, done.now, done.swept, done.began, done.seen],
  )
}

/** Moves a side's cursor; never back (law L25). */
export async function moveCursor(session: Session, sideId: number, cursor: { at: string; id: string }): Promise<void> {
  await session.execute('update side set cursor_at = $2, cursor_id = $3 where id = $1', [sideId, cursor.at, cursor.id])
}

export async function markScanned(session: Session, sideId: number, now: Date): Promise<void> {
  await session.execute('update side set scanned_at = $2 where id = $1', [sideId, now])
}
