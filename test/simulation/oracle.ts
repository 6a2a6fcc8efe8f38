import type { Business, Entry, TableName, Values } from './business.ts'
import type { Company, Decisions, SystemManners } from './company.ts'

/*
 * The oracle knows every edit of every user, and what people decided. It judges each write of the engine when it lands,
 * and what the systems hold in the end. No line of it is the engine's.
 *
 * Records are told apart by their code, which no one ever changes; values by themselves, because no two deeds enter the
 * same one.
 */

export interface Violation {
  readonly law: string
  readonly text: string
}

const COLUMNS: Readonly<Record<TableName, readonly string[]>> = {
  customers: ['code', 'tax', 'name', 'phone', 'email', 'credit', 'place'],
  orders: ['code', 'customer_id', 'total', 'lines'],
}

/** A value of a user that the engine replaced. */
interface Overwritten {
  readonly place: string
  readonly value: string
}

interface RunNotes {
  readonly flow: string
  /** So many records it may delete unasked. */
  readonly most: number | null
  readonly without: string | null
  readonly deleted: Set<string>
  /** Length of the diary when it was over. */
  over: number
}

/** What a system made of a value that the engine sent. */
interface Kept {
  readonly run: number
  readonly sent: string | null
  readonly kept: string | null
}

export class Oracle {
  readonly violations: Violation[] = []
  readonly overwritten: Overwritten[] = []
  /** Records that may exist twice in a system, because users and the engine created them in the same moment. */
  readonly excused = new Set<string>()
  private readonly givenUp = new Set<string>()
  private readonly company: Company
  private readonly businesses: ReadonlyMap<string, Business>
  private readonly diary: readonly Entry[]
  /** Every value ever entered for a record's column, by a user or a person who resolved a case. */
  private readonly entered = new Map<string, Set<string | null>>()
  private readonly notes = new Map<string, Set<string | null>>()
  /** Code behind each id that a customer ever had. */
  private readonly codes = new Map<string, string>()
  private readonly usersOwn = new Map<string, string | null>()
  /** Values that came out otherwise than they were sent, by place, as far as the engine was told. */
  private readonly kept = new Map<string, Kept>()
  /** Runs that came to a proper end, so that what they were told is stored. */
  private readonly ended = new Set<number>()
  private seen = 0
  private readonly everInForce: Decisions[]
  private readonly runs = new Map<number, RunNotes>()

  constructor(company: Company, businesses: ReadonlyMap<string, Business>, diary: readonly Entry[]) {
    this.company = company
    this.everInForce = [company.decisions]
    this.businesses = businesses
    this.diary = diary
  }

  fail(law: string, text: string): void {
    this.violations.push({ law, text })
  }

  /** A person answers a case with a value of his own. */
  personEntered(value: string): void {
    this.add('person', value)
  }

  /** A person takes the value of a system that holds none, and was shown so. */
  personChoseBlank(place: string): void {
    this.add(place, null)
  }

  /** A person says that a record is to be deleted wherever it is. */
  personDeleted(place: string): void {
    this.givenUp.add(place)
  }

  /** What the contract of a run says. */
  beginRun(run: number, rules: Pick<RunNotes, 'flow' | 'most' | 'without'>): void {
    this.runs.set(run, { ...rules, deleted: new Set(), over: Infinity })
  }

  /** A run is over. `properly`: what it was told is stored. */
  endRun(run: number, properly: boolean): void {
    this.runs.get(run)!.over = this.diary.length
    if (properly) this.ended.add(run)
  }

  /** People changed the contract. */
  noteRules(decisions: Decisions): void {
    this.everInForce.push(decisions)
  }

  /** Whether some contract of the story says so. */
  ever(says: (decisions: Decisions) => boolean): boolean {
    return this.everInForce.some(says)
  }

  /** Takes note of what users did since the last call. */
  readDiary(): void {
    for (; this.seen < this.diary.length; this.seen++) {
      const entry = this.diary[this.seen]!
      const { system, table, id, code, before, after } = entry
      if (table === 'customers') this.codes.set(`${system}/${id}`, code)
      if (after) this.addTo(this.notes, `${system}/${table}/${code}`, after['note'] ?? null)
      if (entry.by === 'restore') this.forget(system, table as TableName, code)
      if (entry.by !== 'user') continue
      if (after === null) {
        for (const column of COLUMNS[table as TableName]) this.usersOwn.delete(`${system}/${table}/${code}/${column}`)
        continue
      }
      for (const column of COLUMNS[table as TableName]) {
        if (before !== null && before[column] === after[column]) continue
        const value = this.meaning(system, column, after[column] ?? null)
        this.add(`${table}/${code}/${column}`, value)
        for (const { name } of this.company.systems) this.kept.delete(`${name}/${table}/${code}/${column}`)
        this.usersOwn.set(`${system}/${table}/${code}/${column}`, after[column] ?? null)
      }
    }
  }

  /** What users last did to a record in a system, and what became there of what was sent, is undone by a backup. */
  private forget(system: string, table: TableName, code: string): void {
    for (const column of COLUMNS[table]) {
      this.usersOwn.delete(`${system}/${table}/${code}/${column}`)
      this.kept.delete(`${system}/${table}/${code}/${column}`)
    }
  }

  /** Copies what is known of the store; what is returned says that the store is back at that. */
  backUpStore(): () => void {
    const overwritten = this.overwritten.length
    return () => {
      this.overwritten.splice(overwritten)
      this.kept.clear()
    }
  }

  /** A system deleted of itself what referred to a record that the engine deleted. */
  judgeCascade({ system, table, code }: Entry): void {
    this.readDiary()
    const usersDid = this.diary.some((e) => isOthers(e) && e.kind === 'delete' && e.table === table && e.code === code)
    if (!usersDid) this.fail('L31', `${system} ${table} ${code} went with its customer, though no user had deleted it`)
  }

  /** A write of the engine has landed. */
  judge(entry: Entry, unread: boolean): void {
    this.readDiary()
    const { system, table, code, kind, before, after } = entry
    const place = `${system} ${table} ${code}`
    if (unread) this.fail('L4', `${kind} of ${place} overwrote what the engine had not been shown`)
    if (kind === 'delete') {
      this.judgeDeletion(entry)
      return
    }
    if (code === '') return this.fail('L4', `${kind} of ${place} left it without a code`)
    if (kind === 'create') this.judgeCreation(entry)
    else if (before!['note'] !== after!['note'])
      this.fail('L5', `the note of ${place}, which is not mapped, was changed to ${after!['note']}`)
    for (const column of COLUMNS[table as TableName]) {
      const [from, to] = [before?.[column] ?? null, after![column] ?? null]
      if (from === to) continue
      if (column === this.runs.get(entry.run!)!.without && kind === 'update')
        this.fail('L5', `${column} of ${place}, which is not mapped for the time being, was changed to ${to}`)
      if (column === 'code' && before !== null) this.fail('L5', `the code of ${place} was changed to ${to}`)
      // Where the contract did not have the field for a while, its blank in the master may be nobody's, and erases as well.
      const blank =
        to === null && (kind === 'create' || this.ever((d) => d.without === column && d.emptyInMaster === 'erase'))
      if (!blank && !this.makesWay(entry, column) && !this.wasEntered(system, table as TableName, code, column, to))
        this.fail('L4', `${column} of ${place} became ${to}, which nobody ever entered for it`)
      const own = `${system}/${table}/${code}/${column}`
      if (from !== null && this.usersOwn.get(own) === from)
        this.overwritten.push({ place: `${column} of ${place}`, value: String(this.meaning(system, column, from)) })
    }
  }

  /**
   * What a system cannot keep as it is sent is sent once: nothing that the engine was told of, and that nobody has touched
   * since, is written again (L7).
   */
  judgeKept({ system, table, code, kind, run, before, after }: Entry, sent: Values, answered: boolean): void {
    for (const column of COLUMNS[table as TableName]) {
      const value = sent[column]
      if (value === undefined || after === null) continue
      const own = `${system}/${table}/${code}/${column}`
      const known = this.kept.get(own)
      if (kind === 'update' && known?.sent === value && before![column] === known.kept && this.ended.has(known.run))
        this.fail(
          'L7',
          `${value} was sent to ${system} ${table} ${code} again, which keeps ${known.kept} for ${column}`,
        )
      if (answered && after[column] !== value)
        this.kept.set(own, { run: run!, sent: value, kept: after[column] ?? null })
      else this.kept.delete(own)
    }
  }

  /** How a system prints a value; two systems agree when each would print the other's value as its own. */
  agree(a: SystemManners, b: SystemManners, column: string, left: string | null, right: string | null): boolean {
    return print(b, column, print(a, column, right)) === print(a, column, print(b, column, left))
  }

  /** The last value that users entered in this system, undefined when they never did. */
  usersLast(system: string, table: TableName, code: string, column: string): string | null | undefined {
    const own = `${system}/${table}/${code}/${column}`
    return this.usersOwn.has(own) ? this.meaning(system, column, this.usersOwn.get(own)!) : undefined
  }

  /** The value as any system would understand it: references by code. */
  meaning(system: string, column: string, value: string | null): string | null {
    if (value === null) return null
    return column === 'customer_id' ? (this.codes.get(`${system}/${value}`) ?? `unknown ${value}`) : value
  }

  private judgeCreation(entry: Entry): void {
    const { system, table, code, id, after } = entry
    const place = `${system} ${table} ${code}`
    const twins = this.businesses
      .get(system)!
      .rows(table as TableName)
      .filter((row) => row['code'] === code && row['id'] !== id)
    for (const twin of twins) {
      const origin = this.diary.find(
        (e) => e.system === system && e.table === table && e.id === twin['id'] && e.kind === 'create',
      )
      if (origin?.by === 'user' && code.startsWith('R')) this.excused.add(`${table}/${code}`)
      else if (!this.excused.has(`${table}/${code}`))
        this.fail('L3', `${place} was created as ${id}, though it is there as ${twin['id']}`)
    }
    const known = this.diary.some((e) => e.table === table && e.code === code && e.by === 'user')
    if (!known) this.fail('L4', `${place} was created, and no user ever entered it anywhere`)
    const note = after!['note'] ?? null
    if (note !== null && this.notes.get(`${system}/${table}/${code}`)?.has(note) !== true)
      this.fail('L14', `${place} was created with the note ${note}, which it never had there`)
    // Under its old id it is the record that was there before, with what it held while it lived.
    const former = this.lastLife(entry)
    if (former.length > 0 && !former.some((e) => (e.after!['note'] ?? null) === note))
      this.fail('L14', `${place} was restored with the note ${note}, which it did not have when it was deleted`)
  }

  /** What was done to a record from when it was made until it was deleted, before this creation of it. */
  private lastLife({ system, table, id, code }: Entry): Entry[] {
    const mine = this.diary.filter((e) => e.system === system && e.table === table && e.id === id && e.code === code)
    const end = mine.findLastIndex((e) => e.kind === 'delete')
    if (end < 0) return []
    const begin = mine.slice(0, end).findLastIndex((e) => e.kind === 'create')
    // What came and went with a backup while nobody looked was never there for the engine.
    if (begin < 0 || (mine[end]!.by === 'restore' && !this.hasRunBetween(mine[begin]!, mine[end]!))) return []
    return mine.slice(begin, end)
  }

  private hasRunBetween(first: Entry, last: Entry): boolean {
    const [from, to] = [this.diary.indexOf(first), this.diary.indexOf(last)]
    return [...this.runs.values()].some(({ over }) => over > from && over <= to)
  }

  private judgeDeletion({ system, table, code, run }: Entry): void {
    const place = `${system} ${table} ${code}`
    const elsewhere = [...this.businesses.values()].filter((business) => business.name !== system)
    const gone = elsewhere.some(
      (business) =>
        business.find(table as TableName, code) === undefined &&
        this.diary.some(
          (e) =>
            isOthers(e) && e.kind === 'delete' && e.system === business.name && e.table === table && e.code === code,
        ),
    )
    const usersDid = this.diary.some((e) => isOthers(e) && e.kind === 'delete' && e.table === table && e.code === code)
    if (!this.givenUp.has(`${table}/${code}`) && (!usersDid || (!gone && this.company.systems.length === 2)))
      this.fail('L12', `${place} was deleted, though no user had deleted it elsewhere`)
    const { deleted } = this.runs.get(run!)!
    deleted.add(`${table}/${code}`)
    const most = this.mostDeletions(run!)
    if (deleted.size > most) this.fail('L20', `run ${run} deleted ${deleted.size} records, more than ${most} unasked`)
  }

  /**
   * How many records a run may delete unasked: as many as its contract says, and what earlier runs may have decided and
   * left to it, since a user deleted the first of them.
   */
  private mostDeletions(run: number): number {
    const { flow, deleted } = this.runs.get(run)!
    const usersDid = (place: string): number =>
      this.diary.findLastIndex((e) => isOthers(e) && e.kind === 'delete' && place === `${e.table}/${e.code}`)
    const since = Math.min(...[...deleted].map(usersDid))
    let most = 0
    for (const [n, other] of this.runs)
      if (n <= run && other.flow === flow && other.over > since) most += other.most ?? Infinity
    return most
  }

  /** A unique value is given up for a moment, because users gave it to another record. */
  private makesWay({ table, code, kind, before, after }: Entry, column: string): boolean {
    const value = before?.[column] ?? null
    if (column !== 'place' || kind !== 'update' || after![column] !== null || value === null) return false
    return [...this.entered].some(
      ([place, values]) =>
        place.startsWith(`${table}/`) &&
        place.endsWith(`/${column}`) &&
        place !== `${table}/${code}/${column}` &&
        values.has(value),
    )
  }

  private wasEntered(system: string, table: TableName, code: string, column: string, to: string | null): boolean {
    const meant = this.meaning(system, column, to)
    const manners = this.company.systems
    const matches = (value: string | null): boolean => {
      const printed = manners.reduce((v, m) => print(m, column, v), value)
      const asked = manners.reduce((v, m) => print(m, column, v), meant)
      return printed === asked
    }
    const entered = this.entered.get(`${table}/${code}/${column}`) ?? new Set<string | null>()
    return [...entered].some(matches) || [...(this.entered.get('person') ?? [])].some(matches)
  }

  private add(place: string, value: string | null): void {
    this.addTo(this.entered, place, value)
  }

  private addTo(map: Map<string, Set<string | null>>, place: string, value: string | null): void {
    const values = map.get(place)
    if (values) values.add(value)
    else map.set(place, new Set([value]))
  }
}

/** What a user did, or what came of a backup that was restored. */
const isOthers = ({ by }: Entry): boolean => by === 'user' || by === 'restore'

/** A value as a system of these manners would keep it, in one spelling. */
export function print(manners: SystemManners, column: string, value: string | null): string | null {
  if (value === null || value === '') return null
  switch (column) {
    case 'name':
      return [...value].slice(0, manners.cut).join('').trim()
    case 'email':
      return value.toLowerCase()
    case 'credit':
    case 'total':
      return rounded(value, manners.scale)
    case 'lines':
      return JSON.stringify(
        (JSON.parse(value) as [string, string | null, string | null][])
          .map(([position, sku, quantity]) => [position, sku, quantity === null ? null : rounded(quantity, 2)])
          .toSorted((a, b) => Number(a[0]) - Number(b[0])),
      )
    default:
      return value
  }
}

/** Half away from zero. */
function rounded(value: string, places: number): string {
  const cents = Math.round(Number(value) * 10 ** places + 1e-9)
  return (cents / 10 ** places).toFixed(2)
}

/** Whether a value counts as none: a record without lines has no value there, either. */
export const isBlank = (value: string | null): boolean => value === null || value === '' || value === '[]'

export const mappedColumns = (table: TableName): readonly string[] => COLUMNS[table]
