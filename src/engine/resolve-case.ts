import type { Contract } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { CaseView } from '../model/report.ts'
import { fieldTypeOf } from '../model/types/field-type-of.ts'
import { Invalid } from '../model/value.ts'
import { closeCase, findCases, type CaseRow } from '../store/cases.ts'
import type { Database } from '../store/database.ts'
import { tellCases } from './tell-cases.ts'

export interface CaseDecision {
  readonly choice: string
  /** For the choice `value`. */
  readonly value?: string
  readonly by: string
  /** Decide all open cases of the same flow, kind and cause that offer the choice. */
  readonly alike?: boolean
}

/** Stores what a person decided; the next run of the flow carries it out. */
export async function resolveCase(
  database: Database,
  contract: Contract,
  id: number,
  decision: CaseDecision,
  now: Date,
): Promise<CaseView[]> {
  const [first] = await findCases(database, { id, state: 'all' })
  if (!first)
    throw new ConcordatError('engine.unknown-case', `There is no case ${id}.`, {
      cure: 'List the open ones with `concordat cases`.',
    })
  if (first.state !== 'open') {
    throw new ConcordatError(
      'engine.unknown-case',
      `Case ${id} is resolved already (${first.resolution ?? 'settled'}).`,
      { cure: 'List the open ones with `concordat cases`.' },
    )
  }
  if (!offers(first, decision.choice)) {
    const choices = first.detail.choices.map((choice) => choice.choice).join(', ')
    throw new ConcordatError('engine.bad-choice', `Case ${id} cannot be resolved by “${decision.choice}”.`, {
      cure: `Choose one of: ${choices}.`,
    })
  }
  const resolution = resolutionOf(contract, first, decision)
  const all = decision.alike
    ? (await findCases(database, { flow: first.flow, kind: first.kind, cause: first.cause, state: 'open' })).filter(
        (row) => offers(row, decision.choice),
      )
    : [first]
  const done: CaseRow[] = []
  for (const row of all) {
    const count = row.detail.data?.['count']
    const approved = decision.choice === 'approve' && typeof count === 'number' ? count : null
    if (await closeCase(database, row.id, decision.by, resolution, approved, now)) {
      done.push(row)
    }
  }
  const views = await tellCases(database, contract, done)
  return views.map((view) => ({ ...view, state: 'resolved', resolved: now.toISOString(), resolution }))
}

const offers = (row: CaseRow, choice: string): boolean => row.detail.choices.some((option) => option.choice === choice)

function resolutionOf(contract: Contract, row: CaseRow, { choice, value }: CaseDecision): string {
  if (choice !== 'value') return choice
  if (value === undefined)
    throw new ConcordatError('engine.bad-choice', 'The choice “value” needs the value.', {
      cure: 'Add --value "…"; an empty text means no value.',
    })
  const field = contract.flows.get(row.flow)?.fields.find((candidate) => candidate.name === row.field)
  if (!field) throw new ConcordatError('engine.bad-choice', `The contract no longer has the field ${row.field ?? ''}.`)
  const parsed = fieldTypeOf(field.spec).parse(value === '' ? null : value)
  if (parsed instanceof Invalid)
    throw new ConcordatError('engine.bad-choice', `That is no ${field.spec.type}: ${parsed.reason}.`)
  return `value:${parsed ?? ''}`
}
