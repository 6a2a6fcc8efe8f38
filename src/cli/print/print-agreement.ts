import { listed } from '../../contract/phrases.ts'
import { totalOf } from '../../model/agreement.ts'
import { manyOf, oneOf, systemTitle } from '../../contract/phrases.ts'
import type { Agreement, WaitsForDecision } from '../../model/report.ts'
import { count, counted } from './figures.ts'

/** `98.2% of 5,412 records are in agreement; 121 need a decision, 140 wait, 3 are left out.` */
export function agreementSentence(agreement: Agreement): string {
  const { in_agreement, waiting, needs_decision, left_out } = agreement
  const total = totalOf(agreement)
  if (total === 0) return 'There are no records yet.'
  const rest = [
    ...(needs_decision > 0 ? [`${count(needs_decision)} ${needs_decision === 1 ? 'needs' : 'need'} a decision`] : []),
    ...(waiting > 0 ? [`${count(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`] : []),
    ...(left_out > 0 ? [`${count(left_out)} ${left_out === 1 ? 'is' : 'are'} left out`] : []),
  ]
  if (rest.length === 0)
    return total === 1 ? 'The one record is in agreement.' : `All ${count(total)} records are in agreement.`
  return `${percent(in_agreement, total)} of ${counted(total, 'record')} ${total === 1 ? 'is' : 'are'} in agreement; ${rest.join(', ')}.`
}

/** `Whether customers and orders are in agreement now is not known.` */
export const uncheckedSentence = (flows: readonly string[]): string =>
  `Whether ${listed(flows)} are in agreement now is not known.`

/** Cut, never rounded up: less than all is never 100%. */
const percent = (part: number, total: number): string => `${(Math.floor((1000 * part) / total) / 10).toFixed(1)}%`

/** `140 invoices are not in CRM because their customer waits for a decision.`, a sentence for each flow, system and cause. */
export function waitsOnSentences(
  rows: readonly { readonly flow: string; readonly waits_on?: readonly WaitsForDecision[] }[],
): string[] {
  return rows.flatMap(({ flow, waits_on = [] }) =>
    waits_on.map(({ system, on, count: many, case: id }) => {
      const [who, are, their] = many === 1 ? [oneOf(flow), 'is', 'its'] : [manyOf(flow), 'are', 'their']
      const by = id === null ? '' : ` (case ${id})`
      return `${count(many)} ${who} ${are} not up to date in ${systemTitle(system)} because ${their} ${oneOf(on)} waits for a decision${by}.`
    }),
  )
}
