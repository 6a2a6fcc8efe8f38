import { listed, systemTitle } from '../phrases.ts'
import type { Language } from '../../model/language.ts'

interface SystemWords {
  readonly another: (system: string, differences: readonly Difference[]) => string
  /** The contract names another table for records of a flow than those that they were agreed in. */
  readonly elsewhere: (system: string, flow: string, differences: readonly Difference[]) => string
  /** The system holds writes that the store does not know of. */
  readonly olderStore: (system: string) => string
  /** Nothing is known of which database it was, and what answers does not hold the linked records. */
  readonly unfit: (system: string, figures: string) => string
  readonly figures: (of: {
    flow: string
    looked: number
    same: number
    changed: number
    other: number
    gone: number
  }) => string
  /** `flow`: only what this flow has in the systems is in question. */
  readonly cure: (systems: readonly string[], flow?: string | null) => string
}

interface Difference {
  readonly trait: string
  readonly before: string
  readonly now: string | null
}

const onlyOf = (flow: string | null): string => (flow === null ? '' : ` --flow ${flow}`)

const en: SystemWords = {
  olderStore: (system) =>
    `Concordat’s store is older than what it has written to ${systemTitle(system)}: it was restored from a backup, or is a copy.`,
  elsewhere: (system, flow, differences) =>
    `The contract leads to other ${flow} in ${systemTitle(system)} than those that were agreed: ${listed(differences.map(({ trait, before, now }) => `${trait} was ${before}, now ${now}`))}.`,
  another: (system, differences) =>
    `${systemTitle(system)} is a different database from the one that these records were agreed with: ${listed(differences.map(({ trait, before, now }) => `${trait} was ${before}, now ${now ?? 'not known'}`))}.`,
  unfit: (system, figures) =>
    `It was never noted which database ${systemTitle(system)} is, and the one that answers does not hold the records that were agreed: ${figures}.`,
  figures: ({ flow, looked, same, changed, other, gone }) =>
    `of ${looked} linked ${flow} that were looked at, ${same} are as they were, ${changed} have changed, ${other} are something else, ${gone} are not there`,
  cure: (systems, flow = null) =>
    `Nothing was written. ${flow === null ? 'If it is the same system, moved to another place or restored' : 'If they are the same records at another place'}: ${listed(systems.map((system) => `\`concordat systems confirm ${system}\``))} ${systems.length === 1 ? 'compares' : 'compare'} its records first. If ${flow === null ? 'it is another one' : 'they are others'}: \`concordat systems start-over ${systems.join(' ')}${onlyOf(flow)}\` begins with a first sync, as a new installation does.`,
}

const es: SystemWords = {
  olderStore: (system) =>
    `El almacén de Concordat es anterior a lo que escribió en ${systemTitle(system)}: se restauró de una copia de seguridad, o es una copia.`,
  elsewhere: (system, flow, differences) =>
    `El contrato lleva a otros registros de ${flow} en ${systemTitle(system)} que los que se acordaron: ${listed(
      differences.map(({ trait, before, now }) => `${trait} era ${before}, ahora ${now}`),
      'and',
      'es',
    )}.`,
  another: (system, differences) =>
    `${systemTitle(system)} es otra base de datos que aquella con la que se acordaron estos registros: ${listed(
      differences.map(({ trait, before, now }) => `${trait} era ${before}, ahora ${now ?? 'se desconoce'}`),
      'and',
      'es',
    )}.`,
  unfit: (system, figures) =>
    `Nunca se anotó qué base de datos es ${systemTitle(system)}, y la que responde no contiene los registros acordados: ${figures}.`,
  figures: ({ flow, looked, same, changed, other, gone }) =>
    `de ${looked} registros vinculados de ${flow} que se miraron, ${same} están como estaban, ${changed} han cambiado, ${other} son otra cosa y ${gone} no están`,
  cure: (systems, flow = null) =>
    `No se escribió nada. ${flow === null ? 'Si es el mismo sistema, trasladado o restaurado' : 'Si son los mismos registros en otro lugar'}: ${listed(
      systems.map((system) => `\`concordat systems confirm ${system}\``),
      'and',
      'es',
    )} ${systems.length === 1 ? 'compara' : 'comparan'} antes sus registros. Si ${flow === null ? 'es otro' : 'son otros'}: \`concordat systems start-over ${systems.join(' ')}${onlyOf(flow)}\` empieza con una primera sincronización, como una instalación nueva.`,
}

/** What is said of databases that answer in a system's place, in every language. */
export const SYSTEM_WORDS: Readonly<Record<Language, SystemWords>> = { en, es }
