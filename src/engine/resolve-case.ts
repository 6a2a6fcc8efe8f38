import type { Contract } from '../contract/contract.ts'
import { ConcordatError } from '../model/errors.ts'
import type { CaseView } from '../model/report.ts'
import { fieldTypeOf } from '../model/types/field-type-of.ts'
import { Invalid } from '../model/value.ts'
import { closeCases, findCases, type CaseRow } from '../store/cases/cases.ts'
import type { Database, Session } from '../store/database/database.ts'
import { tellCases } from './tell-cases.ts'

export interface CaseDecision {
  readonly choice: string
  /** For the choice `value`. */
  readonly value?: string | undefined
  readonly by: string
  /** Decide all open cases of the same flow, kind, cause and field that offer the choice. */
  readonly alike?: boolean | undefined
  /** How many cases somebody saw that this would decide; refused when it is not so many any more. */
  readonly expected?: number | undefined
}

/** Stores what a person decided; the next run of the flow carries it out. */
export async function resolveCase(
  database: Database,
  contract: Contract,
  id: number,
  decision: CaseDecision,
  now: Date,
): Promise<CaseView[]> {
  return database.transaction(async (session) => {
    const first = await openCase(session, id)
    if (!offers(first, decision.choice)) {
      const choices = first.detail.choices.map((choice) => choice.choice).join(', ')
      throw new ConcordatError('engine.bad-choice', `Case ${id} cannot be resolved by “${decision.choice}”.`, {
        cure: `Choose one of: ${choices}.`,
      })
    }
    const resolution = resolutionOf(contract, first, decision)
    const all = decision.alike ? await alikeCases(session, first, decision.choice) : [first]
    if (decision.expected !== undefined && decision.expected !== all.length)
      throw new ConcordatError(
        'engine.cases-changed',
        `${all.length} cases would be decided, not the ${decision.expected} that you saw.`,
        { cure: 'Look at what it does now, then decide again.' },
      )
    const taken = await closeCases(
      session,
      all.map((row) => ({ id: row.id, approved: approvedBy(row, decision.choice) })),
      { by: decision.by, resolution, now },
    )
    const views = await tellCases(
      session,
      contract,
      all.filter((row) => taken.has(row.id)),
    )
    return views.map((view) => ({ ...view, state: 'resolved', resolved: now.toISOString(), resolution }))
  })
}

/** A case that waits; throws when there is none, or somebody was faster. */
export async function openCase(session: Session, id: number): Promise<CaseRow> {
  const [first] = await findCases(session, { id, state: 'all' })
  if (!first)
    throw new ConcordatError('engine.unknown-case', `There is no case ${id}.`, {
      cure: 'List the open ones with `concordat cases`.',
    })
  if (first.state !== 'open') {
    throw new ConcordatError(
      'engine.case-resolved',
      `Case ${id} is resolved already (${first.resolution ?? 'settled'}).`,
      { cure: 'List the open ones with `concordat cases`.' },
    )
  }
  return first
}

/** Open cases of the same flow, kind, cause and field for which the choice does the same; those that follow others are not among them. */
export async function alikeCases(session: Session, like: CaseRow, choice: string): Promise<CaseRow[]> {
  const rows = await findCases(session, { flow: like.flow, kind: like.kind, cause: like.cause, state: 'open' })
  const does = meansOf(like, choice)
  return rows.filter(
    (row) =>
      row.id === like.id ||
      (row.field === like.field &&
        row.sideId === like.sideId &&
        row.under === null &&
        offers(row, choice) &&
        meansOf(row, choice) === does),
  )
}

/** What a choice does, whatever the record is called. */
function meansOf({ title, detail }: CaseRow, choice: string): string | undefined {
  return detail.choices.find((option) => option.choice === choice)?.means.replaceAll(title, '')
}

function approvedBy(row: CaseRow, choice: string): number | null {
  const count = row.detail.data?.['count']
  return choice === 'approve' && typeof count === 'number' ? count : null
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
    throw new ConcordatError('engine.bad-choice', `That is no ${field.spec.type}: ${parsed.reason}.`, {
      in: { es: `El valor no vale para el campo ${field.name}: ${parsed.reasonIn('es')}.` },
    })
  return `value:${parsed ?? ''}`
}
