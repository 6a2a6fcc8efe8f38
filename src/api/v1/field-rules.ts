import type { Field, Flow } from '../../contract/contract.ts'
import type { FlowSentences } from '../../contract/finding.ts'
import type { Language } from '../../model/language.ts'
import type { FieldRule, Section } from './schemas/flows.ts'
import { typeWords } from './type-words.ts'

/** The fields of a flow with who owns them and where they stand; of an undecided flow, what is known. */
export function fieldRules(flow: Flow | undefined, { ownership }: FlowSentences, language: Language): FieldRule[] {
  return ownership.map(({ field: name, owner, flows: way }) => {
    const field = flow?.fields.find((one) => one.name === name)
    return {
      field: name,
      type: field === undefined ? '' : typeWords(field, language),
      required: field?.required ?? false,
      owner: field?.master ?? owner,
      way,
      columns: field === undefined ? {} : columnsOf(field),
    }
  })
}

export const sectionsOf = ({ sections }: FlowSentences): Section[] =>
  sections.map(({ section, sentences }) => ({ section, sentences: [...sentences] }))

function columnsOf(field: Field): Record<string, string> {
  return Object.fromEntries(
    Object.entries(field.mapping).map(([system, mapping]) => [
      system,
      mapping.kind === 'column' ? mapping.column : mapping.kind === 'lines' ? mapping.object : mapping.read,
    ]),
  )
}
