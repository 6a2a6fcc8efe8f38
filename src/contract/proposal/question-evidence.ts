import type { Language } from '../../model/language.ts'
import type { FlowSetting } from '../wording/questions.ts'
import { systemTitle } from '../phrases.ts'
import { evidenceEn } from '../wording/evidence-en.ts'
import { evidenceEs } from '../wording/evidence-es.ts'
import type { RowFigures } from '../rows-seen.ts'

const WORDS = { en: evidenceEn, es: evidenceEs }
const MOST_FLOWS = 4

/** What the sampled rows of the flows say about a question, a sentence a flow; none where they say nothing about it. */
export function questionEvidence(
  setting: FlowSetting,
  flows: readonly { readonly flow: string; readonly figures: RowFigures }[],
  systems: readonly [string, string],
  language: Language = 'en',
): readonly string[] {
  const words = WORDS[language]
  const titles = [systemTitle(systems[0]), systemTitle(systems[1])] as const
  return flows
    .flatMap(({ flow, figures }) => {
      const said = saidOf(setting, figures, titles, words)
      return said === null ? [] : [`${words.among(flow, figures, titles)}${said}.`]
    })
    .slice(0, MOST_FLOWS)
}

function saidOf(
  setting: FlowSetting,
  figures: RowFigures,
  titles: readonly [string, string],
  words: typeof evidenceEn,
): string | null {
  switch (setting) {
    case 'match':
      return `${words.pairs(figures.pairs)}, ${words.alone(figures, titles)}`
    case 'master':
    case 'on_conflict':
    case 'edge_cases.existing_records':
    case 'edge_cases.edited_outside_master': {
      const { worst } = figures
      return words.differing(figures) + (worst === null ? '' : words.worst(worst.field, worst.differs))
    }
    case 'edge_cases.existing_unmatched':
    case 'edge_cases.created_outside_master':
    case 'direction':
      return words.alone(figures, titles)
    case 'edge_cases.duplicates':
      return words.ambiguous(figures.ambiguous)
    case 'edge_cases.empty_in_master':
      return words.empty(figures, titles)
    default:
      return null
  }
}
