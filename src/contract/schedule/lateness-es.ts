import { manyOf, systemTitle } from '../phrases.ts'
import type { latenessEn } from './lateness-en.ts'

export const latenessEs: typeof latenessEn = {
  waits: (flow, system, since, promise) =>
    `Un cambio de un registro de ${manyOf(flow)} espera a ${systemTitle(system)} desde ${since}; el contrato promete ${promise}.`,
  nothing: (flow, system, since, schedule, promise) =>
    `${since === null ? 'Aún no ha salido bien ninguna ejecución' : `Ninguna ejecución ha salido bien desde ${since}`}; los cambios de los registros de ${manyOf(flow)} en ${systemTitle(system)} se han de buscar ${schedule}, y con ${promise} más ya es retraso.`,
}
