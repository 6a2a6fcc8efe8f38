import { stringify } from 'yaml'
import { readContract } from '../../src/contract/reading/read-contract.ts'
import type { Contract } from '../../src/contract/contract.ts'
import { isTold } from './known-failures.ts'
import { Random } from './random.ts'
import { restoresOf } from './restores.ts'

/*
 * What a seed's company is like: its systems with their manners, and what its people decided. The oracle reads these
 * decisions here, never through the engine.
 */

export interface SystemManners {
  readonly name: string
  readonly ids: 'reserved' | 'assigned'
  /** Its clock is wrong by so much. */
  readonly skewMs: number
  /** It counts whole seconds. */
  readonly wholeSeconds: boolean
  /** It cuts names to so many characters, without a word. */
  readonly cut: number
  /** It rounds money to so many places. */
  readonly scale: number
  /** It turns e-mail addresses to capitals. */
  readonly capitals: boolean
  readonly uniqueCode: boolean
  /** How long its search index lags behind, and how long a write may be on its way after its connection broke. */
  readonly lagMs?: number
  /** It hands out two records at a time, and takes no more. */
  readonly shortPages?: boolean
  /** Customers have a place, which no two share. */
  readonly uniquePlace?: boolean
  /** It takes its writes one after the other, and takes none of them back. */
  readonly oneByOne?: boolean
  /** It deletes a customer's orders with the customer, and says nothing. */
  readonly cascade?: boolean
  /** It takes our mark, and tells which database it is. */
  readonly marked?: boolean
  /** Customers have a tax number, by which they are matched; some have none. */
  readonly keyed?: boolean
}

export interface Decisions {
  readonly createdOutside: 'adopt' | 'hold for approval'
  readonly editedOutside: 'revert' | 'accept' | 'ask'
  readonly phoneEditedOutside: 'revert' | 'accept' | 'ask'
  readonly existing: 'master wins' | 'fill blanks only'
  readonly deletedInMaster: 'delete' | 'ask'
  readonly deletedElsewhere: 'restore' | 'accept' | 'ask'
  readonly emptyInMaster: 'keep' | 'erase'
  readonly emailConflict: 'newest' | 'ask' | 'erp'
  readonly missingReference: 'ask' | 'skip field' | 'wait 1 day, then ask'
  /** Most deletions a run may carry out unasked; null: any number. */
  readonly deletions: number | null
  /** A field of customers that is not kept in agreement for the time being. */
  readonly without?: 'credit' | 'email' | null
}

export interface Company {
  readonly systems: readonly SystemManners[]
  readonly decisions: Decisions
  readonly orders: boolean
  /** Users do things to several records that stand in each other's way. */
  readonly entangled?: boolean
  /** The longest that a user's transaction stays open. */
  readonly lateMs: number
}

export const OVERLAP_MS = 120_000

/** Whether the story of a seed tangles records. */
export const isEntangled = (seed: number): boolean => new Random(seed, 'entangled').chance(0.5)

export function companyOf(seed: number): Company {
  const random = new Random(seed, 'company')
  const three = random.chance(0.3)
  const names = three ? ['erp', 'crm', 'shop'] : ['erp', 'crm']
  const systems = names.map((name): SystemManners => {
    const mannered = random.chance(0.3)
    return {
      name,
      ids: random.chance(0.35) ? 'assigned' : 'reserved',
      skewMs: random.chance(0.4) ? random.between(-90_000, 90_000) : 0,
      wholeSeconds: random.chance(0.25),
      cut: mannered && random.chance(0.6) ? 14 : 200,
      scale: mannered && random.chance(0.4) ? 1 : 2,
      capitals: mannered && random.chance(0.4),
      uniqueCode: random.chance(0.4),
      lagMs: random.chance(0.5) ? 5_000 : 0,
      shortPages: random.chance(0.2),
    }
  })
  const restores = restoresOf(seed)
  const tangle = new Random(seed, 'entangled')
  // A restored store believes its systems by a sample of what it has linked, which is gone where whole trades are razed.
  const entangled = isEntangled(seed) && isTold('tangle') && restores?.of !== 'store'
  tangle.chance(0.5)
  const alone = new Random(seed, 'entangled', 'one by one')
  const tangled = entangled
    ? systems.map((system) => ({
        ...system,
        uniquePlace: tangle.chance(0.8),
        cascade: tangle.chance(0.7),
        oneByOne: alone.chance(0.3),
      }))
    : systems
  const company: Company = {
    systems: restores
      ? tangled.map((system) => ({ ...system, marked: restores.marked, keyed: restores.of === 'store' }))
      : tangled,
    ...(entangled && { entangled }),
    decisions: {
      createdOutside: random.weigh([
        [4, 'adopt'],
        [1, 'hold for approval'],
      ]),
      editedOutside: random.weigh([
        [3, 'revert'],
        [2, 'accept'],
        [1, 'ask'],
      ]),
      phoneEditedOutside: random.weigh([
        [3, 'revert'],
        [2, 'accept'],
        [1, 'ask'],
      ]),
      existing: random.weigh([
        [4, 'master wins'],
        [0, 'fill blanks only'],
      ]),
      deletedInMaster: random.weigh([
        [3, 'delete'],
        [1, 'ask'],
      ]),
      deletedElsewhere: random.weigh([
        [3, 'restore'],
        [2, 'accept'],
        [1, 'ask'],
      ]),
      emptyInMaster: random.pick(['keep', 'erase']),
      emailConflict: random.pick(['newest', 'ask', 'erp']),
      missingReference: random.weigh([
        [2, 'ask'],
        [1, 'skip field'],
        [1, 'wait 1 day, then ask'],
      ]),
      deletions: random.chance(0.4) ? random.pick([1, 1, 2]) : null,
    },
    orders: random.chance(0.4),
    lateMs: random.chance(0.5) ? OVERLAP_MS * 0.8 : 0,
  }
  if (!entangled) return company
  // Where deletions go from one system to the other, records stand in each other's way.
  const { deletedElsewhere } = company.decisions
  return {
    ...company,
    orders: company.orders || tangle.chance(0.7),
    decisions: { ...company.decisions, deletedElsewhere: tangle.chance(0.5) ? 'accept' : deletedElsewhere },
  }
}

interface Signed {
  readonly contract: Contract
  readonly source: string
}

/** The last ones: a seed's two plays have the same. */
const signed = new Map<string, Signed>()

/** Decisions that people may change for a while, without a word about what had been agreed before. */
export function otherDecisions(random: Random, decisions: Decisions): Partial<Decisions> {
  return random.pick<Partial<Decisions>>([
    { without: 'credit' },
    { without: 'email' },
    { editedOutside: decisions.editedOutside === 'accept' ? 'revert' : 'accept' },
    { phoneEditedOutside: decisions.phoneEditedOutside === 'ask' ? 'revert' : 'ask' },
    { deletedElsewhere: decisions.deletedElsewhere === 'restore' ? 'accept' : 'restore' },
    { deletedInMaster: decisions.deletedInMaster === 'ask' ? 'delete' : 'ask' },
    { createdOutside: decisions.createdOutside === 'adopt' ? 'hold for approval' : 'adopt' },
    { emailConflict: decisions.emailConflict === 'newest' ? 'ask' : 'newest' },
  ])
}

/** The contract that says so. */
export function contractOf(company: Company): Signed {
  const key = JSON.stringify(company)
  const known = signed.get(key)
  if (known) return known
  if (signed.size === 16) signed.clear()
  const made = sign(company)
  signed.set(key, made)
  return made
}

function sign(company: Company): Signed {
  const { systems, decisions: d } = company
  const on = (column: string): Record<string, string> => Object.fromEntries(systems.map((s) => [s.name, column]))
  const common = {
    owners: { business: 'ana', technical: 'tomas' },
    schedule: Object.fromEntries(systems.map((s) => [s.name, 'every 5 minutes'])),
    late_after: '30 minutes',
    on_failure: { retry: 'for 6 hours', then: 'quarantine', alert: { technical: 'at once' } },
    limits: { changes: '100%', deletions: d.deletions === null ? '100%' : `${d.deletions} records` },
    history: '400 days',
    direction: 'both',
  }
  const edgeCases = {
    created_outside_master: d.createdOutside,
    edited_outside_master: d.editedOutside,
    existing_records: d.existing,
    existing_unmatched: 'create',
    older_than: 'no limit',
    duplicates: 'ask',
    deleted_in_master: d.deletedInMaster,
    deleted_elsewhere: d.deletedElsewhere,
    missing_reference: d.missingReference,
    invalid_value: 'hold record',
    empty_in_master: d.emptyInMaster,
  }
  const records = (table: string) =>
    Object.fromEntries(
      systems.map((s) => [s.name, { table, id: 'id', changed_at: 'changed_at', overlap: '2 minutes' }]),
    )
  const keyed = systems.some((s) => s.keyed)
  const source = stringify({
    concordat: 1,
    company: 'Acme',
    timezone: 'Europe/Madrid',
    people: {
      ana: { name: 'Ana Ruiz', email: 'ana@acme.example' },
      tomas: { name: 'Tomás Vidal', email: 'tomas@acme.example' },
    },
    systems: Object.fromEntries(
      systems.map((s) => [
        s.name,
        { connector: 'memory', database: s.name, ...(s.marked && { mark: 'concordat_mark' }) },
      ]),
    ),
    flows: {
      customers: {
        ...common,
        master: 'erp',
        records: records('customers'),
        match: [[keyed ? 'tax' : 'code']],
        fields: {
          code: { type: 'text', required: true, ...on('code') },
          ...(keyed && { tax: { type: 'text', ...on('tax') } }),
          ...(company.entangled && { place: { type: 'text', ...on('place') } }),
          name: { type: 'text', ...on('name') },
          phone: { type: 'text', master: 'crm', edited_outside_master: d.phoneEditedOutside, ...on('phone') },
          ...(d.without !== 'email' && {
            email: { type: 'email', master: 'shared', on_conflict: d.emailConflict, ...on('email') },
          }),
          ...(d.without !== 'credit' && { credit: { type: 'money', currency: 'EUR', ...on('credit') } }),
        },
        edge_cases: edgeCases,
      },
      ...(company.orders && {
        orders: {
          ...common,
          master: 'crm',
          records: records('orders'),
          match: [['code']],
          fields: {
            code: { type: 'text', required: true, ...on('code') },
            customer: { type: 'reference(customers)', ...on('customer_id') },
            total: { type: 'money', currency: 'EUR', ...on('total') },
            lines: {
              type: 'lines',
              key: ['position'],
              fields: {
                position: { type: 'integer', ...on('position') },
                sku: { type: 'text', ...on('sku') },
                quantity: { type: 'decimal', scale: 2, ...on('quantity') },
              },
              ...Object.fromEntries(
                systems.map((s) => [s.name, { table: 'order_lines', parent: 'order_id', id: 'position' }]),
              ),
            },
          },
          edge_cases: edgeCases,
        },
      }),
    },
  })
  const report = readContract([{ name: 'simulation.yaml', text: source }])
  if (report.contract === null || report.questions.length > 0)
    throw new Error(`the simulation's contract is not accepted: ${JSON.stringify([report.problems, report.questions])}`)
  return { contract: report.contract, source }
}
