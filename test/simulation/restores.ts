import type { Company } from './company.ts'
import { isTold } from './known-failures.ts'
import { Random } from './random.ts'
import type { Step } from './story.ts'

/*
 * A system, or our store, is restored from an older backup: what everybody agreed on before the backup, what changed and was
 * carried over since, then the restore, and what users do until somebody has decided. Records of their own, so that whatever
 * else a story tells does not contradict it.
 */

/** Records that the story is about: B… and what was made since have a key; K… have none. */
export const isRestored = (code: string): boolean => /^[BDK]\d/.test(code)
/** Customers without any key. */
export const isKeyless = (code: string): boolean => code.startsWith('K')

export interface Restores {
  readonly of: 'system' | 'store'
  /** The systems take a mark. */
  readonly marked: boolean
}

/** What is restored in the story of a seed, if anything. */
export function restoresOf(seed: number): Restores | null {
  const random = new Random(seed, 'restore')
  if (!random.chance(0.4) || !isTold('restore')) return null
  return { of: random.pick(['system', 'store']), marked: random.chance(0.5) }
}

type Draft = Record<string, unknown> & { readonly kind: Step['kind'] }

export interface RestoreStory {
  readonly before: readonly Draft[]
  /** From the restore on; other things may happen between the two. */
  readonly after: readonly Draft[]
}

export function restoreStoryOf(seed: number, company: Company): RestoreStory {
  const { of, marked } = restoresOf(seed)!
  return of === 'system' ? systemStory(seed, company, marked) : storeStory(seed, company)
}

class Draughts {
  readonly steps: Draft[] = []
  readonly random: Random
  private n = 0

  constructor(random: Random) {
    this.random = random
  }

  user(deed: Record<string, unknown>): void {
    this.steps.push({ kind: 'user', late: 0, deed: { table: 'customers', ...deed } })
  }

  /** Values that no system stores otherwise than they are sent, and that nobody else enters. */
  value(column: string): string {
    const n = ++this.n
    if (column === 'credit') return `8${n}.00`
    if (column === 'phone') return `+99 ${n} 0`
    return column === 'email' ? `back${n}@x.example` : `Back ${n}.`
  }

  create(system: string, code: string): void {
    const values = Object.fromEntries(['name', 'phone', 'email', 'credit', 'note'].map((c) => [c, this.value(c)]))
    this.user({ system, code, what: 'create', values })
  }

  /** By users of the system whose value counts, so that it reaches the others. */
  edit(code: string): void {
    const [system, column] = this.random.pick([
      ['erp', 'name'],
      ['erp', 'credit'],
      ['crm', 'phone'],
      ['erp', 'email'],
      ['crm', 'email'],
    ] as const)
    this.user({ system, code, what: 'edit', column, value: this.value(column) })
  }

  run(weather: string, full = false): void {
    this.steps.push({ kind: 'run', flows: ['customers'], full, weather })
  }

  /** Until everything is carried over. */
  settle(): void {
    this.run('calm')
    this.run('calm')
  }

  /** Takes what was drafted so far. */
  cut(): Draft[] {
    return this.steps.splice(0)
  }
}

function systemStory(seed: number, company: Company, marked: boolean): RestoreStory {
  const random = new Random(seed, 'restore', 'story')
  const drafts = new Draughts(random)
  const { name: system } = random.pick(company.systems)
  // Without a mark only many records at once are told from edits.
  const codes = Array.from({ length: marked ? random.between(2, 5) : random.between(12, 16) }, (_, i) => `B${i + 1}`)
  for (const code of codes) drafts.create('erp', code)
  drafts.settle()
  drafts.steps.push({ kind: 'backup', of: system })
  for (const code of codes) if (!marked || random.chance(0.7)) drafts.edit(code)
  for (let n = random.between(0, 4); n > 0; n--) drafts.create('erp', `D${n}`)
  drafts.settle()
  const before = drafts.cut()
  drafts.steps.push({ kind: 'restore', of: system })
  afterwards(drafts, company, codes, system)
  return { before, after: drafts.cut() }
}

function storeStory(seed: number, company: Company): RestoreStory {
  const random = new Random(seed, 'restore', 'story')
  const drafts = new Draughts(random)
  const codes = Array.from({ length: random.between(4, 8) }, (_, i) => `B${i + 1}`)
  for (const code of codes) drafts.create('erp', code)
  for (let n = random.between(1, 3); n > 0; n--) drafts.create('erp', `K${n}`)
  drafts.settle()
  drafts.steps.push({ kind: 'backup', of: 'store' })
  for (const code of codes) if (random.chance(0.4)) drafts.edit(code)
  const since = random.between(4, 7)
  for (let n = 4; n < since + 1; n++) drafts.create(random.chance(0.7) ? 'erp' : 'crm', `K${n}`)
  for (let n = random.between(0, 3); n > 0; n--) drafts.create('erp', `D${n}`)
  drafts.settle()
  for (const code of codes)
    if (random.chance(0.15)) drafts.user({ system: 'erp', code, what: 'delete' })
    else if (random.chance(0.2)) drafts.edit(code)
  drafts.settle()
  const before = drafts.cut()
  drafts.steps.push({ kind: 'restore', of: 'store' })
  afterwards(drafts, company, codes, null)
  return { before, after: drafts.cut() }
}

/** Users go on; then it is looked at, mostly with difficulties, somebody decides, and it is carried out. */
function afterwards(drafts: Draughts, company: Company, codes: readonly string[], restored: string | null): void {
  const { random } = drafts
  const deeds = random.between(0, 3)
  for (let n = 0; n < deeds; n++) {
    const system = restored !== null && random.chance(0.5) ? restored : random.pick(company.systems).name
    // In a restored system it takes an id that another one had.
    if (random.chance(0.4)) drafts.create(system, `A${n + 1}`)
    else drafts.edit(random.pick(codes))
  }
  if (random.chance(0.3))
    drafts.steps.push({ kind: 'hints', flow: 'customers', weather: 'calm', run: random.chance(0.3) })
  const looks = random.between(1, 4)
  for (let n = 0; n < looks; n++)
    drafts.run(random.pick(['calm', 'rough', 'rough writes', 'rough writes']), random.chance(0.2))
  drafts.run('calm')
  drafts.steps.push({ kind: 'person' })
  drafts.run(random.pick(['calm', 'rough writes']))
}
