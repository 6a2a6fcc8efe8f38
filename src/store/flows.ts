import type { Session } from './database.ts'

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
}

/** The flow's row, made when it is new. */
export async function ensureFlow(session: Session, name: string): Promise<FlowRow> {
  await session.execute('insert into flow (name) values ($1) on conflict do nothing', [name])
  const [row] = await session.query<FlowRow>(
    'select id, name, first_sync_at as "firstSyncAt", rules from flow where name = $1',
    [name],
  )
  return row!
}

/** The sides of a flow, made when they are new, in the order of `systems`. */
export async function ensureSides(session: Session, flowId: number, systems: readonly string[]): Promise<SideRow[]> {
  await session.execute('insert into side (flow_id, system) select $1, unnest($2::text[]) on conflict do nothing', [
    flowId,
    systems,
  ])
  const rows = await session.query<{
    id: number
    system: string
    cursor_at: string | null
    cursor_id: string | null
    scanned_at: string | null
  }>('select id, system, cursor_at, cursor_id, scanned_at from side where flow_id = $1', [flowId])
  return systems.map((system) => {
    const row = rows.find((side) => side.system === system)!
    const cursor = row.cursor_at === null ? null : { at: row.cursor_at, id: row.cursor_id ?? '' }
    return { id: row.id, system, cursor, scannedAt: row.scanned_at }
  })
}

/** Id of a shape (names of the values in an image or golden text). */
export async function ensureLayout(session: Session, flowId: number, names: readonly string[]): Promise<number> {
  await session.execute('insert into layout (flow_id, names) values ($1, $2) on conflict do nothing', [flowId, names])
  const [row] = await session.query<{ id: number }>('select id from layout where flow_id = $1 and names = $2::text[]', [
    flowId,
    names,
  ])
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
  await session.execute(
    'insert into contract_version (fingerprint, source, published_at) values ($1, $2, $3) on conflict do nothing',
    [fingerprint, source, now],
  )
  const [row] = await session.query<{ id: number }>('select id from contract_version where fingerprint = $1', [
    fingerprint,
  ])
  return row!.id
}

/** A new set of rules makes every digest worthless: what was in agreement may not be any more. */
export async function distrustDigests(session: Session, flowId: number): Promise<void> {
  await session.execute('delete from scan_page where side_id in (select id from side where flow_id = $1)', [flowId])
}

/** Notes the rules that the flow has been brought into agreement by. */
export async function adoptRules(session: Session, flowId: number, rules: string): Promise<void> {
  await session.execute('update flow set rules = $2 where id = $1', [flowId, rules])
}

export async function completeFirstSync(session: Session, flowId: number, now: Date): Promise<void> {
  await session.execute('update flow set first_sync_at = coalesce(first_sync_at, $2) where id = $1', [flowId, now])
}

export async function markSuccess(session: Session, flowId: number, now: Date): Promise<void> {
  await session.execute('update flow set last_success = $2 where id = $1', [flowId, now])
}

/** Moves a side's cursor; never back (law L25). */
export async function moveCursor(session: Session, sideId: number, cursor: { at: string; id: string }): Promise<void> {
  await session.execute('update side set cursor_at = $2, cursor_id = $3 where id = $1', [sideId, cursor.at, cursor.id])
}

export async function markScanned(session: Session, sideId: number, now: Date): Promise<void> {
  await session.execute('update side set scanned_at = $2 where id = $1', [sideId, now])
}
