import type { Connector } from '../../src/connector-kit/port.ts'
import type { Contract } from '../../src/contract/contract.ts'
import { resolveCase } from '../../src/engine/resolve-case.ts'
import { runFlow } from '../../src/engine/run-flow.ts'
import { ConcordatError } from '../../src/model/errors.ts'
import type { FlowRun } from '../../src/model/report.ts'
import { findCases } from '../../src/store/cases.ts'
import type { Database } from '../../src/store/database.ts'
import type { Ablation } from './ablations.ts'
import { Business, type Entry } from './business.ts'
import { contractOf } from './company.ts'
import { FaultyConnector, type Shown } from './faulty-connector.ts'
import { CALM, Fate, ROUGH, ROUGH_WRITES, type Density, type Incident } from './incidents.ts'
import { Oracle, type Violation } from './oracle.ts'
import { Random } from './random.ts'
import { judgeEnd } from './judge-end.ts'
import { deedOf, type Deed, type Step, type Story } from './story.ts'
import { Death, type SessionPool, Worker } from './worker.ts'

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
}

const DENSITIES = { calm: CALM, rough: ROUGH, 'rough writes': ROUGH_WRITES }

export const START = Date.UTC(2026, 2, 5, 9)

export class Stage {
  readonly story: Story
  readonly contract: Contract
  readonly source: string
  readonly store: Database
  readonly pool: SessionPool
  readonly businesses: ReadonlyMap<string, Business>
  readonly diary: Entry[] = []
  readonly oracle: Oracle
  readonly shown: Shown = new Map()
  readonly incidents: Incident[] = []
  readonly told: string[] = []
  readonly ablation: Ablation | null
  clock = START
  runs = 0
  calls = 0
  approved = false
  private readonly spared: ReadonlySet<string>

  constructor(story: Story, { store, pool }: Room, ablation: Ablation | null) {
    this.story = story
    this.store = store
    this.pool = pool
    this.ablation = ablation
    ;({ contract: this.contract, source: this.source } = contractOf(
      ablation?.company?.(story.company) ?? story.company,
    ))
    this.businesses = new Map(
      story.company.systems.map((manners) => [manners.name, new Business(manners, () => this.clock, this.diary)]),
    )
    this.oracle = new Oracle(story.company, this.businesses, this.diary)
    this.spared = new Set(story.spared)
  }

  pass(ms: number): void {
    this.clock += ms
    for (const business of this.businesses.values()) business.tick()
  }

  async step(step: Step): Promise<void> {
    this.pass(1_000)
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
      case 'run':
        for (const name of step.flows) {
          if (!this.contract.flows.has(name)) continue
          await this.run(name, `${step.key}.${name}`, { full: step.full, density: DENSITIES[step.weather] })
        }
    }
  }

  /** One run by a process of its own; null when the process died. */
  async run(flow: string, key: string, options: { full?: boolean; density?: Density } = {}): Promise<FlowRun | null> {
    const density = options.density ?? CALM
    const fate = new Fate(this.story.seed, key, density, this.spared, this.incidents)
    const ablation = this.ablation
    const worker = new Worker(`worker ${key}`, ablation?.store?.(this.store) ?? this.store, this.pool, fate)
    const run = ++this.runs
    this.oracle.beginRun(run, flow, this.approved)
    this.approved = false
    const around = {
      run,
      pass: (ms: number) => {
        this.calls++
        this.pass(ms)
      },
      meet: (incident: Incident) => this.meet(incident, flow, density, worker),
      landed: (entry: Entry, unread: boolean) => {
        this.told.push(
          `    ${entry.system}: ${entry.kind} ${entry.table} ${entry.code} (${entry.id}) ${difference(entry)}`,
        )
        this.oracle.judge(entry, unread)
      },
    }
    const connectors = new Map<string, Connector>(
      [...this.businesses.values()].map((business) => {
        const connector = new FaultyConnector(business, worker, around, this.shown)
        return [business.name, ablation?.connector?.(connector) ?? connector]
      }),
    )
    this.told.push(`run ${run} of ${flow}${options.full ? ', full' : ''}`)
    const first = this.incidents.length
    const began = this.clock
    await ablation?.beforeRun?.(this.store, this.businesses)
    try {
      const result = await runFlow(
        {
          database: worker.database(),
          connectors,
          clock: () => (ablation?.clockStandsStill ? began : this.clock),
          contractSource: this.source,
          holder: worker.name,
        },
        this.contract,
        this.contract.flows.get(flow)!,
        { full: options.full ?? false },
      )
      this.told.push(`  ${result.status}${result.message ? `: ${result.message}` : ''}`)
      return result
    } catch (error) {
      if (error instanceof Death || worker.dead) this.told.push('  died')
      else if (error instanceof ConcordatError) this.told.push(`  ${error.code}: ${error.message}`)
      else {
        this.oracle.fail('bug', `run ${run} of ${flow} threw: ${(error as Error).stack ?? String(error)}`)
        this.told.push(`  threw ${String(error)}`)
      }
      return null
    } finally {
      for (const { kind, at } of this.incidents.slice(first)) this.told.push(`  (${kind} at ${at})`)
      worker.bury()
    }
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
        case 'delete':
          business.remove(table, code)
      }
    })
    const did = this.diary.slice(before).filter((entry) => entry.by === 'user')
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
    for (const one of cases) {
      const choices = one.detail.choices
        .map((option) => option.choice)
        .filter((choice) => !['ignore', 'unlink', 'golden', 'reject', 'leave alone'].includes(choice))
      const link = choices.find((choice) => choice.startsWith('link '))
      const choice = link ?? (choices.length > 0 ? random.pick(choices) : null)
      if (choice === null) continue
      if (choice === 'approve') this.approved = true
      const value = one.field === 'credit' || one.field === 'total' ? `9${one.id}.5` : `decided${one.id}@x.example`
      if (choice === 'value') this.oracle.personEntered(value)
      await resolveCase(
        this.store,
        this.contract,
        Number(one.id),
        { choice, by: 'ana', ...(choice === 'value' && { value }) },
        new Date(this.clock),
      )
      this.told.push(`person: ${one.kind} (${one.cause}) “${one.title}” ${one.field ?? ''} → ${choice}`)
    }
    return cases.length
  }

  private async meet({ kind, at, random }: Incident, flow: string, density: Density, worker: Worker): Promise<void> {
    switch (kind) {
      case 'user before':
      case 'user after': {
        const deed = deedOf(random, this.story.company, 10_000 + Number(at.replace(/\D/g, '')), true)
        this.deed(deed, 0)
        return
      }
      case 'rival':
      case 'pause': {
        if (kind === 'pause') this.pass(61_000)
        const rival = await this.run(flow, `${at}r`, { density: { ...density, rival: 0, pause: 0 } })
        if (kind === 'pause') worker.ousted = true
        if (kind === 'rival' && rival !== null && !worker.ousted)
          this.oracle.fail('L17', 'a second process ran the flow while the first one held its lease')
        return
      }
      default:
    }
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
  return {
    violations: stage.oracle.violations,
    incidents: stage.incidents,
    runs: stage.runs,
    calls: stage.calls,
    writes: stage.diary.filter((entry) => entry.by === 'engine').length,
    told: stage.told,
  }
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
