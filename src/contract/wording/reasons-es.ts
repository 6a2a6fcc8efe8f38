import type { ReasonWords } from './reason-words.ts'
import { listed, manyOf, systemTitle } from '../phrases.ts'

const OLD = {
  'leave alone': 'los registros así se dejan como están',
  ask: 'lo decide una persona',
  'link only': 'los registros así se vinculan y no se escriben',
}

export const reasonsEs: ReasonWords = {
  field: (name) => (name === undefined ? 'el valor' : `el campo ${name}`),
  one: (flow) => `registro de ${manyOf(flow)}`,
  master: (name) => (name === 'shared' ? 'ningún sistema por sí solo' : systemTitle(name)),
  system: (name) => (name === undefined ? 'un sistema' : systemTitle(name)),
  others: (names) => (names.length === 0 ? 'los demás' : listed(names.map(systemTitle), 'and', 'es')),
  sentences: {
    'master changed': ({ m, f }) => `${capital(m)} es maestro ${of(f)}, así que su valor prevaleció.`,
    'shared newest': ({ s, f }) => `${capital(f)} es compartido y prevalece el cambio más reciente, que vino de ${s}.`,
    'shared preferred system': ({ s, f }) =>
      `${capital(f)} es compartido y cambió en varios sistemas; en esos conflictos prevalece ${s}.`,
    'shared one side changed': ({ s, f }) =>
      `${capital(f)} es compartido y solo cambió en ${s}, así que ese valor prevaleció.`,
    'all sides agree': ({ f }) => `${capital(f)} es igual en todos los sistemas.`,
    'outside edit reverted': ({ m, s, f }) =>
      `${capital(m)} es maestro ${of(f)}, así que la edición hecha en ${s} se revirtió.`,
    'outside edit accepted': ({ m, s, f }) =>
      `${capital(m)} es maestro ${of(f)}, pero se aceptan las ediciones hechas en otros sistemas; esta vino de ${s}.`,
    'outside edit left alone': ({ m, s, f }) =>
      `${capital(m)} es maestro ${of(f)}; la edición hecha en ${s} se deja como está hasta que cambie en ${m}.`,
    'outside edit asked': ({ m, s, f }) =>
      `${capital(m)} es maestro ${of(f)}, que se editó en ${s}; sobre esas ediciones decide una persona.`,
    'conflict asked': ({ f, o, s, known }) =>
      known
        ? `${capital(f)} cambió en ${s} y en ${o}; una persona decide qué cambio cuenta.`
        : `${capital(f)} cambió en varios sistemas; una persona decide qué cambio cuenta.`,
    'decided by person': ({ f }) => `Una persona decidió sobre ${f}.`,
    'empty master kept': ({ m, f }) =>
      `${capital(f)} está vacío en su maestro ${m}, y un valor vacío no borra el de los demás.`,
    'empty master erased': ({ m, f }) => `${capital(f)} se vació en su maestro ${m}, así que se vacía en todas partes.`,
    'existing: master wins': ({ m, f, one, shared }) =>
      shared
        ? `Ambos lados ya tenían este ${one}; ${f} es compartido y siguió su regla de conflictos.`
        : `Ambos lados ya tenían este ${one}; ${m} es maestro ${of(f)}, así que su valor prevaleció.`,
    'existing: blanks filled': ({ one, f }) =>
      `Ambos lados ya tenían este ${one}; solo se rellena lo vacío, y ${f} estaba vacío en un lado.`,
    'existing: link only': ({ one }) => `Ambos lados ya tenían este ${one}; se vinculó y no se escribió nada.`,
    'existing: asked': ({ one, f }) => `Ambos lados ya tenían este ${one} y ${f} difiere; decide una persona.`,
    'created in master': ({ s, one, o }) => `Este ${one} se creó en ${s}, así que se crea en ${o}.`,
    'created outside: adopted': ({ s, one, flowMaster }) =>
      `Este ${one} se creó en ${s} y no en ${flowMaster}; los registros así se adoptan.`,
    'created outside: held': ({ s, one, flowMaster }) =>
      `Este ${one} se creó en ${s} y no en ${flowMaster}; espera aprobación.`,
    'created outside: left alone': ({ s, one, flowMaster }) =>
      `Este ${one} se creó en ${s} y no en ${flowMaster}; los registros así se dejan como están.`,
    'existing unmatched: created': ({ s, one, o }) =>
      `En la primera sincronización este ${one} solo estaba en ${s}, así que se crea en ${o}.`,
    'existing unmatched: asked': ({ s, one }) =>
      `En la primera sincronización este ${one} solo estaba en ${s}; decide una persona.`,
    'existing unmatched: left alone': ({ s, one }) =>
      `En la primera sincronización este ${one} solo estaba en ${s}; los registros así se dejan como están.`,
    'too old': ({ one, age }) =>
      age === null
        ? `Nadie ha cambiado este ${one} desde hace mucho tiempo.`
        : `Nadie ha cambiado este ${one} desde hace más de ${age.duration}; ${OLD[age.then]}.`,
    'duplicate: asked': ({ one }) => `Varios registros podrían corresponder a este ${one}; decide una persona.`,
    'duplicate: oldest': ({ one }) => `Varios registros podrían corresponder a este ${one}; se tomó el más antiguo.`,
    'duplicate: most complete': ({ one }) =>
      `Varios registros podrían corresponder a este ${one}; se tomó el más completo.`,
    'deleted in master: deleted': ({ one, s, o }) => `Este ${one} se borró en ${s}, así que se borra en ${o}.`,
    'deleted in master: archived': ({ one, s, o }) => `Este ${one} se borró en ${s}, así que se archiva en ${o}.`,
    'deleted in master: unlinked': ({ one, s, o }) =>
      `Este ${one} se borró en ${s}; se queda en ${o} y ya no se mantiene de acuerdo.`,
    'deleted in master: asked': ({ one, s }) =>
      `Este ${one} se borró en ${s}; una persona decide qué pasa en los demás sistemas.`,
    'deleted elsewhere: restored': ({ one, s, flowMaster }) =>
      `Este ${one} se borró en ${s}, pero ${flowMaster} es maestro y aún lo tiene, así que se restaura.`,
    'deleted elsewhere: accepted': ({ one, s, flowMaster }) =>
      `Este ${one} se borró en ${s}; los borrados así se aceptan, así que se borra también en ${flowMaster}.`,
    'deleted elsewhere: unlinked': ({ one, s }) =>
      `Este ${one} se borró en ${s}; lo demás se queda y ya no se mantiene de acuerdo.`,
    'deleted elsewhere: asked': ({ one, s }) =>
      `Este ${one} se borró en ${s}, que no es su maestro; decide una persona.`,
    'left filter: deleted': ({ one, s, o }) =>
      `Este ${one} ya no cumple la condición de ${s}, así que se borra en ${o}.`,
    'left filter: archived': ({ one, s, o }) =>
      `Este ${one} ya no cumple la condición de ${s}, así que se archiva en ${o}.`,
    'edit beats delete': ({ one, s }) =>
      `Este ${one} se borró en ${s} y entretanto se editó en otro sistema; una edición prevalece sobre un borrado, así que se conserva.`,
    'entered anew: archive lifted': ({ one }) =>
      `Este ${one} se archivó porque se había borrado en su maestro; allí se dio de alta de nuevo, así que ya no está archivado.`,
    'came back: restored': ({ one, s }) =>
      `Este ${one} se había borrado en todas partes; volvió a aparecer en ${s}, así que también se restaura aquí.`,
    'missing reference: waits': ({ f, waits }) =>
      `${capital(f)} hace referencia a un registro que aún no está de acuerdo; espera hasta ${waits}.`,
    'missing reference: asked': ({ f }) =>
      `${capital(f)} hace referencia a un registro que no está de acuerdo; decide una persona.`,
    'missing reference: field skipped': ({ f }) =>
      `${capital(f)} hace referencia a un registro que no está de acuerdo, así que solo se omite este campo.`,
    'invalid value: held': ({ f, s, one }) =>
      `${capital(f)} no es válido en ${s}, así que el ${one} queda retenido hasta que se corrija.`,
    'invalid value: field skipped': ({ f, s }) =>
      `${capital(f)} no es válido en ${s}, así que solo se omite este campo.`,
    'counterpart found': ({ s, o }) => `Se encontró en ${s} y también, como correspondiente, en ${o}; se vincularon.`,
    'counterpart held': ({ s, o }) =>
      `Su correspondiente está retenido en ${o}, así que el registro de ${s} lo espera.`,
    'required value missing': ({ f, one }) =>
      `${capital(f)} es obligatorio y no tiene valor, así que el ${one} queda retenido hasta que lo tenga.`,
    'same value': ({ f }) => `Lo nuevo en ${f} significa lo mismo que lo anterior, así que no se escribe nada.`,
    'restored system: agreed value kept': ({ f }) =>
      `Un sistema se restauró de una copia de seguridad anterior; una persona decidió volver a escribir en él el valor acordado de ${f}.`,
    'restored system: record brought back': ({ one, s }) =>
      `Este ${one} faltaba en ${s} tras restaurarlo de una copia de seguridad anterior; una persona decidió recuperarlo.`,
    'restored system: record deleted again': ({ one, s }) =>
      `Este ${one} se había borrado y volvía a estar en ${s} tras restaurarlo de una copia de seguridad anterior; una persona decidió borrarlo otra vez.`,
    'makes way': () =>
      'Por un momento tiene otro valor, porque varios registros intercambian valores únicos y uno tiene que dejar sitio a los demás.',
    oscillation: ({ f }) =>
      `${capital(f)} iba y venía entre los mismos valores, así que se detiene hasta que decida una persona.`,
  },
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)

/** `del campo phone`. */
const of = (field: string) => `d${field}`
