import { existsSync, writeFileSync } from 'node:fs'
import { writeEnvFile } from '../../contract/text/env-file.ts'
import { urlVariable } from '../../contract/proposal/contract-draft.ts'
import { withEvidence } from '../../contract/proposal/evidence.ts'
import { likelyPairs, type LikelyPair } from '../../contract/proposal/likely-pairs.ts'
import { columnTopic } from '../../contract/proposal/names.ts'
import { typedField } from '../../contract/proposal/pair-columns.ts'
import { keyColumns } from '../../contract/proposal/pair-tables.ts'
import { pairableTables } from '../../contract/proposal/pairable-tables.ts'
import type { Both, GivenPair, Proposal, ProposedField, ProposedFlow, Side } from '../../contract/proposal/proposal.ts'
import { propose, proposePairs } from '../../contract/proposal/propose.ts'
import { type SamplePair, samplePairs, withFields, withRows } from '../../contract/proposal/row-figures.ts'
import { MOST_ROWS, sampledColumns } from '../../contract/proposal/sampled-columns.ts'
import type { SampledTable } from '../../contract/proposal/sampled-rows.ts'
import { leadsAnswers, startingPointsFor } from '../../contract/proposal/starting-points.ts'
import { connectorOfUrl, isSystemName, nameInUrl, withPasswordIn } from '../../contract/reading/system-address.ts'
import type { SourceObject, SourceSystem } from '../../contract/proposal/catalogue.ts'
import { topicOf } from '../../contract/proposal/table-topic.ts'
import { writeContract } from '../../contract/proposal/write-contract.ts'
import { ConcordatError } from '../../model/errors.ts'
import { type Decisions, draftOf, faultsOf, reportOf } from './decisions.ts'
import {
  badAnswers,
  badField,
  badName,
  badTable,
  noDatabaseUrl,
  noUrl,
  ownStore,
  takenVariable,
  tooEarly,
} from './refusals.ts'

/*
 * A contract that is begun in the browser: two systems, which of their tables belong together, their fields, the decisions; in
 * the end the contract's file, as `concordat init` writes it. Until then all of it is in the memory of this process, the URLs
 * with their passwords, too. Systems are only read.
 *
 *   systems ──► tables ──► fields ──► decisions ──► written
 *
 * A step that is taken again undoes those after it.
 */

/** A system that was connected to. */
export interface BegunSystem {
  readonly name: string
  readonly url: string
  readonly product: string
  readonly notes: readonly string[]
  readonly system: SourceSystem
}

/** What reaches systems that no contract names yet; only reads. */
export interface Reaching {
  introspect(
    connector: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<{
    readonly product: string
    readonly notes: readonly string[]
    readonly catalogue: SourceSystem['catalogue']
  }>
  sample(
    connector: string,
    settings: Readonly<Record<string, string>>,
    tables: readonly { readonly object: string; readonly id: string; readonly columns: readonly string[] }[],
    most: number,
    told: (object: string) => void,
  ): Promise<readonly (SampledTable | { readonly refused: string })[]>
}

interface BeginningOptions extends Reaching {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the contract and the URLs are written. */
  readonly contract: string
  readonly envFile: string
  /** Called once, when the contract is written, with the URLs by their variables. */
  readonly onWritten: (urls: Readonly<Record<string, string>>) => void
}

const MOST_PAIRS = 6

/** A guided beginning, for as long as there is no contract. */
export class Beginning {
  readonly #options: BeginningOptions
  #systems: [BegunSystem | null, BegunSystem | null] = [null, null]
  #found: { readonly proposal: Proposal; readonly likely: readonly LikelyPair[] } | null = null
  #chosen: Proposal | null = null
  #samples: Both<ReadonlyMap<string, SampledTable>> = [new Map(), new Map()]
  #refused: readonly string[] = []
  #decisions: Decisions | null = null
  #written = false

  constructor(options: BeginningOptions) {
    this.#options = options
  }

  get systems(): Both<BegunSystem | null> {
    return this.#systems
  }
  /** What the two systems seem to have in common; null: they are not both known yet. */
  get found() {
    return this.#found
  }
  /** What is to be kept in agreement, with what its rows say; null: not chosen yet. */
  get chosen(): Proposal | null {
    return this.#chosen
  }
  /** Tables whose rows could not be looked at, and why. */
  get refused(): readonly string[] {
    return this.#refused
  }
  get decisions(): Decisions | null {
    return this.#decisions
  }
  get written(): boolean {
    return this.#written
  }

  /** Connects to a system and looks at its tables. Without a URL it is taken from the environment. */
  async connect(
    side: Side,
    given: { readonly name: string; readonly url: string; readonly password: string },
  ): Promise<void> {
    const { env, introspect } = this.#options
    const other = this.#systems[1 - side]?.name ?? null
    const usual = side === 0 ? 'erp' : 'crm'
    const wanted = given.name.trim()
    const url = given.url.trim() || env[urlVariable(wanted || usual)]?.trim() || ''
    if (url === '') throw noUrl(urlVariable(wanted || usual))
    const connector = connectorOfUrl(url)
    if (connector === null || !URL.canParse(url)) throw noDatabaseUrl()
    if (isSame(url, env['DATABASE_URL'])) throw ownStore()
    const name = wanted || (given.url.trim() === '' ? usual : (nameInUrl(url, other) ?? usual))
    if (!isSystemName(name) || name === other) throw badName(name)
    const whole = withPasswordIn(url, given.password)
    const { product, notes, catalogue } = await introspect(connector, { url: whole })
    this.#systems[side] = { name, url: whole, product, notes, system: { name, connector, catalogue } }
    this.#chosen = null
    this.#decisions = null
    const both = this.#both()
    this.#found = null
    if (both === null) return
    const proposal = propose([both[0].system, both[1].system])
    this.#found = { proposal, likely: likelyPairs(proposal) }
  }

  /** Takes these pairs of tables as what is to be kept in agreement and, with `rows`, looks at the first rows of each. */
  async choose(pairs: readonly GivenPair[], rows: boolean): Promise<void> {
    const both = this.#both()
    if (both === null || this.#found === null) throw tooEarly()
    const { proposal } = this.#found
    const taken = new Set<string>()
    for (const { tables } of pairs)
      for (const side of [0, 1] as const) {
        const table = tables[side]
        const key = `${side} ${table}`
        const offered =
          proposal.flows.some((flow) => flow.tables[side].object === table) ||
          pairableTables(proposal, side).some((one) => one.name === table)
        if (!offered || taken.has(key)) throw badTable(table)
        taken.add(key)
      }
    const chosen = proposePairs([both[0].system, both[1].system], pairs)
    const samples: [ReadonlyMap<string, SampledTable>, ReadonlyMap<string, SampledTable>] = [new Map(), new Map()]
    const refused: string[] = []
    if (rows)
      await Promise.all(
        ([0, 1] as const).map(async (side) => {
          samples[side] = await this.#sample(both[side], chosen, side, refused)
        }),
      )
    this.#samples = samples
    this.#refused = refused
    this.#chosen = withEvidence(chosen, (side, table) => samples[side].get(table) ?? null)
    this.#decisions = null
  }

  /** Keeps these fields of a flow, puts pairs of columns to them, and has records find each other by `match`. */
  setFields(
    name: string,
    given: {
      readonly keep: readonly string[]
      readonly add: readonly Both<string>[]
      readonly match: readonly string[]
    },
  ): void {
    const { chosen, flow } = this.#flow(name)
    const kept = flow.fields.filter((field) => given.keep.includes(field.name))
    const fields = [...kept]
    for (const columns of given.add) fields.push(this.#newField(flow, columns, fields))
    const ofLines = new Set(fields.flatMap((field) => (field.type === 'lines' ? [field.name] : [])))
    for (const field of given.match)
      if (!fields.some((one) => one.name === field) || ofLines.has(field)) throw badField(field)
    const next = { ...withFields(flow, fields), match: given.match }
    const samples = this.samplesOf(next)
    const changed = samples === null ? next : withRows(next, samples)
    const proposal = { ...chosen, flows: chosen.flows.map((one) => (one === flow ? changed : one)) }
    if (this.#decisions !== null) this.#demandSound(proposal, this.#decisions)
    this.#chosen = proposal
  }

  /** Some records of both sides that belong together, those that differ first. */
  pairsOf(name: string): readonly SamplePair[] {
    const { flow } = this.#flow(name)
    const samples = this.samplesOf(flow)
    return samples === null ? [] : samplePairs(flow, samples, MOST_PAIRS)
  }

  /** The rows of a flow that were looked at on both sides; null: not on both. */
  samplesOf({ tables }: ProposedFlow): Both<SampledTable> | null {
    const [a, b] = [this.#samples[0].get(tables[0].object), this.#samples[1].get(tables[1].object)]
    return a && b && a.rows.length > 0 && b.rows.length > 0 ? [a, b] : null
  }

  /** Takes the decisions, when they make a contract that has no fault; they may leave questions open. */
  decide(decisions: Decisions): void {
    const { leads, start } = decisions
    const both = this.#both()
    if (this.#chosen === null || both === null) throw tooEarly()
    const led = leadsAnswers([both[0].name, both[1].name]).some(({ answer }) => answer === leads)
    const started = led && startingPointsFor(leads!).some((one) => one.start === start)
    if ((leads !== null && !led) || (start !== null && !started)) throw badField(start ?? leads ?? '')
    this.#demandSound(this.#chosen, decisions)
    this.#decisions = decisions
  }

  /** The text of the contract's file as it would be written now. */
  text(): string {
    if (this.#chosen === null || this.#decisions === null) throw tooEarly()
    return writeContract(draftOf(this.#chosen, this.#decisions))
  }

  /** Writes the contract, and the URLs where only the owner of this process reads them. */
  write(): void {
    const text = this.text()
    const both = this.#both()
    if (both === null) throw tooEarly()
    const { contract, envFile, onWritten } = this.#options
    if (this.#written || existsSync(contract)) throw begun()
    const { questions } = reportOf(draftOf(this.#chosen!, this.#decisions!))
    if (questions.length > 0)
      throw new ConcordatError('contract.undecided', `Questions are still open: ${questions.length}.`, {
        cure: 'Answer them in the step before; the file is written when all are answered.',
      })
    const urls = Object.fromEntries(both.map(({ name, url }) => [urlVariable(name), url]))
    try {
      writeEnvFile(envFile, urls, false)
      writeFileSync(contract, text, { flag: 'wx' })
    } catch (cause) {
      if (cause instanceof ConcordatError) throw takenVariable(cause)
      throw new ConcordatError('contract.unwritable', `The contract’s file ${contract} cannot be written.`, {
        cause,
        cure: 'Let the account of the service write into this folder, and try again: nothing is lost.',
      })
    }
    this.#written = true
    onWritten(urls)
  }

  #both(): Both<BegunSystem> | null {
    const [a, b] = this.#systems
    return a && b ? [a, b] : null
  }

  #flow(name: string): { readonly chosen: Proposal; readonly flow: ProposedFlow } {
    if (this.#chosen === null) throw tooEarly()
    const flow = this.#chosen.flows.find((one) => one.name === name)
    if (flow === undefined) throw badField(name)
    return { chosen: this.#chosen, flow }
  }

  #newField(flow: ProposedFlow, columns: Both<string>, fields: readonly ProposedField[]): ProposedField {
    const [a, b] = ([0, 1] as const).map((side) => {
      const table = tableOf(this.#chosen!, flow, side)
      const column = table.columns.find((one) => one.name === columns[side])
      // Only what the page offers: what is the key, keeps secrets or is the system's own business is not among it.
      if (column === undefined || !freeColumns(this.#chosen!, flow, side).includes(column.name))
        throw badField(columns[side])
      return column
    })
    const field = typedField({
      topic: columnTopic(a!.name, topicOf(tableOf(this.#chosen!, flow, 0))),
      columns: [a!, b!],
    })
    let { name } = field
    for (let n = 2; fields.some((one) => one.name === name); n++) name = `${field.name}_${n}`
    return { ...field, name }
  }

  async #sample(
    { system, url }: BegunSystem,
    chosen: Proposal,
    side: Side,
    refused: string[],
  ): Promise<ReadonlyMap<string, SampledTable>> {
    const tables = chosen.flows.map((flow) => sampledColumns(chosen, flow.tables[side].object, side))
    const sampled = await this.#options.sample(system.connector, { url }, tables, MOST_ROWS, () => {})
    const found = new Map<string, SampledTable>()
    sampled.forEach((sample, place) => {
      const { object } = tables[place]!
      if ('refused' in sample) refused.push(`${system.name} ${object}: ${sample.refused}`)
      else found.set(object, sample)
    })
    return found
  }

  #demandSound(proposal: Proposal, decisions: Decisions): void {
    const [fault] = faultsOf(proposal, decisions)
    if (fault) throw badAnswers(fault.message, fault.cure)
  }
}

/** There is a contract already. */
export const begun = (): ConcordatError =>
  new ConcordatError('contract.begun', 'There is a contract already.', {
    cure: 'Change its file, and sign the new rules on the page Rules.',
  })

/** Columns of a side that are in no field and can be. */
export function freeColumns(proposal: Proposal, flow: ProposedFlow, side: Side): readonly string[] {
  const keys = keyColumns(tableOf(proposal, flow, side))
  return flow.unmapped[side].filter((name) => !keys.has(name))
}

function tableOf({ systems }: Proposal, flow: ProposedFlow, side: Side): SourceObject {
  return systems[side].catalogue.objects.find(({ name }) => name === flow.tables[side].object)!
}

/** Whether two URLs lead to one database, whoever connects. */
function isSame(url: string, other: string | undefined): boolean {
  if (other === undefined || !URL.canParse(url) || !URL.canParse(other)) return false
  const [a, b] = [new URL(url), new URL(other)]
  const placeOf = (one: URL): string => `${one.hostname}:${one.port || '5432'}${one.pathname}`
  return connectorOfUrl(url) === connectorOfUrl(other) && placeOf(a) === placeOf(b)
}
