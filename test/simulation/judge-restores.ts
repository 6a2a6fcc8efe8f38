import type { Business, Entry, TableName, Values } from './business.ts'
import type { SystemManners } from './company.ts'
import { mappedColumns, print, type Oracle } from './oracle.ts'
import { isKeyless, isRestored } from './restores.ts'

/*
 * What may become of records when a system or our store is restored from an older backup (law L35). Judged are records of
 * which everybody held the same just before: what is known for sure of the others is what all the other laws say.
 */

type Picture = ReadonlyMap<string, Values>

/** One table of a system that is back at an older backup. */
interface Restored {
  readonly system: string
  readonly table: TableName
  /** Length of the diary when it was. */
  readonly at: number
  /** Records that it holds otherwise than everybody agreed, and what it holds; null: it lacks them. */
  readonly concerned: ReadonlyMap<string, { readonly agreed: Values; readonly restored: Values | null }>
  /** A mark shows it for certain. */
  readonly marked: boolean
  /** It has to be noticed before anything is written. */
  must: boolean
  decided: string | null
}

/** Without a mark only many records at once are told from edits; some more than it takes, because users go on. */
const MANY = 8
const MARGIN = 6

/** Nobody's: it changes nothing that it is given. */
const EXACT = { cut: Infinity, scale: 2 } as SystemManners

export class Restorations {
  private readonly businesses: ReadonlyMap<string, Business>
  private readonly diary: readonly Entry[]
  private readonly oracle: Oracle
  private agreedAtBackup: Picture = new Map()
  private readonly restored: Restored[] = []
  /** What everybody held when the store was restored, and the length of the diary then. */
  private sinceStore: { readonly agreed: Picture; readonly at: number } | null = null
  /** Records that a person decided about, and how long the diary was. */
  private readonly decided = new Map<string, number>()

  constructor(businesses: ReadonlyMap<string, Business>, diary: readonly Entry[], oracle: Oracle) {
    this.businesses = businesses
    this.diary = diary
    this.oracle = oracle
  }

  backUp(): void {
    this.agreedAtBackup = this.agreed('customers')
  }

  /** `before`: what all agreed on; `behind`: its mark shows that it was restored. */
  systemRestored(system: string, before: Picture, entries: readonly Entry[], behind: boolean): void {
    const business = this.businesses.get(system)!
    const concerned = new Map<string, { agreed: Values; restored: Values | null }>()
    let back = 0
    let others = 0
    for (const code of new Set(entries.flatMap((e) => (e.table === 'customers' ? e.code : [])))) {
      const agreed = before.get(code)
      const row = business.find('customers', code)
      if (agreed && isRestored(code) && row === undefined) concerned.set(code, { agreed, restored: null })
      else if (agreed && row && this.agreedAtBackup.has(code) && this.tells(system, agreed, row)) {
        concerned.set(code, { agreed, restored: this.spelled(system, row) })
        back++
      } else others++
    }
    for (const { code } of business.rows('customers')) if (!before.has(code!)) others++
    const must = behind ? concerned.size > 0 : back >= MANY && back > others + MARGIN
    this.restored.push({
      system,
      table: 'customers',
      at: this.diary.length,
      concerned,
      marked: behind,
      must,
      decided: null,
    })
  }

  storeRestored(): void {
    this.sinceStore = { agreed: this.agreed('customers'), at: this.diary.length }
    // What has no key, and is not equal in all systems, cannot be told from something else.
    for (const business of this.businesses.values())
      for (const { code } of business.rows('customers'))
        if (isKeyless(code!) && !this.sinceStore.agreed.has(code!)) this.oracle.excused.add(`customers/${code}`)
  }

  /** What all systems hold in the same spelling, by code. */
  agreed(table: TableName): Picture {
    const [first, ...others] = [...this.businesses.values()]
    const picture = new Map<string, Values>()
    for (const row of first!.rows(table)) {
      const values = this.spelled(first!.name, row)
      const same = others.every((other) => {
        const counterpart = other.find(table, row['code']!)
        return counterpart !== undefined && isEqual(this.spelled(other.name, counterpart), values)
      })
      if (same) picture.set(row['code']!, values)
    }
    return picture
  }

  /** New rules bring old values back as well, so that without a mark only the times of change tell, if users do not go on. */
  rulesChanged(flow: string): void {
    for (const one of this.restored) if (one.table === flow && one.decided === null && !one.marked) one.must = false
  }

  /** A person decides about a system that looks restored. */
  noteAnswer(flow: string, system: string, choice: string): void {
    for (const one of this.restored) if (one.table === flow && one.system === system) one.decided = choice
  }

  /** A person decides about a record. */
  noteDecision(flow: string, code: string): void {
    this.decided.set(`${flow}/${code}`, this.diary.length)
  }

  /** A write of the engine has landed. `hints`: nothing but hints led to it. */
  judge(entry: Entry, hints: boolean): void {
    const { system, table, code, kind } = entry
    const changed = mappedColumns(table as TableName).filter(
      (column) => (entry.before?.[column] ?? null) !== (entry.after?.[column] ?? null),
    )
    const place = `${system} ${table} ${code}`
    for (const one of this.restored) {
      const what = one.table === table ? one.concerned.get(code) : undefined
      if (!what || this.isTouched(table, code, one.at)) continue
      if (one.decided === null && one.must) {
        if (hints && !one.marked) {
          // Hints alone are followed until a run has looked.
          one.must = false
          continue
        }
        this.oracle.fail('L35', `${kind} of ${place}, though ${one.system} was restored and nobody has decided yet`)
      } else if (one.decided === 'write back' && system !== one.system) {
        const older = changed.filter(
          (column) => what.restored && this.spelled(system, entry.after ?? {})[column] === what.restored[column],
        )
        if (kind === 'delete' || (kind === 'update' && older.length > 0))
          this.oracle.fail('L35', `${kind} of ${place} by what ${one.system} held before, which is not to count`)
      }
    }
    if (!this.sinceStore?.agreed.has(code) || table !== 'customers' || this.isTouched(table, code, this.sinceStore.at))
      return
    if (kind !== 'update' || changed.length > 0)
      this.oracle.fail(
        'L35',
        `${kind} of ${place} (${changed.join(', ')}), on which all agreed when the store was restored`,
      )
  }

  /** What people decided about restored systems has come true. */
  judgeEnd(): void {
    for (const { system, table, at, concerned, must, decided } of this.restored) {
      if (!must || decided === null) continue
      for (const [code, { agreed, restored }] of concerned) {
        if (this.isTouched(table, code, at)) continue
        for (const business of this.businesses.values()) {
          const row = business.find(table, code)
          if (decided === 'write back' && !row)
            this.oracle.fail(
              'L35',
              `${table} ${code} is not in ${business.name}, though ${system} was to be brought up to date`,
            )
          if (!row) continue
          const now = this.spelled(business.name, row)
          for (const column of this.telling(system)) {
            const counts = decided === 'write back' || restored === null ? agreed : restored
            const expected = decided === 'write back' ? true : restored !== null && masterOf(column) === system
            if (expected && now[column] !== counts[column])
              this.oracle.fail(
                'L35',
                `${column} of ${table} ${code} is ${now[column]} in ${business.name}, and was to be ${counts[column]} (${decided})`,
              )
          }
        }
      }
    }
  }

  private isTouched(table: string, code: string, since: number): boolean {
    return (
      (this.decided.get(`${table}/${code}`) ?? -1) >= since ||
      this.diary
        .slice(since)
        .some((e) => (e.by === 'user' || e.by === 'restore') && e.table === table && e.code === code)
    )
  }

  private tells(system: string, agreed: Values, row: Values): boolean {
    const now = this.spelled(system, row)
    return this.telling(system).some((column) => now[column] !== agreed[column])
  }

  /** Columns in which a difference is decided by a rule, and always was: what is asked about is nobody's edit yet. */
  private telling(system: string): string[] {
    return ['name', 'credit', 'phone', 'email'].filter((column) => {
      if (this.oracle.ever((d) => d.without === column)) return false
      const master = masterOf(column)
      if (master === null || master === system) return true
      return !this.oracle.ever((d) => (column === 'phone' ? d.phoneEditedOutside : d.editedOutside) === 'ask')
    })
  }

  private spelled(system: string, row: Values): Values {
    return Object.fromEntries(
      mappedColumns('customers').map((column) => [
        column,
        print(EXACT, column, this.oracle.meaning(system, column, row[column] ?? null)),
      ]),
    )
  }
}

const masterOf = (column: string): string | null => (column === 'email' ? null : column === 'phone' ? 'crm' : 'erp')

const isEqual = (a: Values, b: Values): boolean => Object.keys(a).every((column) => a[column] === b[column])
