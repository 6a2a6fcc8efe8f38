import type { Connector } from '../../src/connector-kit/port.ts'
import { resolveCase } from '../../src/engine/resolve-case.ts'
import { HotFlow } from '../../src/engine/hot-flow.ts'
import { runFlow, type Deps } from '../../src/engine/run-flow.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import type { FlowRun } from '../../src/model/report.ts'
import { findCases } from '../../src/store/cases/cases.ts'
import type { Database, Session } from '../../src/store/database/database.ts'
import { landedMarks, markLanded, nextMark } from '../../src/store/systems/marks.ts'
import { databaseAt } from '../harness/store-clock.ts'
import type { Ablation } from './ablations.ts'
import { Business, type Entry, type TableName } from './business.ts'
import { contractOf, type Decisions } from './company.ts'
import { confirmSystems } from './confirm-systems.ts'
import { FaultyConnector, type Shown, type Surroundings } from './faulty-connector.ts'
import { comeAgain, deliver, undecidedAmong, type HintBatch } from './hints.ts'
import { count, Fate, type Incident, type Tally, type Weather } from './incidents.ts'
import { Oracle, type Violation } from './oracle.ts'
import { Places } from './places.ts'
import { Random } from './random.ts'
import { judgeEnd } from './judge-end.ts'
import { Restorations } from './judge-restores.ts'
import { Machine } from './machine.ts'
import { deedOf, type Deed, type Step, type Story } from './story.ts'
import { Turn } from './turn.ts'
import { Death, type Place, type SessionPool, Worker } from './worker.ts'

/*
 * Plays a story: the shipped engine on a real store, with a clock that we turn and systems that misbehave. One thing at a
 * time happens, so the same story always goes the same way.
 */

/** `safety`: faults go on until the end; `liveness`: they stop, and everything has to come to rest. */
export type Mode = 'safety' | 'liveness'

export interface Played {
  readonly violations: readonly Violation[]
  readonly incidents: readonly Incident[]
  readonly runs: number
  readonly writes: number
  /** What happened, in words. */
  readonly told: readonly string[]
  readonly calls: number
  readonly tally: Tally
}

interface RunOptions {
  readonly full?: boolean
  readonly weather?: Weather
  readonly alone?: boolean
  /** The clock of the process is far ahead. */
  readonly ahead?: boolean
}

/** A process at work on a flow. */
interface Act {
  readonly flow: string
  readonly worker: Worker
  readonly weather: Weather
  readonly alone: boolean
  /** Processes that work at the same time because of an incident of this one. */
  readonly strands: Promise<unknown>[]
}

export const START = Date.UTC(2026, 2, 5, 9)

export class Stage {
  readonly story: Story
  readonly store: Database
  readonly pool: SessionPool
  readonly businesses: ReadonlyMap<string, Business>
  readonly diary: Entry[] = []
  readonly oracle: Oracle
  readonly restorations: Restorations
  readonly shown: Shown = new Map()
  readonly incidents: Incident[] = []
  readonly told: string[] = []
  readonly ablation: Ablation | null
  readonly tally: Tally = {}
  clock = START
  runs = 0
  calls = 0
  decisions: Decisions
  /** How many deletions people let through, by flow. */
  private approvals = new Map<string, number>()
  /** How many records people themselves said to delete. */
  private personDeletes = 0
  /** What restores the last backup of each system, and of the store. */
  private readonly backups = new Map<string, () => Promise<void>>()
  /** The contract by which everything was looked at last, by flow. */
  private readonly lookedBy = new Map<string, string>()
  /** Parts of the diary of which a restored store knows nothing. */
  private readonly forgotten: { readonly from: number; readonly to: number }[] = []
  private readonly room: Room
  private readonly onTheirWay: (() => Promise<unknown>)[] = []
  private readonly turn = new Turn()
  private readonly places = new Places()
  private readonly atWork = new Set<Worker>()

  constructor(story: Story, room: Room, ablation: Ablation | null) {
    this.story = story
    this.room = room
    this.store = room.store
    this.pool = room.pool
    this.ablation = ablation
    this.decisions = story.company.decisions
    this.businesses = new Map(
      story.company.systems.map((manners) => [manners.name, new Business(manners, () => this.clock, this.diary)]),
    )
    this.oracle = new Oracle(story.company, this.businesses, this.diary)
    this.restorations = new Restorations(this.businesses, this.diary, this.oracle)
  }

  /** The contract of today. */
  get signed(): ReturnType<typeof contractOf> {
    const company = { ...this.story.company, decisions: this.decisions }
    return contractOf(this.ablation?.company?.(company) ?? company)
  }

  pass(ms: number): void {
    this.clock += ms
    for (const business of this.businesses.values()) business.tick()
  }

  async step(step: Step): Promise<void> {
    this.pass(1_000)
    await this.landAll()
    switch (step.kind) {
      case 'user':
        this.deed(step.deed, step.late)
        return
      case 'wait':
        this.pass(step.ms)
        return
      case 'person':
        await this.person(String(step.key))
        return
      case 'run': {
        const { weather, full } = step
        const one = (name: string): Promise<unknown> => this.run(name, `${step.key}.${name}`, { full, weather })
        if (step.together) await Promise.all(step.flows.map(one))
        else for (const name of step.flows) await one(name)
        return
      }
      case 'hints': {
        const { flow, weather, run } = step
        const key = `hints${step.key}.${flow}`
        // What was not acknowledged is delivered again, as a rule to another process.
        if (await this.hints(flow, key, { weather, run }))
          await this.hints(flow, `${key}.again`, { weather, run: false })
        return
      }
      case 'backup':
        this.told.push(`backup of ${step.of}`)
        this.restorations.backUp()
        this.backups.set(step.of, step.of === 'store' ? await this.backUpStore() : this.backUpSystem(step.of))
        return
      case 'restore':
        await this.backups.get(step.of)?.()
        return
      case 'rules':
        this.decisions = { ...this.story.company.decisions, ...step.change }
        this.oracle.noteRules(this.decisions)
        this.told.push(`rules: ${JSON.stringify(step.change)}`)
    }
  }

  private backUpSystem(system: string): () => Promise<void> {
    const restore = this.businesses.get(system)!.backUp()
    return async () => {
      const agreed = this.restorations.agreed('customers')
      const landed = (await landedMarks(this.store, system)).get('customers')
      const entries = restore()
      this.oracle.readDiary()
      this.told.push(`${system} is restored from its backup`)
      for (const entry of entries)
        this.told.push(`  ${entry.kind} ${entry.table} ${entry.code} (${entry.id}) ${difference(entry)}`)
      const mark = this.businesses.get(system)!.marks.get('customers')
      this.restorations.systemRestored(system, agreed, entries, BigInt(landed ?? 0) > BigInt(mark ?? 0))
    }
  }

  private async backUpStore(): Promise<() => Promise<void>> {
    await this.pool.settled()
    const restore = await this.room.backUp()
    const forget = this.oracle.backUpStore()
    const approvals = new Map(this.approvals)
    const from = this.diary.length
    return async () => {
      await this.pool.settled()
      await restore()
      forget()
      this.approvals = new Map(approvals)
      this.forgotten.push({ from, to: this.diary.length })
      this.restorations.storeRestored()
      this.told.push('the store is restored from its backup')
    }
  }

  /** Whether the store was restored to what it held before this entry of the diary. */
  isForgotten(entry: number): boolean {
    return this.forgotten.some(({ from, to }) => entry >= from && entry < to)
  }

  /** One run by a process of its own; null when it came to no report. */
  async run(flow: string, key: string, options: RunOptions = {}): Promise<FlowRun | null> {
    const { contract, source } = this.signed
    if (!contract.flows.has(flow)) return null
    return this.act(
      flow,
      key,
      options,
      async (deps) => {
        const result = await runFlow(deps, contract, contract.flows.get(flow)!, { full: options.full ?? false })
        this.told.push(`  ${result.status}${result.message ? `: ${result.message}` : ''}`)
        if (result.status !== 'failed') this.approvals.delete(flow)
        return result
      },
      source,
    )
  }

  /**
   * Hints about a flow's records arrive, as far as they do; `run`: while the flow is run by the same process. True when
   * some will come again.
   */
  async hints(flow: string, key: string, options: RunOptions & { readonly run: boolean }): Promise<boolean> {
    const { contract, source } = this.signed
    if (!contract.flows.has(flow)) return false
    const batches = deliver(this.businesses, flow, new Random(this.story.seed, key, 'hints'), this.tally)
    if (batches.length === 0 && !options.run) return false
    let again = false
    await this.act(
      flow,
      key,
      options,
      async (deps) => {
        const hot = new HotFlow(deps, contract, contract.flows.get(flow)!, { lingerMs: 600_000 })
        const run = options.run ? hot.run() : Promise.resolve(null)
        const takes = batches.map(({ system, ids }) => hot.take(system, ids))
        const [ran, ...reports] = await Promise.allSettled([run, ...takes] as const)
        const acknowledged: HintBatch[] = []
        batches.forEach((batch, i) => {
          const report = reports[i]!
          if (report.status === 'rejected') {
            comeAgain(this.businesses, flow, batch)
            again = true
          } else if (report.value.stopped === null && !report.value.wantsRun) acknowledged.push(batch)
        })
        // Where a run fails, the next one goes on with what it had listed.
        const unbroken = ran.status === 'fulfilled' && (ran.value === null || /done|waiting/.test(ran.value.status))
        if (unbroken) await this.judgeAcknowledged(flow, acknowledged, deps.holder)
        await hot.close()
        for (const end of [ran, ...reports]) if (end.status === 'rejected') this.tell(end.reason, flow)
        return null
      },
      source,
    )
    return again
  }

  private async act(
    flow: string,
    key: string,
    { weather = 'calm', alone = false, full = false, ahead = false }: RunOptions,
    work: (deps: Deps) => Promise<FlowRun | null>,
    source: string,
  ): Promise<FlowRun | null> {
    const { ablation } = this
    const fate = new Fate(this.story, key, weather, this.incidents, this.tally)
    const store = ablation?.store?.(this.store) ?? this.store
    const place: Place = {
      store,
      pool: this.pool,
      turn: this.turn,
      storeNow: (worker) => (ablation?.leasesByOwnClock ? worker.machine.now() : this.clock),
      change: ablation?.session,
      meet: (incident) => this.meet(incident, act),
      judgeCommit: (session) => this.judgeCommit(session, act),
    }
    const clocks = this.story.machines ? new Random(this.story.seed, key, 'machine') : null
    const machine = new Machine(() => this.clock, clocks, ahead)
    const worker = new Worker(`worker ${key}`, place, fate, machine)
    this.atWork.add(worker)
    const run = ++this.runs
    const { deletions, without = null } = this.decisions
    const most = deletions === null ? null : Math.max(deletions, this.approvals.get(flow) ?? 0) + this.personDeletes
    this.oracle.beginRun(run, { flow, most, without })
    const act: Act = { flow, worker, weather, alone, strands: [] }
    const around: Surroundings = {
      run,
      tally: this.tally,
      pass: (ms) => {
        this.calls++
        this.pass(ms)
        machine.tick()
      },
      meet: (incident) => this.meet(incident, act),
      judgeSending: () => this.judgeSending(act),
      judgeLanding: (_, ask) => this.judgeLanding(act, ask),
      places: this.places,
      nextMark: () => nextMark(worker.database()),
      markLanded: (system, object, number) => markLanded(worker.database(), system, object, number),
      putOff: (write) => void this.onTheirWay.push(write),
      landAll: () => this.landAll(),
      cascaded: (entry) => {
        this.told.push(`    ${entry.system} of itself: delete ${entry.table} ${entry.code} (${entry.id})`)
        this.oracle.judgeCascade(entry)
      },
      landed: (entry, unread, sent, answered) => {
        this.told.push(
          `    ${entry.system}: ${entry.kind} ${entry.table} ${entry.code} (${entry.id}) ${difference(entry)}`,
        )
        this.oracle.judge(entry, unread)
        this.restorations.judge(entry, key.startsWith('hints'))
        this.oracle.judgeKept(entry, sent, answered)
      },
    }
    const connectors = new Map<string, Connector>(
      [...this.businesses.values()].map((business) => {
        const connector = new FaultyConnector(business, worker, around, this.shown)
        return [business.name, ablation?.connector?.(connector) ?? connector]
      }),
    )
    this.told.push(`run ${run} of ${flow}${full ? ', full' : ''}${key.startsWith('hints') ? ', hints' : ''}`)
    const first = this.incidents.length
    const began = this.clock
    const asked = await this.asksAboutRestore(flow)
    if (!asked && this.lookedBy.get(flow) !== source) this.restorations.rulesChanged(flow)
    const written = this.diary.length
    let properly = false
    await ablation?.beforeRun?.(this.store, this.businesses)
    try {
      const report = await work({
        database: worker.database(),
        connectors,
        clock: () => machine.now(),
        steady: () => (ablation?.clockStandsStill ? began : machine.steady()),
        contractSource: source,
        holder: worker.name,
      })
      properly = report !== null && report.status !== 'failed'
      if (report !== null && /done|waiting/.test(report.status)) this.lookedBy.set(flow, source)
      return report
    } catch (error) {
      if (worker.dead) this.told.push('  died')
      else this.tell(error, flow)
      return null
    } finally {
      worker.over = true
      this.oracle.endRun(run, properly)
      this.atWork.delete(worker)
      await Promise.all(act.strands)
      for (const { kind, at } of this.incidents.slice(first)) this.told.push(`  (${kind} at ${at})`)
      worker.bury()
      if (asked && (await this.asksAboutRestore(flow))) {
        const landed = this.diary.slice(written).filter((entry) => entry.by === 'engine' && entry.table === flow)
        if (landed.length > 0)
          this.oracle.fail('L35', `run ${run} wrote to ${flow} while people are asked about a restored system`)
      }
    }
  }

  private async asksAboutRestore(flow: string): Promise<boolean> {
    if (this.backups.size === 0) return false
    const open = await this.turn.run(() => findCases(this.store, {}))
    return open.some((one) => one.flow === flow && one.kind === 'restored system')
  }

  private tell(error: unknown, flow: string): void {
    if (error instanceof Death) this.told.push('  died')
    else if (error instanceof ConcordatError) this.told.push(`  ${error.code}: ${error.message}`)
    else {
      this.oracle.fail('bug', `run ${this.runs} of ${flow} threw: ${(error as Error).stack ?? String(error)}`)
      this.told.push(`  threw ${String(error)}`)
    }
  }

  /** Writes whose answers were lost may land at any time, at the latest when somebody waits for them. */
  async landAll(): Promise<void> {
    for (const write of this.onTheirWay.splice(0)) await write()
  }

  /** What hints are about does not wait for a run once they are acknowledged, for nothing says that one is to come (L16). */
  private async judgeAcknowledged(flow: string, batches: readonly HintBatch[], holder: string): Promise<void> {
    if ((await this.turn.run(() => holderOf(this.store, flow))) !== holder) return
    for (const batch of batches) {
      const undecided = await this.turn.run(() => undecidedAmong(this.store, flow, batch))
      if (undecided.length > 0)
        this.oracle.fail(
          'L16',
          `${batch.system} ${flow} ${undecided.join(', ')}: acknowledged, and never decided about`,
        )
    }
  }

  /** Whether orders are still a customer's in their master, which may take back what others do to them. */
  private awaitsOrdersOf(system: string, code: string): boolean {
    const crm = this.businesses.get('crm')!
    const there = crm.find('customers', code)
    if (system === 'crm' || !there || !this.oracle.ever((decisions) => decisions.editedOutside !== 'accept'))
      return false
    return crm.rows('orders').some((row) => row['customer_id'] === there['id'])
  }

  deed(deed: Deed, late: number): void {
    const { system, table, code } = deed
    const business = this.businesses.get(system)!
    const before = this.diary.length
    business.user(late, table, code, (changedAt) => {
      const present = business.find(table, code)
      const customer = (lasting: string | null): string | null =>
        lasting === null ? null : (business.find('customers', lasting)?.['id'] ?? null)
      switch (deed.what) {
        case 'create': {
          if (present || this.everHad(system, table, code)) return
          const { lines, ...values } = deed.values
          const reference = table === 'orders' ? { customer_id: customer(values['customer_id'] ?? null) } : {}
          business.insert(table, { ...values, ...reference, code, changed_at: changedAt }, linesOf(lines))
          return
        }
        case 'edit': {
          if (!present) return
          if (deed.column === 'lines') {
            business.updateLines(code, changedAt, (orderId, lines) => {
              for (const line of lines.where(new Map([['order_id', orderId]]))) business.database.deleteRow(lines, line)
              for (const line of linesOf(deed.value))
                business.database.insert('order_lines', { order_id: orderId, ...line })
            })
            return
          }
          const value = deed.column === 'customer_id' ? customer(deed.value) : deed.value
          if (deed.column === 'customer_id' && value === null) return
          business.update(table, code, { [deed.column]: value, changed_at: changedAt })
          return
        }
        case 'copy': {
          const there = this.businesses.get(deed.from)!.find(table, code)
          if (!present || !there || deed.column === 'lines' || deed.column === 'customer_id') return
          business.update(table, code, { [deed.column]: there[deed.column]!, changed_at: changedAt })
          return
        }
        case 'pass on': {
          const codes = [code, ...deed.others]
          const rows = codes.map((one) => business.find(table, one))
          if (rows.some((row) => row === undefined)) return
          const values = rows.map((row) => row![deed.column] ?? null)
          const next = [...values.slice(1), deed.last ?? values[0]!]
          for (const one of codes) business.update(table, one, { [deed.column]: null, changed_at: changedAt })
          codes.forEach((one, i) => business.update(table, one, { [deed.column]: next[i]!, changed_at: changedAt }))
          return
        }
        case 'raze': {
          const heir = deed.to === null ? null : customer(deed.to)
          if (!present || (deed.to !== null && heir === null)) return
          // Where its orders go is the CRM's word: whoever deletes it elsewhere does so once they have gone there.
          if (heir !== null && this.awaitsOrdersOf(system, code)) return
          for (const order of business.rows('orders').filter((row) => row['customer_id'] === present['id'])) {
            if (heir === null) business.remove('orders', order['code']!)
            else business.update('orders', order['code']!, { customer_id: heir, changed_at: changedAt })
          }
          business.remove(table, code)
          return
        }
        case 'delete':
          business.remove(table, code)
          return
        case 'replace':
        case 'reuse': {
          const id = deed.what === 'replace' ? present?.['id'] : this.idOnce(business, table, code)
          if (id === undefined || id === null || this.everHad(system, table, deed.by)) return
          if (deed.what === 'replace') business.remove(table, code)
          business.insert(table, { ...deed.values, id, code: deed.by, changed_at: changedAt })
          return
        }
        case 'put back': {
          const id = this.idOnce(business, table, code)
          const last = this.diary.findLast((e) => e.system === system && e.table === table && e.id === id)
          if (id === null || last?.kind !== 'delete' || last.code !== code) return
          business.insert(table, { ...last.before, changed_at: changedAt })
          return
        }
        case 'swap': {
          const other = business.find(table, deed.other)
          if (!present || !other) return
          business.remove(table, code)
          business.remove(table, deed.other)
          business.insert(table, { ...present, id: other['id']!, changed_at: changedAt })
          business.insert(table, { ...other, id: present['id']!, changed_at: changedAt })
        }
      }
    })
    const did = this.diary.slice(before).filter((entry) => entry.by === 'user')
    count(this.tally, 'users’ transactions')
    if (late > 0) count(this.tally, 'users’ transactions: committed late')
    if (late > 0) this.told.push(`user of ${system} begins: ${deed.what} ${table} ${code} (visible in ${late} ms)`)
    for (const entry of did)
      this.told.push(
        `user of ${entry.system}: ${entry.kind} ${entry.table} ${entry.code} (${entry.id}) ${difference(entry)}`,
      )
  }

  /** A person decides all open cases, in a way that keeps the records in agreement. */
  async person(key: string): Promise<number> {
    const random = new Random(this.story.seed, 'person', key)
    const cases = await findCases(this.store, {})
    const open = new Set(cases.map((one) => one.id))
    const confirmed = await this.confirmSystems()
    for (const one of cases) {
      // Who says “create” here says that the two are different, which they are not; they are joined once both can be read.
      if (one.cause === 'counterpart_held') continue
      // There is one decision to take, and it is not taken here: what follows from it has to follow by itself.
      if (open.has(String(one.detail.data?.['decidedBy']))) continue
      const choices = one.detail.choices
        .map((option) => option.choice)
        .filter((choice) => !['ignore', 'unlink', 'golden', 'reject', 'leave alone'].includes(choice))
      const link = choices.find((choice) => choice.startsWith('link '))
      // No one ever changes a code, so whatever has another one is another thing.
      const other = one.cause === 'reused_id' ? 'other' : undefined
      // A restore is one decision, for all that it brought.
      const back =
        one.kind === 'restored system'
          ? new Random(this.story.seed, 'restore', 'answer').pick(['write back', 'approve'])
          : undefined
      const choice = link ?? other ?? back ?? (choices.length > 0 ? random.pick(choices) : null)
      if (choice === null) continue
      const shown = one.detail.data?.['count']
      if (choice === 'approve' && one.kind === 'mass deletion' && typeof shown === 'number')
        this.approvals.set(one.flow, shown)
      if (choice === 'delete') {
        this.personDeletes++
        this.oracle.personDeleted(`${one.flow}/${one.title}`)
      }
      const value = one.field === 'credit' || one.field === 'total' ? `9${one.id}.5` : `decided${one.id}@x.example`
      if (choice === 'value') this.oracle.personEntered(value)
      if (one.field !== null && one.detail.values[choice] === null)
        this.oracle.personChoseBlank(`${one.flow}/${one.title}/${one.field}`)
      try {
        await resolveCase(
          this.store,
          this.signed.contract,
          Number(one.id),
          { choice, by: 'ana', ...(choice === 'value' && { value }) },
          new Date(this.clock),
        )
      } catch (error) {
        // Asked about a field that the contract has no more: the next run finds that out.
        if (!(error instanceof ConcordatError)) throw error
        this.told.push(`person: ${error.message}`)
        continue
      }
      if (back === undefined) this.restorations.noteDecision(one.flow, one.title)
      else this.restorations.noteAnswer(one.flow, one.subject.replace(/^older:/, ''), choice)
      this.told.push(`person: ${one.kind} (${one.cause}) “${one.title}” ${one.field ?? ''} → ${choice}`)
    }
    return cases.length + confirmed
  }

  /** A person says that systems are the right ones, where the store is older than what it has written to them. */
  private async confirmSystems(): Promise<number> {
    if (!this.story.company.systems.some(({ marked }) => marked)) return 0
    const store = databaseAt(this.store, () => this.clock)
    try {
      const asked = await confirmSystems(store, this.signed.contract, this.businesses, () => this.clock)
      for (const system of asked) this.told.push(`person: ${system} is the right system`)
      return asked.length
    } catch (error) {
      if (!(error instanceof ConcordatError)) throw error
      this.oracle.fail('L35', `after the restore of the store a person cannot go on: ${error.message}`)
      return 0
    }
  }

  /** `alone`: a process that came because of another one's incident meets no third. */
  private async meet({ kind, at }: Incident, act: Act): Promise<void> {
    const { flow, worker, weather, alone } = act
    const another = (suffix: string): Promise<FlowRun | null> =>
      this.run(flow, `${at}${suffix}`, { weather, alone: true, ahead: kind === 'rival' })
    switch (kind) {
      case 'user before':
      case 'user after': {
        const key = new Random(this.story.seed, at, 'key').between(100_000, 2_000_000_000)
        this.deed(deedOf(new Random(this.story.seed, at, 'deed'), this.story.company, key, true), 0)
        return
      }
      case 'rival': {
        if (alone) return
        const waits = this.places.waitedFor().then(() => 'waits for a write')
        // The process may die or fail meanwhile at another call of its own; its end waits for the rival all the same.
        const rival = another('r')
        act.strands.push(rival)
        const result = await Promise.race([rival, waits])
        if (result !== null && !worker.ousted && !worker.dead && !worker.over)
          this.oracle.fail('L17', 'a second process ran the flow while the first one held its lease')
        return
      }
      case 'cut': {
        if (alone) return
        worker.ousted = true
        worker.cut()
        const second = another('c')
        act.strands.push(second)
        await second
        return
      }
      case 'pause':
      case 'stall':
      case 'overtaken': {
        if (alone) return
        const second = this.takenOver(act, () => another(kind.charAt(0)))
        if (kind !== 'overtaken') await second
        return
      }
      case 'taken over in place': {
        if (alone) return
        const waits = this.places.waitedFor()
        const second = this.takenOver(act, () => another('t'))
        // It goes on when the second one waits for what is in place, or has found that there is nothing to wait for.
        await Promise.race([second, waits])
        return
      }
      default:
    }
  }

  /** A process stands still for longer than its lease, and a second one runs the flow. */
  private takenOver({ worker, strands }: Act, another: () => Promise<FlowRun | null>): Promise<FlowRun | null> {
    this.pass(61_000)
    worker.machine.standStill(61_000)
    // Time passes for all of them: each may be taken over from now on, and has to notice.
    for (const one of this.atWork) one.ousted = true
    const second = another()
    strands.push(second)
    return second
  }

  /** What was decided under a lease is committed under it, or not at all (L17). */
  private async judgeCommit(session: Session, { flow, worker }: Act): Promise<void> {
    const holder = await holderOf(session, flow)
    if (holder !== worker.name && (await hasWritten(session)))
      this.oracle.fail('L17', `${worker.name} commits, though ${holder} has taken ${flow} over`)
  }

  /** Whose time is over sends nothing any more, for another process may have gone on with it (L17). */
  private async judgeSending({ flow, worker }: Act): Promise<void> {
    const holder = await this.turn.run(() => holderOf(this.store, flow))
    if (holder !== worker.name)
      this.oracle.fail(
        'L17',
        `${worker.name} stood still and then sends a write, though ${holder} has taken ${flow} over`,
      )
  }

  /** Who was taken over before he asks may land nothing: his successor may have looked by then (L17). */
  private async judgeLanding({ flow, worker }: Act, ask: () => Promise<void>): Promise<void> {
    const holder = worker.ousted ? await this.turn.run(() => holderOf(this.store, flow)) : worker.name
    await ask()
    if (holder !== worker.name)
      this.oracle.fail('L17', `${worker.name} lands a write, though ${holder} had taken ${flow} over`)
  }

  /** The id that a record had which is gone, while nothing else has it; null when there is none. */
  private idOnce(business: Business, table: TableName, code: string): string | null {
    if (business.find(table, code)) return null
    const last = this.diary.findLast((e) => e.system === business.name && e.table === table && e.code === code)
    return last !== undefined && business.byId(table, last.id) === null ? last.id : null
  }

  private everHad(system: string, table: string, code: string): boolean {
    // A code is used once in a system, whoever brought it there.
    return this.diary.some((entry) => entry.system === system && entry.table === table && entry.code === code)
  }
}

/** Where stories are played. */
export interface Room {
  readonly store: Database
  readonly pool: SessionPool
  /** Copies the store as it is; what is returned puts it back. */
  backUp(): Promise<() => Promise<void>>
  /** Begins anew with an empty store: faster than a new database, and ids begin where they always do. */
  empty(): Promise<void>
}

export async function play(story: Story, room: Room, mode: Mode, ablation: Ablation | null = null): Promise<Played> {
  await room.empty()
  const stage = new Stage(story, room, ablation)
  try {
    for (const step of story.steps) {
      await stage.step(step)
      if (stage.oracle.violations.length > 0) break
    }
    if (stage.oracle.violations.length === 0 && mode === 'liveness') await judgeEnd(stage)
  } catch (error) {
    stage.oracle.fail('bug', `the play broke off: ${(error as Error).stack ?? String(error)}`)
  }
  await room.pool.settled()
  return {
    violations: stage.oracle.violations,
    incidents: stage.incidents,
    runs: stage.runs,
    calls: stage.calls,
    tally: stage.tally,
    writes: stage.diary.filter((entry) => entry.by === 'engine').length,
    told: stage.told,
  }
}

/** Who took a flow last. */
async function holderOf(session: Session, flow: string): Promise<string | null> {
  const [row] = await session.query<{ holder: string }>(
    'select l.holder from lease l join flow f on f.id = l.flow_id where f.name = $1',
    [flow],
  )
  return row?.holder ?? null
}

/** Whether this transaction has changed a lasting table of the store: a lock shows it, which reading does not take. */
async function hasWritten(session: Session): Promise<boolean> {
  const [row] = await session.query<{ wrote: boolean }>(
    `select exists (select 1 from pg_locks l join pg_class c on c.oid = l.relation
       where l.pid = pg_backend_pid() and l.mode = 'RowExclusiveLock'
         and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')) as wrote`,
  )
  return row!.wrote
}

function linesOf(text: string | null | undefined): { position: string; sku: string; quantity: string }[] {
  return ((text ? JSON.parse(text) : []) as [string, string, string][]).map(([position, sku, quantity]) => ({
    position,
    sku,
    quantity,
  }))
}

function difference({ before, after }: Entry): string {
  if (after === null) return ''
  return Object.keys(after)
    .filter((column) => !['id', 'code', 'changed_at'].includes(column) && (before?.[column] ?? null) !== after[column])
    .map((column) => `${column}: ${before === null ? '' : `${before[column]} → `}${after[column]}`)
    .join(', ')
}
