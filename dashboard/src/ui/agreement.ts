import type { FlowCard } from '../../../src/api/v1/schemas/flows.ts'
import { paths } from '../paths.ts'
import { t } from '../words/words.ts'
import { number } from './time.tsx'

/** The four numbers of a flow, each with the list behind it. */
export function agreementFigures(flow: string, agreement: FlowCard['agreement']) {
  const list = (standing: string): string => paths.records({ flow, standing })
  return [
    { label: t.standings['in agreement'], value: agreement.in_agreement, href: list('in agreement') },
    ...(agreement.allowed_differences > 0
      ? [
          {
            label: t.standings['allowed differences'],
            value: agreement.allowed_differences,
            href: list('allowed differences'),
          },
        ]
      : []),
    { label: t.standings.waiting, value: agreement.waiting, href: list('waiting') },
    { label: t.standings['needs a decision'], value: agreement.needs_decision, href: list('needs a decision') },
    { label: t.standings['left out'], value: agreement.left_out, href: list('left out') },
  ]
}

/** What share of all records is in agreement, and what becomes of the rest. */
export function agreementSentence({ in_agreement, waiting, needs_decision, left_out }: FlowCard['agreement']): string {
  const total = in_agreement + waiting + needs_decision + left_out
  if (total === 0) return t.noRecordsYet
  if (in_agreement === total) return t.allAgree(number(total), total)
  // Cut, never rounded up: less than all is never 100%.
  const share = Math.floor((1000 * in_agreement) / total) / 10
  const rest = [
    ...(needs_decision > 0 ? [t.needDecision(number(needs_decision), needs_decision)] : []),
    ...(waiting > 0 ? [t.wait(number(waiting), waiting)] : []),
    ...(left_out > 0 ? [t.areLeftOut(number(left_out), left_out)] : []),
  ]
  return t.shareAgrees(number(share), number(total), rest.join(', '))
}
