import type { ErrorCode } from '../../model/errors.ts'

/** What a failure is, and what to do about it, where that can be said without its details. */
export interface FailureWords {
  readonly what: string
  readonly cure: string | null
}

const NAMES = 'Ajuste el contrato o el sistema hasta que coincidan.'
const LATER = 'Espere un poco; las ejecuciones se reintentan solas.'

/** Failures of systems by their code; `who`: the system as a sentence names it. */
export const es: Readonly<Partial<Record<ErrorCode, (who: string) => FailureWords>>> = {
  'connector.unknown': (who) => ({ what: `El contrato no nombra ${who}.`, cure: null }),
  'connector.unreachable': (who) => ({
    what: `No se puede llegar a ${who}.`,
    cure: 'Compruebe que funciona y que se puede llegar desde aquí.',
  }),
  'connector.refused-credentials': (who) => ({
    what: `El acceso a ${who} fue denegado: no acepta las credenciales.`,
    cure: 'Renueve las credenciales; el contrato dice qué ajuste las contiene.',
  }),
  'connector.forbidden': (who) => ({
    what: `Las credenciales no tienen permiso para esto en ${who}.`,
    cure: 'Amplíe los permisos de esas credenciales.',
  }),
  'connector.rate-limited': (who) => ({ what: `No se admiten más llamadas a ${who} por ahora.`, cure: LATER }),
  'connector.timeout': (who) => ({ what: `No llegó a tiempo la respuesta de ${who}.`, cure: LATER }),
  'connector.no-such-object': (who) => ({
    what: `Falta en ${who} una tabla que el contrato nombra.`,
    cure: NAMES,
  }),
  'connector.no-such-field': (who) => ({
    what: `Falta en ${who} una columna que el contrato nombra.`,
    cure: NAMES,
  }),
  'connector.schema-changed': (who) => ({
    what: `Las tablas de ${who} ya no son como dice el contrato.`,
    cure: NAMES,
  }),
  'connector.unsupported': (who) => ({ what: `Esto no es posible con ${who}.`, cure: null }),
  'connector.rejected-value': (who) => ({
    what: `Un valor no se admite en ${who}.`,
    cure: 'Corrija el valor en el sistema del que viene.',
  }),
  'connector.duplicate-key': (who) => ({
    what: `En ${who} ya existe otro registro con la misma clave.`,
    cure: 'Corrija uno de los dos registros.',
  }),
  'connector.broken-reference': (who) => ({
    what: `Falta en ${who} aquello a lo que se refiere el registro.`,
    cure: null,
  }),
  'connector.lost-response': (who) => ({ what: `Se perdió la respuesta de ${who}.`, cure: LATER }),
  'connector.feed-missing': (who) => ({ what: `Falta en ${who} el seguimiento de cambios.`, cure: null }),
  'connector.another-system': (who) => ({
    what: `En lugar de ${who} responde otra base de datos.`,
    cure: 'Una persona tiene que decir cuál es: `concordat systems`.',
  }),
  'connector.failed': (who) => ({ what: `Una llamada a ${who} falló.`, cure: null }),
  bug: () => ({ what: 'Un error de Concordat puso fin al trabajo.', cure: null }),
}
