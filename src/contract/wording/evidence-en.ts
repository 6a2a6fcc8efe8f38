import type { RowFigures } from '../rows-seen.ts'

/** What the rows say about a question, in English. */
export const evidenceEn = {
  among: (flow: string, { rows }: RowFigures, [a, b]: readonly [string, string]) =>
    `${flow}, among the first ${rows[0]} rows of ${a} and ${rows[1]} of ${b}: `,
  pairs: (pairs: number) => `${pairs} belong together`,
  differing: ({ differing, pairs }: RowFigures) => `${differing} of ${pairs} that belong together differ in a field`,
  worst: (field: string, differs: number) => `; most often in ${field} (${differs})`,
  alone: ({ alone }: RowFigures, [a, b]: readonly [string, string]) =>
    `${alone[0]} of ${a} and ${alone[1]} of ${b} have no counterpart`,
  ambiguous: (count: number) => `${count} could belong to several`,
  empty: ({ empty }: RowFigures, [a, b]: readonly [string, string]) =>
    `${a} lacks ${empty[0]} values that ${b} has, and ${b} lacks ${empty[1]} that ${a} has`,
}
