import { inLanguage } from '../../contract/finding.ts'
import { holdsMoney } from '../../contract/proposal/amounts.ts'
import type { SourceObject } from '../../contract/proposal/catalogue.ts'
import {
  commonDecisions,
  commonFacts,
  type ContractDraft,
  matchAnswers,
  questionFacts,
} from '../../contract/proposal/contract-draft.ts'
import { pairableTables } from '../../contract/proposal/pairable-tables.ts'
import type { Both, Proposal, ProposedField, ProposedFlow, Side } from '../../contract/proposal/proposal.ts'
import { questionEvidence } from '../../contract/proposal/question-evidence.ts'
import { figuresOf } from '../../contract/proposal/row-figures.ts'
import { leadsAnswers, startingPointsFor } from '../../contract/proposal/starting-points.ts'
import { weightiestFirst } from '../../contract/wording/question-weight.ts'
import { flowQuestion } from '../../contract/wording/questions.ts'
import { writeContract } from '../../contract/proposal/write-contract.ts'
import type { Language } from '../../model/language.ts'
import type { BeginningView } from '../v1/schemas/begin.ts'
import { type BegunSystem, type Beginning, freeColumns } from './beginning.ts'
import { draftOf, reportOf, withoutMatch } from './decisions.ts'

/** What the page of the beginning shows; no URL, no password and no value of a record but those that choices consist of. */
export function tellBeginning(beginning: Beginning, language: Language): BeginningView {
  const { systems, found, chosen, decisions } = beginning
  return {
    over: beginning.written,
    systems: both((side) => systemOf(systems[side])),
    found: found && {
      flows: found.proposal.flows.map(({ name, tables, fields }) => ({
        flow: name,
        tables: both((side) => tables[side].object),
        rows: both((side) => rowsOf(tableNamed(found.proposal, side, tables[side].object))),
        fields: fields.length,
      })),
      likely: found.likely.map(({ tables, columns }) => ({ tables: [...tables], columns })),
      free: both((side) =>
        pairableTables(found.proposal, side).map((table) => ({
          table: table.name,
          rows: rowsOf(table),
          columns: table.columns.length,
        })),
      ),
    },
    flows: chosen && chosen.flows.map((flow) => flowOf(chosen, flow)),
    refused: [...beginning.refused],
    decisions:
      chosen && decisionsOf(beginning, chosen, decisions === null ? null : draftOf(chosen, decisions), language),
  }
}

/** What it shows where there is a contract already. */
export const OVER: BeginningView = {
  over: true,
  systems: [null, null],
  found: null,
  flows: null,
  refused: [],
  decisions: null,
}

const both = <T>(of: (side: Side) => T): [T, T] => [of(0), of(1)]

const systemOf = (system: BegunSystem | null): BeginningView['systems'][0] =>
  system && {
    name: system.name,
    connector: system.system.connector,
    product: system.product,
    tables: system.system.catalogue.objects.filter((object) => !object.isView).length,
    notes: [...system.notes],
  }

const tableNamed = ({ systems }: Proposal, side: Side, name: string): SourceObject | undefined =>
  systems[side].catalogue.objects.find((table) => table.name === name)

const rowsOf = (table: SourceObject | undefined): number | null =>
  table === undefined || table.estimatedRows <= 0 ? null : Math.round(table.estimatedRows)

function flowOf(proposal: Proposal, flow: ProposedFlow): NonNullable<BeginningView['flows']>[number] {
  return {
    flow: flow.name,
    tables: both((side) => flow.tables[side].object),
    rows: flow.rows ? [...flow.rows] : null,
    fields: flow.fields.map((field) => ({
      field: field.name,
      type: field.values === undefined ? field.type : 'choice',
      columns: both((side) => columnsOf(field, side)),
      equal: field.seen === undefined || field.seen.of === 0 ? null : field.seen.equal,
      of: field.seen === undefined || field.seen.of === 0 ? null : field.seen.of,
      values: (field.values ?? []).map(([a, b]) => [a, b] as [string, string]),
      matches: field.type !== 'lines',
    })),
    match: [...flow.match],
    rules: (flow.rules ?? []).map(({ field, finds, ambiguous }) => ({ field, finds, ambiguous })),
    free: both((side) => [...freeColumns(proposal, flow, side)]),
  }
}

const columnsOf = (field: ProposedField, side: Side): string[] =>
  field.composed?.side === side ? [...field.composed.columns] : [field.columns[side]]

type Told = NonNullable<BeginningView['decisions']>

function decisionsOf(beginning: Beginning, proposal: Proposal, draft: ContractDraft | null, language: Language): Told {
  const names: Both<string> = [proposal.systems[0].name, proposal.systems[1].name]
  const { decisions } = beginning
  const shown: Pick<Told, 'currency_needed' | 'leads_options'> = {
    currency_needed: holdsMoney(proposal),
    leads_options: leadsAnswers(names, language).map(({ answer, means }) => ({
      answer,
      means,
      starts: startingPointsFor(answer, language).map((one) => ({ ...one })),
    })),
  }
  if (draft === null || decisions === null)
    return {
      ...shown,
      company: '',
      currency: null,
      owners: null,
      leads: null,
      start: null,
      questions: [],
      rulebook: [],
      open: 0,
      file: null,
    }
  const report = inLanguage(reportOf(draft), language)
  return {
    ...shown,
    company: decisions.company,
    currency: decisions.currency,
    owners: decisions.owners,
    leads: decisions.leads,
    start: decisions.start,
    questions: questionsOf(beginning, draft, names, language),
    rulebook: report.rulebook.map(({ flow, sections }) => ({
      flow,
      sections: sections.map(({ section, sentences }) => ({ section, sentences: [...sentences] })),
    })),
    open: report.questions.length,
    file: writeContract(draft),
  }
}

/** The questions about all flows but those that who leads answers, and how records of flows match where no field says it. */
function questionsOf(
  beginning: Beginning,
  draft: ContractDraft,
  names: Both<string>,
  language: Language,
): Told['questions'] {
  const figures = draft.proposal.flows.flatMap((flow) => {
    const samples = beginning.samplesOf(flow)
    return samples === null ? [] : [{ flow: flow.name, figures: figuresOf(flow, samples) }]
  })
  const facts = commonFacts(draft)
  const led = new Set<string>(['owners.business', 'owners.technical', 'master', 'direction'])
  const common = commonDecisions(draft)
    .filter((setting) => !led.has(setting))
    .map((setting): Told['questions'][number] => {
      const { role, question, options } = flowQuestion(setting, facts, language)
      return {
        flow: null,
        setting,
        role,
        question,
        options: [...options],
        answer: draft.defaults[setting] ?? null,
        evidence: [...questionEvidence(setting, figures, names, language)],
      }
    })
  const match = withoutMatch(draft).map((flow): Told['questions'][number] => ({
    flow: flow.name,
    setting: 'match',
    role: 'business',
    question: flowQuestion('match', questionFacts(draft, flow.name), language).question,
    options: [...matchAnswers(flow)],
    answer: draft.answers[flow.name]?.match ?? null,
    evidence: [
      ...questionEvidence(
        'match',
        figures.filter((one) => one.flow === flow.name),
        names,
        language,
      ),
    ],
  }))
  return [...weightiestFirst([...match, ...common], ({ setting }) => setting)]
}
