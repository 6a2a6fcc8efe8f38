import { TABLES, type Business, type TableName } from './business.ts'
import { isBlank, mappedColumns, print } from './oracle.ts'
import type { Stage } from './play.ts'

/*
 * When users and faults have come to an end: after finitely many runs everything agrees, and then nothing moves any more.
 */

const MOST_ROUNDS = 12

export async function judgeEnd(stage: Stage): Promise<void> {
  const { oracle } = stage
  stage.told.push('— from here on nothing goes wrong —')
  stage.pass(200_000)
  await stage.landAll()
  const flows = [...stage.signed.contract.flows.keys()]
  let resting = 0
  for (let round = 0; resting < 1; round++) {
    if (round === MOST_ROUNDS) {
      oracle.fail('L1', `the systems still change after ${MOST_ROUNDS} runs without faults`)
      return
    }
    const before = stage.diary.length
    for (const flow of flows) {
      const report = await stage.run(flow, `end${round}.${flow}`)
      if (report === null || report.status === 'failed')
        return oracle.fail('L1', `a run without faults failed: ${report?.message ?? 'it threw'}`)
    }
    if (oracle.violations.length > 0) return
    const asked = await stage.person(`end${round}`)
    stage.pass(1_000)
    resting = stage.diary.length === before && asked === 0 ? resting + 1 : 0
  }
  oracle.readDiary()
  judgeAgreement(stage)
  stage.restorations.judgeEnd()
  await judgeStore(stage)
  if (oracle.violations.length > 0) return
  await judgeRest(stage, flows)
}

/** Another look at everything changes nothing, either. */
async function judgeRest(stage: Stage, flows: readonly string[]): Promise<void> {
  const before = stage.diary.length
  for (const flow of flows) {
    const report = await stage.run(flow, `rest.${flow}`, { full: true })
    if (report?.status !== 'done') stage.oracle.fail('L2', `a full run at rest ends as ${report?.status ?? 'nothing'}`)
    const writes = Object.values(report?.writes ?? {}).reduce((sum, n) => sum + n, 0)
    if (writes > 0) stage.oracle.fail('L2', `a full run at rest says that it wrote ${writes} times`)
  }
  if (stage.diary.length > before)
    stage.oracle.fail('L2', `a full run at rest wrote ${stage.diary.length - before} times`)
}

function judgeAgreement(stage: Stage): void {
  const { oracle, businesses, story } = stage
  const all = [...businesses.values()]
  const tables = TABLES.filter((table) => table === 'customers' || story.company.orders)
  for (const table of tables) {
    const codes = new Set(all.flatMap((business) => business.rows(table).map((row) => row['code'] ?? '')))
    for (const code of codes) {
      if (oracle.excused.has(`${table}/${code}`)) continue
      const holders = all.filter((business) => business.find(table, code))
      for (const business of holders) {
        const twins = business.rows(table).filter((row) => row['code'] === code)
        if (twins.length > 1) oracle.fail('L3', `${business.name} has ${twins.length} ${table} ${code}`)
      }
      if (holders.length < all.length)
        oracle.fail('L1', `${table} ${code} is only in ${holders.map((business) => business.name).join(', ')}`)
      for (const column of mappedColumns(table))
        if (column !== stage.decisions.without) judgeField(stage, table, code, column, holders)
    }
  }
}

function judgeField(stage: Stage, table: TableName, code: string, column: string, holders: readonly Business[]): void {
  const { oracle } = stage
  const held = holders.map((business) => ({
    business,
    value: oracle.meaning(business.name, column, business.find(table, code)![column] ?? null),
  }))
  const master = masterOf(table, column)
  const keepsEmpty = stage.decisions.emptyInMaster === 'keep'
  for (const [i, a] of held.entries()) {
    for (const b of held.slice(i + 1)) {
      if (oracle.agree(a.business.manners, b.business.manners, column, a.value, b.value)) continue
      // An empty value of the master stands for itself where the contract says so.
      if (master !== null && keepsEmpty && held.some((h) => h.business.name === master && isBlank(h.value))) continue
      oracle.fail(
        'L1',
        `${column} of ${table} ${code} is ${a.value} in ${a.business.name} and ${b.value} in ${b.business.name}`,
      )
    }
  }
  const tolerates = column === 'phone' ? 'phoneEditedOutside' : 'editedOutside'
  if (master === null || oracle.ever((decisions) => decisions[tolerates] !== 'revert')) return
  const own = held.find((h) => h.business.name === master)
  const last = oracle.usersLast(master, table, code, column)
  if (!own || last === undefined || (isBlank(last) && keepsEmpty)) return
  if (print(own.business.manners, column, own.value) !== print(own.business.manners, column, last))
    oracle.fail(
      'L5',
      `${column} of ${table} ${code} is ${own.value} in its master ${master}, where users entered ${last}`,
    )
}

/** Null: shared. */
function masterOf(table: TableName, column: string): string | null {
  if (column === 'email') return null
  return table === 'orders' || column === 'phone' ? 'crm' : 'erp'
}

async function judgeStore(stage: Stage): Promise<void> {
  const { store, oracle } = stage
  const count = async (sql: string): Promise<number> =>
    Number((await store.query<{ n: string }>(`select count(*) as n from ${sql}`))[0]!.n)
  const unsettled = await count('batch where settled_at is null')
  if (unsettled > 0) oracle.fail('L16', `${unsettled} batches were never settled`)
  const dirty = await count(`dirty where state = 'waiting'`)
  if (dirty > 0) oracle.fail('L1', `${dirty} marks are left over at rest`)
  const pending = await count(`record where state = 'pending'`)
  if (pending > 0) oracle.fail('L1', `${pending} records were never decided`)
  await judgeLog(stage)
  await judgeLosses(stage)
}

/** As many operations as the systems received (L23). */
async function judgeLog(stage: Stage): Promise<void> {
  const logged = await stage.store.query<{
    system: string
    flow: string
    remote: string | null
    kind: string
    outcome: string
  }>(
    `select s.system, f.name as flow, o.remote_id as remote, o.kind, coalesce(o.outcome, 'done') as outcome
     from operation o join side s on s.id = o.side_id join flow f on f.id = s.flow_id`,
  )
  const received = new Map<string, number>()
  const forgotten = new Map<string, number>()
  for (const [i, { by, system, table, id, kind }] of stage.diary.entries()) {
    if (by !== 'engine') continue
    const place = `${kind} of ${system} ${table} ${id}`
    if (stage.isForgotten(i)) {
      forgotten.set(place, (forgotten.get(place) ?? 0) + 1)
      continue
    }
    received.set(place, (received.get(place) ?? 0) + 1)
  }
  const done = new Map<string, number>()
  const perhaps = new Map<string, number>()
  for (const { system, flow, remote, kind, outcome } of logged) {
    const place = `${kind === 'restore' ? 'create' : kind} of ${system} ${flow} ${remote ?? '?'}`
    const counts = outcome === 'done' ? done : outcome === 'superseded' ? perhaps : null
    counts?.set(place, (counts.get(place) ?? 0) + 1)
  }
  for (const place of new Set([...received.keys(), ...done.keys()])) {
    const [real, said, maybe] = [received.get(place) ?? 0, done.get(place) ?? 0, perhaps.get(place) ?? 0]
    const lostAnyway = place.startsWith('delete') || place.startsWith('create')
    // What a user deleted in the meantime cannot be told from a write that never landed, or from one of ours.
    if (lostAnyway && userDeleted(stage, place)) continue
    // What a restored backup undid cannot be told from a write that never landed, either.
    if (restored(stage, place)) continue
    if (real > said + maybe) stage.oracle.fail('L23', `${place}: the system received ${real}, the log tells of ${said}`)
    // A user who entered the very value that was lost on its way did the engine's work.
    if (said > real && said - real > usersUpdates(stage, place) + (forgotten.get(place) ?? 0))
      stage.oracle.fail('L23', `${place}: the log tells of ${said}, the system received ${real}`)
  }
}

function usersUpdates(stage: Stage, place: string): number {
  return stage.diary.filter(
    (e) => e.by === 'user' && e.kind === 'update' && place === `update of ${e.system} ${e.table} ${e.id}`,
  ).length
}

function restored(stage: Stage, place: string): boolean {
  return stage.diary.some((e) => e.by === 'restore' && place.endsWith(` of ${e.system} ${e.table} ${e.id}`))
}

function userDeleted(stage: Stage, place: string): boolean {
  return stage.diary.some(
    (e) => e.by === 'user' && e.kind === 'delete' && place.endsWith(` of ${e.system} ${e.table} ${e.id}`),
  )
}

/** Every value of a user that the engine replaced is found in a revision or in a case (L8). */
async function judgeLosses(stage: Stage): Promise<void> {
  const { store, oracle } = stage
  if (oracle.overwritten.length === 0) return
  const [row] = await store.query<{ text: string }>(
    `select coalesce((select string_agg(changes, ' ') from revision), '') || ' ' ||
       coalesce((select string_agg(detail::text, ' ') from case_file), '') as text`,
  )
  const kept = row!.text.toLowerCase()
  for (const { place, value } of oracle.overwritten) {
    const [sku] = /S\d+/.exec(value) ?? []
    const wanted = place.startsWith('lines') ? sku : value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
    if (wanted === undefined || place.startsWith('customer_id')) continue
    if (!kept.includes(wanted.toLowerCase()))
      oracle.fail('L8', `${value}, which users entered as ${place}, is kept in no revision and no case`)
  }
}
