import { listed as list, systemTitle } from '../../contract/phrases.ts'
import { titleIn } from '../../model/title.ts'
import type { CaseWords, RecordAt } from './case-words.ts'

const listed = (words: readonly string[]): string => list(words, 'and', 'es')

const named = (title: string): string => titleIn(title, 'es')

const at = ({ title, where }: RecordAt): string => `“${named(title)}” (${where})`

const bySystem = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).map(([system, count]) => `${count} en ${system}`)

/** What cases ask, in Spanish. */
export const es: CaseWords = {
  ignore: 'Dejarlo como está, en todos los sistemas.',
  create: (systems) => `Crearlo en ${listed(systems)}.`,
  createThisOne: (systems) => `Son distintos; crear este en ${listed(systems)}.`,
  useInOther: (from, to) => `Usar el valor de ${from} también en ${to}.`,
  leaveUntilChanged: (system) => `Dejar los dos como están hasta que ${system} vuelva a cambiarlo.`,
  useEverywhere: (system) => `Usar el valor de ${system} en todas partes.`,
  keepAgreed: 'Mantener el último valor acordado en todas partes.',
  anotherValue: 'Usar otro valor en todas partes.',
  lookAgain: 'Volver a mirarlo en la próxima ejecución.',
  tryAgain: 'Volver a intentarlo en la próxima ejecución.',
  isThisOne: (other) => `Es ${at(other)}.`,
  staysAlone: (flow, system) => `Ninguno de ellos: es otro registro de ${flow}, que se queda solo en ${system}.`,
  createOfItsOwn: (flow, systems) =>
    `Ninguno de ellos: es otro registro de ${flow}; crearlo también en ${listed(systems)}.`,
  deleteToo: (systems) => `Borrarlo también en ${listed(systems)}.`,
  bringBack: (system) => `Recuperarlo en ${system}, tal como era.`,
  unlink: 'Dejar los dos como están y no volver a ponerlos de acuerdo.',
  letChangesThrough: (count) =>
    count === 1
      ? 'Dejar pasar 1 cambio en la próxima ejecución.'
      : `Dejar pasar hasta ${count} cambios en la próxima ejecución.`,
  writeNothing: 'No escribir nada; la próxima ejecución que encuentre tantos cambios volverá a preguntar.',
  acceptDeletions: (count) =>
    count === 1
      ? 'Aceptar 1 borrado en la próxima ejecución y tratarlo como dice el contrato.'
      : `Aceptar hasta ${count} borrados en la próxima ejecución y tratarlos como dice el contrato.`,
  deleteNothing: 'No borrar nada; la próxima ejecución que los eche en falta volverá a preguntar.',

  differs: (field, title) =>
    `El campo ${field} de “${named(title)}” difiere entre los sistemas, y nadie ha dicho aún qué valor es el correcto.`,
  changedInSeveral: (field, title) => `El campo ${field} de “${named(title)}” cambió en más de un sistema.`,
  changedOutside: (field, title) => `El campo ${field} de “${named(title)}” cambió fuera de su maestro.`,
  flips: (field, title) =>
    `El campo ${field} de “${named(title)}” va y viene entre los mismos valores; algo en uno de los sistemas lo vuelve a cambiar. Se deja como está hasta que alguien decida.`,
  held: {
    invalid_value: (title, system, detail) =>
      `“${named(title)}” contiene en ${system} un valor que no se puede leer: ${detail}. Queda retenido hasta que se corrija en ${system}.`,
    required_value: (title, system, detail) =>
      `A “${named(title)}” le falta en ${system} un valor obligatorio: ${detail}. Queda retenido hasta que se corrija en ${system}.`,
    missing_reference: (title, system, detail) =>
      `“${named(title)}” remite en ${system} a algo que no está: ${detail}. Queda retenido hasta que se corrija en ${system}.`,
  },
  isEmpty: (field) => `el campo ${field} está vacío`,
  refersTo: (field, flow, remoteId) => `el campo ${field} remite a ${flow} ${remoteId}`,
  unmatched: {
    existing_unmatched: (title, system, _flow, others) =>
      `“${named(title)}” está en ${system} y no tiene correspondencia en ${listed(others)}.`,
    created_outside_master: (title, system, flow) =>
      `“${named(title)}” se creó en ${system}, que no es el maestro de ${flow}.`,
    older_than: (title, system, _flow, others) =>
      `“${named(title)}” está en ${system}, no tiene correspondencia en ${listed(others)} y no cambia desde hace mucho tiempo.`,
  },
  counterpartHeld: (title, system, other) =>
    `“${named(title)}” de ${system} corresponde a ${at(other)}, que está retenido. Se unirán en cuanto se corrija.`,
  couldBe: (title, system, others) =>
    `“${named(title)}” de ${system} podría ser ${others.length === 1 ? '' : 'cualquiera de estos: '}${others.map(at).join(', ')}.`,
  probablyDuplicate: (title, system, others) =>
    `“${named(title)}” de ${system} se parece a ${others.map(at).join(', ')}, que ya tiene su correspondencia en ${system}: es probable que sea un duplicado.`,
  deleted: (title, system, others) => `“${named(title)}” se borró en ${system} y sigue en ${listed(others)}.`,
  because: (error, other) => `${error} El otro registro es ${at(other)}.`,
  noWay: (column) =>
    `Intercambian ${column}, y ninguno puede soltarlo por un momento: la columna no admite un valor vacío ni uno provisional. Intercámbialos allí a mano.`,
  keptBy: (other) => `${at(other)} todavía se refiere a él.`,
  cannotBeDeleted: (title, system, error) => `«${title}» no se puede borrar en ${system}: ${error}`,
  leftFilter: (title, system, others) =>
    `“${named(title)}” ya no cumple la condición de ${system}, y sigue en ${listed(others)}.`,
  deleteThere: (systems) => `Borrarlo en ${listed(systems)}.`,
  archiveThere: (systems) => `Archivarlo en ${listed(systems)}.`,
  reusedId: (before, now, system, id) =>
    `“${named(before)}” (${system} ${id}) contiene ahora otros valores, los de “${named(now)}”. Puede que se haya modificado, o que su identificador corresponda ahora a otra cosa; queda retenido hasta que alguien diga cuál de las dos.`,
  isStillTheSame: (title) => `Sigue siendo “${named(title)}”: se cambiaron sus valores.`,
  isAnother: (title, system) => `Es otro registro: “${named(title)}” cuenta como borrado en ${system}.`,
  refused: (title, system, error) => `${system} no acepta “${named(title)}”: ${error}`,
  stillArchived: (system) =>
    `Sigue archivado en ${system}, y el historial ya no dice cómo estaba antes. Quite allí la marca.`,
  unseen: (system) => `No se ve en ${system}: está oculto para las credenciales de Concordat, o se borró.`,
  waitsFor: (record) => `espera a ${record}`,
  waits: (title, system, waitsFor) =>
    `“${named(title)}” espera a ${waitsFor}, que todavía no está en ${systemTitle(system)}.`,
  waitsForDeleted: (title, system, waitsFor) =>
    `“${named(title)}” no puede volver a ${system}: remite a ${waitsFor}, que se borró.`,
  askedIn: (id) => `El caso ${id} pregunta por él.`,
  decidedBy: (id) => `El caso ${id} decide sobre ese registro; este le sigue por sí solo.`,
  tooManyChanges: (flow, count, limit, counts, already) => {
    const parts = bySystem(counts)
    if (already > 0) parts.push(already === 1 ? '1 acaba de cambiar' : `${already} acaban de cambiar`)
    return `${count === 1 ? 'Cambiaría 1 registro' : `Cambiarían ${count} registros`} de ${flow} (${parts.join(', ')}), por encima del máximo de ${limit} que el contrato deja pasar de una vez. No se escribió nada${already > 0 ? ' más' : ''}.`
  },
  tooManyGone: (flow, count, limit, counts) =>
    `${count === 1 ? 'Ha desaparecido 1 registro' : `Han desaparecido ${count} registros`} de ${flow} (${bySystem(counts).join(', ')}), por encima del máximo de ${limit} que el contrato acepta de una vez. No se borró nada en otros sistemas.`,
  olderSystem: (flow, system, { back, gone, returned }) =>
    `${systemTitle(system)} parece restaurado de una copia de seguridad anterior: ${[
      ...(back > 0
        ? [`${back} ${back === 1 ? 'registro' : 'registros'} de ${flow} con valores que ya tuvo antes`]
        : []),
      ...(gone > 0 ? [`${gone} ${gone === 1 ? 'registro' : 'registros'} de ${flow} que ya no están`] : []),
      ...(returned > 0
        ? [`${returned} ${returned === 1 ? 'registro' : 'registros'} de ${flow} ya borrados que vuelven a estar`]
        : []),
    ].join(' y ')}. No se escribió nada.`,
  takeOlder: (system) =>
    `Está bien así: tratar lo anterior, lo que falta y lo que vuelve a estar como cambios hechos en ${systemTitle(system)}.`,
  writeAgreedBack: (system) =>
    `Poner ${systemTitle(system)} al día: volver a escribir en él los valores acordados, recuperar lo que falta y volver a borrar lo que ya estaba borrado.`,

  answeredSo: (times, answers) => `Así se respondió a ${times} de las últimas ${answers} preguntas como esta.`,
  isMaster: (system, field) => `${systemTitle(system)} es el maestro de ${field}.`,
}
