import type { evidenceEn } from './evidence-en.ts'

/** What the rows say about a question, in Spanish. */
export const evidenceEs: typeof evidenceEn = {
  among: (flow, { rows }, [a, b]) => `${flow}, entre las primeras ${rows[0]} filas de ${a} y ${rows[1]} de ${b}: `,
  pairs: (pairs) => `${pairs} van juntas`,
  differing: ({ differing, pairs }) => `${differing} de ${pairs} que van juntas difieren en algún campo`,
  worst: (field, differs) => `; sobre todo en ${field} (${differs})`,
  alone: ({ alone }, [a, b]) => `${alone[0]} de ${a} y ${alone[1]} de ${b} no tienen pareja`,
  ambiguous: (count) => `${count} podrían ser de varias`,
  empty: ({ empty }, [a, b]) =>
    `a ${a} le faltan ${empty[0]} valores que ${b} tiene, y a ${b} ${empty[1]} que ${a} tiene`,
}
