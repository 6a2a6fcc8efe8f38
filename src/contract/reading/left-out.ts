import type { Flow } from '../contract.ts'
import type { CheckReport } from '../finding.ts'

/** A flow that cannot run, and why. */
export interface LeftOut {
  readonly flow: string
  /** Its own open questions. */
  readonly questions: number
  /** Decided itself, but it refers to this flow, which cannot run: every record would wait for what it refers to. */
  readonly refersTo: string | null
}

/** The flows of a contract that cannot run, in file order. */
export function leftOut(report: Pick<CheckReport, 'contract' | 'questions' | 'rulebook'>): readonly LeftOut[] {
  const flows = report.contract?.flows
  const cannot = new Map<string, string | null>()
  for (const { flow } of report.rulebook) if (!flows?.has(flow)) cannot.set(flow, null)
  // Until nothing more is found: what refers to a flow that waits for another waits, too.
  for (let before = -1; before !== cannot.size;) {
    before = cannot.size
    for (const flow of flows?.values() ?? []) {
      const parent = referredFlows(flow).find((name) => cannot.has(name))
      if (parent !== undefined && !cannot.has(flow.name)) cannot.set(flow.name, parent)
    }
  }
  return report.rulebook.flatMap(({ flow }): LeftOut[] => {
    const refersTo = cannot.get(flow)
    if (refersTo === undefined) return []
    return [{ flow, refersTo, questions: report.questions.filter((question) => question.flow === flow).length }]
  })
}

/** `orders (2 open questions)`, `invoices (refers to orders)`. */
export function leftOutText({ flow, questions, refersTo }: LeftOut): string {
  if (refersTo !== null) return `${flow} (refers to ${refersTo})`
  return `${flow} (${questions} open ${questions === 1 ? 'question' : 'questions'})`
}

/** Other flows that a flow's records refer to, also in their lines. */
function referredFlows(flow: Flow): readonly string[] {
  const fields = flow.fields.flatMap((field) => [field, ...(field.lines?.fields ?? [])])
  return fields.flatMap(({ spec }) => (spec.type === 'reference' && spec.flow !== flow.name ? [spec.flow] : []))
}
