import { otherDecisions, type Company, type Decisions } from './company.ts'
import type { IncidentKind, Weather } from './incidents.ts'
import { isTold } from './known-failures.ts'
import { Random } from './random.ts'
import { restoresOf, restoreStoryOf } from './restores.ts'
import { tangleOf } from './tangle.ts'

/*
 * A story is what a seed is about: who does what, in which order. Steps are data, and each draws its details from a
 * stream of its own, so that a story can be shortened and still tells the same things.
 */

export type Step = { readonly key: number } & (
  | { readonly kind: 'user'; readonly deed: Deed; readonly late: number }
  | {
      readonly kind: 'run'
      readonly flows: readonly string[]
      readonly full: boolean
      readonly weather: Weather
      /** The flows are run by two processes at the same time. */
      readonly together?: boolean
    }
  /** Hints about what changed arrive; `run`: while a run of the flow goes on. */
  | { readonly kind: 'hints'; readonly flow: string; readonly weather: Weather; readonly run: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'person' }
  /** A backup is made of a system, or of `store`; later that is restored from the last one. */
  | { readonly kind: 'backup' | 'restore'; readonly of: string }
  /** People change the contract; an empty change brings the first one back. */
  | { readonly kind: 'rules'; readonly change: Partial<Decisions> }
)

/** What a user of a system does. A deed that is impossible when its time comes is left undone. */
export type Deed = { readonly system: string; readonly table: 'customers' | 'orders'; readonly code: string } & (
  | { readonly what: 'create'; readonly values: Readonly<Record<string, string | null>> }
  | { readonly what: 'edit'; readonly column: string; readonly value: string | null }
  | { readonly what: 'copy'; readonly column: string; readonly from: string }
  | { readonly what: 'delete' }
  /** Each takes the value of the next; the last one `last`, or the value of the first. */
  | {
      readonly what: 'pass on'
      readonly column: string
      readonly others: readonly string[]
      readonly last: string | null
    }
  /** A customer is deleted: its orders with it, or after they went to another one. */
  | { readonly what: 'raze'; readonly to: string | null }
  /** It is deleted, and its id given to another one, in one transaction. */
  | { readonly what: 'replace'; readonly by: string; readonly values: Readonly<Record<string, string | null>> }
  /** The id of one that is gone is given to another one. */
  | { readonly what: 'reuse'; readonly by: string; readonly values: Readonly<Record<string, string | null>> }
  /** What was deleted last under this code comes out of the recycle bin, under its id. */
  | { readonly what: 'put back' }
  /** Two rows exchange their ids. */
  | { readonly what: 'swap'; readonly other: string }
)

export interface Story {
  readonly seed: number
  readonly company: Company
  readonly steps: readonly Step[]
  /** Places of incidents that do not happen after all. */
  readonly spared: readonly string[]
  /** The incidents, by place, when they are written down: a story that is kept tells the same after a change of the odds. */
  readonly met?: Readonly<Record<string, IncidentKind>>
  /** Each process has a clock of its own, which is off and jumps, and a machine that may be suspended. */
  readonly machines?: boolean
}

const CUSTOMERS = ['C1', 'C2', 'C3', 'C4', 'C5']
const NEWCOMERS = [...CUSTOMERS, 'C6', 'C7', 'C8', 'C9']
const ORDERS = ['O1', 'O2', 'O3']
/** Customers that orders refer to; nobody deletes them. */
const LASTING = ['C1', 'C2']

export function storyOf(seed: number, company: Company, length: number): Story {
  const random = new Random(seed, 'story')
  const steps: Step[] = []
  let key = 0
  const add = (step: Record<string, unknown> & { kind: Step['kind'] }): void =>
    void steps.push({ key: ++key, ...step } as Step)
  const flows = company.orders ? ['customers', 'orders'] : ['customers']
  // What was there before anything was connected.
  for (const code of CUSTOMERS.slice(0, random.between(1, 4))) {
    for (const { name } of company.systems)
      if (random.chance(0.55)) add({ kind: 'user', late: 0, deed: creation(random, name, 'customers', code, ++key) })
  }
  for (let i = 0; i < length; i++) {
    const kind = random.weigh([
      [5, 'user'],
      [3, 'run'],
      [1.5, 'hints'],
      [0.8, 'rules'],
      [1, 'wait'],
      [0.7, 'person'],
      [company.lateMs > 0 ? 1 : 0, 'overtaken'],
      [company.decisions.deletions === null ? 0.15 : 0.6, 'purge'],
    ] as const)
    if (kind === 'overtaken') {
      // A change that was begun before others and is seen after them.
      const { name: system } = random.pick(company.systems)
      const [early, late] = random.chance(0.5) ? LASTING : LASTING.toReversed()
      const edit = (code: string, value: string): Deed => ({
        system,
        table: 'customers',
        code,
        what: 'edit',
        column: 'name',
        value,
      })
      add({ kind: 'user', late: random.between(30_000, company.lateMs), deed: edit(early!, `Begun ${++key}`) })
      add({ kind: 'user', late: 0, deed: edit(late!, `Done ${++key}`) })
      add({ kind: 'run', flows: ['customers'], full: false, weather: random.pick(['calm', 'rough writes'] as const) })
    } else if (kind === 'purge') {
      // Users of one system throw out much of what everybody holds by then, mostly where others are to follow.
      const carried = company.systems.filter(({ name }) =>
        name === 'erp'
          ? company.decisions.deletedInMaster === 'delete'
          : company.decisions.deletedElsewhere === 'accept',
      )
      const { name: system } = random.pick(carried.length > 0 && random.chance(0.8) ? carried : company.systems)
      const customers = (how: Weather): void =>
        add({ kind: 'run', flows: ['customers'], full: random.chance(0.5), weather: how })
      const doomed = [...CUSTOMERS, 'C6'].filter((code) => !LASTING.includes(code) && random.chance(0.8))
      for (const code of doomed) add({ kind: 'user', late: 0, deed: creation(random, 'erp', 'customers', code, ++key) })
      customers('calm')
      for (const code of doomed)
        add({ kind: 'user', late: 0, deed: { system, table: 'customers', code, what: 'delete' } })
      customers(weather(random))
    } else if (kind === 'user') {
      const deed = deedOf(random, company, ++key, false)
      // A record that nobody can see yet would be created by the engine, too, and no one could tell the twins apart.
      const late = company.lateMs > 0 && deed.what !== 'create' && random.chance(0.5)
      add({ kind, late: late ? random.between(1, company.lateMs) : 0, deed })
    } else if (kind === 'run')
      add({
        kind,
        flows: random.chance(0.8) ? flows : [random.pick(flows)],
        full: random.chance(0.15),
        weather: weather(random),
        together: flows.length > 1 && random.chance(0.25),
      })
    else if (kind === 'hints')
      add({ kind, flow: random.pick(flows), weather: weather(random), run: random.chance(0.3) })
    else if (kind === 'rules')
      add({ kind, change: random.chance(0.5) ? {} : otherDecisions(random, company.decisions) })
    else if (kind === 'wait') add({ kind, ms: random.pick([500, 30_000, 90_000, 600_000]) })
    else add({ kind })
  }
  if (company.entangled) {
    const at = new Random(seed, 'tangle', 'place').between(0, steps.length)
    const tangle = tangleOf(seed, company).map((step) => ({ key: ++key, ...step }) as Step)
    steps.splice(at, 0, ...tangle)
  }
  addIdentities(steps, seed, company)
  addRestores(steps, seed, company)
  return { seed, company, steps, spared: [], machines: new Random(seed, 'machines').chance(0.7) }
}

/** A system or the store is restored; drawn from a stream of its own, between the steps that there are. */
function addRestores(steps: Step[], seed: number, company: Company): void {
  if (!restoresOf(seed)) return
  const random = new Random(seed, 'restore', 'place')
  let key = 2_000_000
  const { before, after } = restoreStoryOf(seed, company)
  const at = random.between(0, steps.length)
  const then = Math.min(steps.length, at + random.pick([0, 0, 1, 3]))
  const keyed = (drafts: typeof before): Step[] => drafts.map((step) => ({ key: ++key, ...step }) as Step)
  const [first, second] = [keyed(before), keyed(after)]
  steps.splice(then, 0, ...second)
  steps.splice(at, 0, ...first)
}

/** Whether ids come again or change hands in the story of a seed. */
export const changesIdentities = (seed: number): boolean => new Random(seed, 'identity').chance(0.5)

/** Ids come again, change hands and are swapped; drawn from a stream of its own, between the steps that there are. */
function addIdentities(steps: Step[], seed: number, company: Company): void {
  if (!changesIdentities(seed) || !isTold('identity')) return
  // Whether systems are the right ones is told by their rows, which must be what they were in the store's backup.
  const restores = restoresOf(seed)
  if (restores?.of === 'store' && restores.marked) return
  const random = new Random(seed, 'identity')
  random.chance(0.5)
  const calm = new Random(seed, 'identity', 'calm')
  let key = 1_000_000
  const mortal = CUSTOMERS.filter((code) => !LASTING.includes(code))
  for (let n = random.between(1, 3); n > 0; n--) {
    const { name: system } = random.pick(company.systems)
    const code = random.pick(mortal)
    const deed = (what: Record<string, unknown>): Step => ({
      key: ++key,
      kind: 'user',
      late: 0,
      deed: { system, table: 'customers', code, ...what } as Deed,
    })
    // What is to change hands has to be known, and what is to come back to be gone: not every run may fail.
    const run = (): Step => ({
      key: ++key,
      kind: 'run',
      flows: ['customers'],
      full: random.chance(0.3),
      weather: calm.chance(0.5) ? 'calm' : weather(random),
    })
    const another = (): Record<string, unknown> => {
      const by = `I${++key}`
      return { by, values: (creation(random, system, 'customers', by, key) as Deed & { what: 'create' }).values }
    }
    const what = random.pick(['replace', 'reuse', 'put back', 'swap'] as const)
    const story: Step[] = [deed({ ...creation(random, system, 'customers', code, ++key) }), run()]
    if (what === 'replace') story.push(deed({ what, ...another() }))
    else if (what === 'swap') {
      const other = random.pick(mortal.filter((one) => one !== code))
      story.push(deed({ ...creation(random, system, 'customers', other, ++key) }), run(), deed({ what, other }))
    } else story.push(deed({ what: 'delete' }), run(), deed({ what, ...(what === 'reuse' && another()) }))
    steps.splice(random.between(0, steps.length), 0, ...story, run())
  }
}

const weather = (random: Random): Weather =>
  random.weigh([
    [1.2, 'calm'],
    [1.5, 'rough'],
    [3, 'rough writes'],
  ] as const)

/** Something that a user may do; `racing`: while a run is going on. */
export function deedOf(random: Random, company: Company, key: number, racing: boolean): Deed {
  const system = random.pick(company.systems).name
  const table = company.orders && random.chance(0.3) ? 'orders' : 'customers'
  const known = random.pick(table === 'orders' ? ORDERS : CUSTOMERS)
  const what = random.weigh([
    [racing ? 8 : 6, 'edit'],
    [1, 'copy'],
    // What is created while a run goes on is created once only: nobody could tell twins of one moment apart.
    [racing ? 0.5 : 2.5, 'create'],
    [1.2, 'delete'],
  ] as const)
  const code = what === 'create' && table === 'customers' ? random.pick(NEWCOMERS) : known
  if (what === 'create') {
    if (!racing) return creation(random, system, table, code, key)
    return creation(random, system, table, `R${key}`, key)
  }
  if (what === 'delete' && !LASTING.includes(code)) return { system, table, code, what }
  const column = random.pick(
    table === 'customers'
      ? ['name', 'name', 'phone', 'phone', 'email', 'email', 'credit', 'note']
      : ['total', 'lines', 'lines', 'customer_id', 'note'],
  )
  if (what === 'copy') return { system, table, code, what, column, from: random.pick(company.systems).name }
  return { system, table, code, what: 'edit', column, value: valueOf(random, column, key) }
}

function creation(random: Random, system: string, table: 'customers' | 'orders', code: string, key: number): Deed {
  const columns = table === 'customers' ? ['name', 'phone', 'email', 'credit', 'note'] : ['total', 'lines', 'note']
  const values = Object.fromEntries(columns.map((column) => [column, valueOf(random, column, key)]))
  if (table === 'orders') values['customer_id'] = random.pick(LASTING)
  return { system, table, code, what: 'create', values }
}

/** A value that no other step enters, so that whatever turns up somewhere tells where it came from. */
function valueOf(random: Random, column: string, key: number): string | null {
  if (column !== 'customer_id' && column !== 'lines' && random.chance(0.12)) return null
  switch (column) {
    case 'name':
      return `Name ${key} ${random.pick(['Ltd', 'and a long ending'])}`
    case 'phone':
      // With an end of its own: no value is the beginning of another, as one that a system has cut is.
      return `+34 ${key} 0`
    case 'email':
      return `Mail${key}@x.example`
    case 'credit':
    case 'total':
      return `${key}.${random.pick(['00', '37', '5'])}`
    case 'customer_id':
      return random.pick(LASTING)
    case 'lines':
      return JSON.stringify(
        Array.from({ length: random.between(0, 4) }, (_, i) => [String(i + 1), `S${key}`, `${i + 1}.50`]),
      )
    default:
      return `${column} ${key}`
  }
}
