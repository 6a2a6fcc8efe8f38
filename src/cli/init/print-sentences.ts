import type { ContractDraft } from '../../contract/proposal/contract-draft.ts'
import { writeContract } from '../../contract/proposal/write-contract.ts'
import { readContract } from '../../contract/reading/read-contract.ts'
import { manyOf, oneOf } from '../../contract/phrases.ts'
import type { Terminal } from '../terminal.ts'
import { visible, wrap } from '../print/text-width.ts'

const PROSE_WIDTH = 100

/** Prints the decisions of a draft as the sentences that its owners sign: of the first flow all, of others what differs. */
export function printSentences(terminal: Terminal, draft: ContractDraft): void {
  const { rulebook } = readContract([{ name: 'concordat.yaml', text: writeContract(draft) }])
  const said = new Set<string>()
  rulebook.forEach(({ flow, sentences }, place) => {
    const own = sentences.filter((sentence) => !said.has(withoutName(sentence, flow)))
    for (const sentence of sentences) said.add(withoutName(sentence, flow))
    terminal.out('')
    terminal.out(
      terminal.paint('bold', flow) + (place === 0 ? '' : own.length === 0 ? ': the same' : ': the same, but for this'),
    )
    for (const sentence of own) {
      const [first = '', ...rest] = wrap(visible(sentence), Math.min(terminal.width, PROSE_WIDTH) - 4)
      terminal.out(`  - ${first}`)
      for (const line of rest) terminal.out(`    ${line}`)
    }
  })
  terminal.out('')
}

/** A sentence that says the same of any flow. */
function withoutName(sentence: string, flow: string): string {
  const names = [flow, manyOf(flow), oneOf(flow)].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return sentence.replace(new RegExp(`\\b(?:an? )?(?:${names.join('|')})\\b`, 'gi'), '…')
}
