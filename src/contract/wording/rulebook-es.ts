import type { EdgeCases, Limit, MatchRule } from '../contract.ts'
import { preferredSystems } from '../on-conflict.ts'
import type { NewId } from '../../model/new-id.ts'
import { listed, manyOf, systemTitle } from '../phrases.ts'
import type { rulebookEn } from './rulebook-en.ts'

const names = (all: readonly string[], last?: 'and' | 'or') => listed(all, last, 'es')
const titles = (systems: readonly string[], last?: 'and' | 'or') => names(systems.map(systemTitle), last)
/** `registro de customers`. */
const record = (flow: string) => `registro de ${manyOf(flow)}`
const records = (flow: string) => `registros de ${manyOf(flow)}`

const EDITED: Record<EdgeCases['editedOutsideMaster'], string> = {
  revert: 'se revierte',
  accept: 'se acepta y se adopta en el maestro',
  ask: 'espera a una persona',
  'leave alone': 'se queda hasta que el maestro cambie el campo',
}

export const rulebookEs: typeof rulebookEn = {
  open: 'sin decidir',
  shared: 'compartido',
  between: (systems) => `entre ${titles(systems)}`,

  bothOwners: (flow, person) => `${person} responde tanto de las reglas como de la tecnología de ${manyOf(flow)}.`,
  twoOwners: (flow, business, technical) =>
    `${business} responde de las reglas de ${manyOf(flow)} y ${technical} de la tecnología.`,
  businessOwner: (flow, person) => `${person} responde de las reglas de ${manyOf(flow)}.`,
  technicalOwner: (flow, person) => `${person} responde de la tecnología de ${manyOf(flow)}.`,

  noMaster: (flow, systems) =>
    `Ningún sistema por sí solo es maestro de los ${records(flow)}: cuenta un cambio en cualquiera de ${titles(systems)}.`,
  master: (flow, system) => `${systemTitle(system)} es maestro de los ${records(flow)}.`,
  bothWays: (flow) => `Los ${records(flow)} van en ambos sentidos; cada campo va de su maestro a los demás sistemas.`,
  oneWay: (flow, from, to) => `Los ${records(flow)} van solo de ${systemTitle(from)} a ${systemTitle(to)}.`,

  lookedFor: (system, schedule) => `Los cambios en ${systemTitle(system)} se buscan ${schedule}.`,
  localTimes: (system, zone) => `Las horas que ${systemTitle(system)} guarda sin zona son las de ${zone}.`,
  late: (duration) => `Un cambio que espera más de ${duration} va con retraso, y se avisa a los responsables.`,

  neverMatched: (flow) => `Los ${records(flow)} que ya existen en ambos lados nunca se emparejan.`,
  matched: (flow, rules) =>
    `Un ${record(flow)} de un lado encuentra su correspondiente en el otro por ${rules
      .map((rule, i) => `${i === 0 ? '' : 'después por '}${matchWords(rule)}`)
      .join(', ')}.`,
  several: {
    ask: 'Cuando varios registros podrían ser el correspondiente, decide una persona.',
    oldest: 'Cuando varios registros podrían ser el correspondiente, se toma el más antiguo.',
    'most complete': 'Cuando varios registros podrían ser el correspondiente, se toma el más completo.',
  },

  required: (flow, fields) => `Un ${record(flow)} sin ${names(fields, 'or')} queda retenido hasta que tenga valor.`,
  conflict: (fields, rule) => {
    const [first, ...rest] = preferredSystems(rule)
    const wins =
      first === undefined
        ? rule === 'newest'
          ? 'prevalece el cambio más reciente'
          : 'decide una persona'
        : `prevalece ${systemTitle(first)}${rest.map((system) => `; si no, ${systemTitle(system)}`).join('')}`
    return `Cuando ${names(fields, 'or')} cambia en dos sistemas, ${wins}.`
  },
  computed: (field, system) => `El campo ${field} se calcula en ${systemTitle(system)} y allí nunca se escribe.`,
  lines: (flow, field, key, fields) =>
    `Las líneas del campo ${field} de un ${record(flow)} se reconocen por ${names(key)} y contienen ${names(fields)}.`,
  linesWhere: (field, system, condition) =>
    `En ${systemTitle(system)} solo las filas con ${condition} son del campo ${field}; las demás no se tocan.`,
  refers: (field, flow) => `El campo ${field} hace referencia a un ${record(flow)}.`,
  edited: (field, answer) => `Una edición del campo ${field} fuera de su maestro ${EDITED[answer]}.`,
  emptied: (field, answer) =>
    answer === 'erase'
      ? `Cuando el campo ${field} se vacía en su maestro, se vacía en todas partes.`
      : `Cuando el campo ${field} se vacía en su maestro, los demás conservan el suyo.`,
  invalid: (flow, field, answer) =>
    answer === 'skip field'
      ? `Si el valor del campo ${field} no es válido, se omite; lo demás sigue.`
      : `Un ${record(flow)} queda retenido si el valor del campo ${field} no es válido.`,

  createdOutside: (flow, master, others) => {
    const when = `Un ${record(flow)} que alguien crea en ${another(master, others)}`
    return {
      adopt: `${when} se crea también en ${theMaster(master)}.`,
      'hold for approval': `${when} espera aprobación.`,
      'leave alone': `${when} se deja como está.`,
    }
  },
  editedOutside: (answer) =>
    answer === 'revert'
      ? 'Una edición hecha fuera del maestro de un campo se revierte; queda en el historial.'
      : `Una edición hecha fuera del maestro de un campo ${EDITED[answer]}.`,
  existing: (flow) => {
    const when = `En la primera sincronización, donde ambos lados ya tienen un ${record(flow)}`
    return {
      'master wins': `${when}, prevalece el valor del maestro de cada campo.`,
      'fill blanks only': `${when}, solo se rellena lo vacío.`,
      ask: `${when} y difieren, decide una persona.`,
      'link only': `En la primera sincronización, los ${records(flow)} que ambos lados ya tienen se vinculan y no se escriben.`,
    }
  },
  unmatched: (flow) => {
    const when = `un ${record(flow)} que solo está en un lado`
    return {
      create: `En la primera sincronización, ${when} se crea en el otro.`,
      ask: `En la primera sincronización, una persona decide sobre ${when}.`,
      'leave alone': `En la primera sincronización, ${when} se deja como está.`,
    }
  },
  anyAge: (flow) => `En la primera sincronización participan todos los ${records(flow)}, por antiguos que sean.`,
  old: (flow, age) => {
    const those = `los ${records(flow)} que nadie ha cambiado desde hace ${age}`
    return {
      'leave alone': `En la primera sincronización, ${those} se dejan como están.`,
      ask: `En la primera sincronización, una persona decide sobre ${those}.`,
      'link only': `En la primera sincronización, ${those} se vinculan y no se escriben.`,
    }
  },
  deleted: (flow, shared, master, others) => {
    const when = `Cuando alguien borra un ${record(flow)} en ${shared ? 'un sistema' : theMaster(master)},`
    const where = shared ? 'los demás' : master === null ? 'los otros sistemas' : titles(others)
    return {
      delete: `${when} se borra también en ${where}.`,
      archive: `${when} se archiva en ${where}.`,
      unlink: `${when} se queda en ${where} y ya no se mantiene de acuerdo.`,
      ask: `${when} una persona decide qué pasa en ${where}.`,
    }
  },
  deletedElsewhere: (flow, master, others) => {
    const when = `Cuando alguien borra un ${record(flow)} en ${another(master, others)},`
    return {
      restore: `${when} se restaura.`,
      accept: `${when} se borra también en ${theMaster(master)}.`,
      unlink: `${when} se queda en ${theMaster(master)} y ya no se mantiene de acuerdo.`,
      ask: `${when} decide una persona.`,
    }
  },
  leftFilter: (flow, shared, master, others) => {
    const when = `Cuando un ${record(flow)} deja de cumplir la condición de ${shared ? 'un sistema' : theMaster(master)},`
    const where = shared ? 'los demás' : master === null ? 'los otros sistemas' : titles(others)
    return {
      'leave alone': `${when} se queda en ${where} y no se mantiene de acuerdo hasta que vuelva a cumplirla.`,
      archive: `${when} se archiva en ${where}.`,
      delete: `${when} se borra en ${where}.`,
      ask: `${when} una persona decide qué pasa en ${where}.`,
    }
  },
  markedDeleted: (flow, system, columns) =>
    `En ${systemTitle(system)} un ${record(flow)} se borra por medio de ${listed(columns)}; la fila se queda.`,
  missingReference: (flow, wait, then) => {
    const outcome = then === 'ask' ? 'decide una persona' : 'sigue sin la referencia'
    const when = `Cuando un ${record(flow)} hace referencia a un registro que aún no está de acuerdo,`
    return wait === null ? `${when} ${outcome}.` : `${when} espera hasta ${wait}; después ${outcome}.`
  },
  anyInvalid: (flow, answer) =>
    answer === 'hold record'
      ? `Un ${record(flow)} con un valor no válido queda retenido hasta que se corrija.`
      : `Un valor no válido se omite; lo demás del ${record(flow)} sigue.`,
  anyEmptied: (answer) =>
    answer === 'keep'
      ? 'Cuando un campo se vacía en su maestro, los demás sistemas conservan su valor.'
      : 'Cuando un campo se vacía en su maestro, se vacía en todas partes.',
  hiddenRows: (flow, system) => ({
    'may change': `${systemTitle(system)} oculta algunas filas, y cuáles puede cambiar: un ${record(flow)} que no se ve allí no se da por borrado.`,
    'never change': `${systemTitle(system)} oculta algunas filas, siempre las mismas: un ${record(flow)} que ya no se ve allí fue borrado.`,
  }),
  cascades: (flow, system) =>
    `Lo que ${systemTitle(system)} borra por sí mismo junto con un ${record(flow)} también puede borrarse.`,
  newId: (flow, system, newId) =>
    `Un ${record(flow)} que se crea en ${systemTitle(system)} recibe como identificador ${idWords(newId)}.`,
  stamped: (flow, system, columns) =>
    `Cada actualización de un ${record(flow)} en ${systemTitle(system)} pone también ${names(columns)}.`,

  retried: (flow, duration, then) =>
    `Una escritura que falla se reintenta durante ${duration}; después ${then === 'quarantine' ? `el ${record(flow)} queda apartado y los demás siguen` : 'se pausa todo el flujo'}.`,
  alerted: (roles) =>
    `Cuando fallan escrituras, ${names(
      roles.map(
        ({ role, after }) =>
          `se avisa al responsable ${role === 'business' ? 'de negocio' : 'técnico'} ${after === null ? 'enseguida' : `después de ${after}`}`,
      ),
    )}.`,
  limitedChanges: (limit) =>
    `Una ejecución que cambiaría ${limitWords(limit)} se detiene antes de escribir nada y pregunta.`,
  limitedDeletions: (limit) =>
    `Una ejecución que borraría o archivaría ${limitWords(limit)} se detiene antes de escribir nada y pregunta.`,
  history: (duration) => `Todo cambio se puede deshacer durante ${duration}.`,
  told: (person, ways) => `A ${person} se le avisa por ${ways.join(', si no por ')}.`,
}

const theMaster = (master: string | null) => (master === null ? 'su maestro' : systemTitle(master))
const another = (master: string | null, others: readonly string[]) =>
  master === null ? 'otro sistema' : titles(others, 'or')

function matchWords(rule: MatchRule): string {
  return rule.kind === 'exact'
    ? `igualdad de ${names(rule.fields)}${rule.caseRespected ? ' (las mayúsculas cuentan)' : ''}`
    : `parecido de ${names(rule.fields)} (de al menos el ${Math.round(rule.atLeast * 100)} %, y una persona lo confirma)`
}

/** `más de 10 registros`. */
function idWords(newId: NewId): string {
  switch (newId.kind) {
    case 'uuid':
      return 'un UUID nuevo'
    case 'hex':
      return `${newId.digits} cifras hexadecimales al azar`
    case 'sequence':
      return `${newId.prefix === '' ? '' : `${newId.prefix} y `}el siguiente número de ${newId.sequence}`
    case 'from':
      return newId.expression
  }
}

function limitWords({ percent, records: most }: Limit): string {
  const count = most === null ? null : `más de ${most} ${most === 1 ? 'registro' : 'registros'}`
  const share = percent === null ? null : `más del ${percent} % de los registros`
  return share === null || count === null ? (share ?? count ?? 'algo') : `${share} y ${count}`
}
