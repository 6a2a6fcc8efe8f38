import type { PageWords } from '../../model/condition.ts'
import type { CaseKind } from '../../model/words.ts'

/*
 * What the dashboard says of what is wrong: what to do is done there, while messages and commands name commands. The
 * English of everything else is that of messages (`conditions.ts`).
 */

type English = Pick<PageWords, 'todo'>

interface Failed {
  readonly kind: 'system unreachable' | 'credentials refused' | 'schema changed' | 'failing'
  /** The system's title, or the flow. */
  readonly title: string
  /** The flows, as a list. */
  readonly flows: string
  /** What the failure is, in Spanish, with its technical detail. */
  readonly failure: string
}

interface AnotherSystem {
  readonly title: string
  /** Not the whole system: what the flows have in it. */
  readonly only: boolean
  readonly flows: string
  /** In Spanish. */
  readonly happened: string
  readonly todo: string
}

interface CasesWait {
  readonly flow: string
  readonly kind: CaseKind
  readonly count: number
  /** The flow has stopped because of it. */
  readonly stops: boolean
  /** It is the one case of a limit, whatever its count. */
  readonly limit: boolean
}

const english = {
  schedulerDead: 'Ask the operator to start the service again. It then processes the backlog automatically.',
  failing: 'The page of the flow shows its last run and its log. Fix the cause, then start a run there.',
  schemaChanged: 'Correct the contract or the system. The page Rules has a dry run for a changed contract.',
  paused: 'Resume the flow on its page when the flow may run again; it then processes the backlog.',
  unsigned: 'Ask the owners to read and sign the rules on the page Rules.',
  late: 'The page of the flow shows what delays it. If nothing is running, start a run there.',
  cases: 'Decide the cases on the page Cases, which shows the values and the effect of each choice.',
}

const CASES: Record<CaseKind, { readonly what: string; readonly meaning: string }> = {
  conflict: {
    what: 'cambiados en más de un sistema, y una persona tiene que decir qué valor cuenta',
    meaning: 'Hasta entonces cada sistema conserva su propio valor de esos campos.',
  },
  'ambiguous match': {
    what: 'sin una correspondencia clara',
    meaning: 'Hasta entonces esos registros no se mantienen de acuerdo.',
  },
  'outside edit': {
    what: 'editados fuera del maestro',
    meaning: 'Hasta entonces los sistemas tienen valores distintos en esos campos.',
  },
  'held record': {
    what: 'retenidos, porque un valor o una referencia no se puede usar',
    meaning: 'Esos registros no se mantienen de acuerdo hasta que alguien los corrija.',
  },
  'quarantined record': {
    what: 'apartados, porque un sistema se negó a escribirlos',
    meaning: 'Esos registros están anticuados en ese sistema; los demás siguen.',
  },
  'breaker tripped': {
    what: 'Iban a cambiar a la vez más registros de los que permite el contrato.',
    meaning: 'No se escribió nada. Ningún cambio de este flujo llega hasta que alguien decida.',
  },
  'mass deletion': {
    what: 'Faltan en un sistema más registros de los que permite el contrato.',
    meaning: 'No se borró ni se archivó nada. El flujo espera hasta que alguien decida.',
  },
  'restored system': {
    what: 'Un sistema vuelve a tener valores anteriores, como tras restaurar una copia de seguridad.',
    meaning: 'No se escribió nada. Ningún cambio de este flujo llega hasta que alguien decida.',
  },
}
const KINDS: Record<CaseKind, string> = {
  conflict: 'conflicto',
  'ambiguous match': 'emparejamiento dudoso',
  'outside edit': 'edición fuera del maestro',
  'held record': 'registro retenido',
  'quarantined record': 'registro apartado',
  'breaker tripped': 'demasiados cambios',
  'mass deletion': 'borrado masivo',
  'restored system': 'sistema restaurado',
}

const spanish = {
  schedulerDead: {
    headline: 'ya nada pone en marcha las ejecuciones',
    happened: 'El proceso que pone en marcha las ejecuciones calla, y no terminó a propósito.',
    meaning: 'Ningún cambio llega a los otros sistemas hasta que vuelva.',
    todo: 'Quien se ocupa del servicio tiene que arrancarlo de nuevo. Lo pendiente se recupera solo.',
  },
  failed: ({ kind, title, flows, failure }: Failed): PageWords => ({
    ...{
      'system unreachable': {
        headline: `no se puede llegar a ${title}`,
        todo: `Compruebe que ${title} funciona y es accesible desde aquí. Las ejecuciones se reintentan solas y continúan donde terminaron.`,
      },
      'credentials refused': {
        headline: `${title} rechaza las credenciales`,
        todo: `Renueve las credenciales o los permisos de ${title}; el contrato dice qué ajuste los contiene. Por esto no se ha apartado ningún registro.`,
      },
      'schema changed': {
        headline: `${title} no está hecho como dice el contrato`,
        todo: 'Cambie el contrato o el sistema para que vuelvan a encajar; en Reglas se puede probar un contrato cambiado.',
      },
      failing: {
        headline: `${title} falla`,
        todo: 'La página del flujo muestra su última ejecución, y el historial lo que hizo. Cuando la causa esté arreglada, ejecútelo desde allí.',
      },
    }[kind],
    happened: `Los registros de ${flows} no se pueden mantener de acuerdo. ${failure}`,
    meaning: `Mientras tanto los cambios de ${flows} no llegan a los otros sistemas. Nada se pierde: se recuperan después.`,
  }),
  paused: (flow: string, by: string | null, since: string, reason: string | null): PageWords => ({
    headline: `${flow} está en pausa`,
    happened: `${by ?? 'Concordat'} puso en pausa ${flow} el ${since}.${reason === null ? '' : ` Motivo: ${reason.replace(/\.$/, '')}.`}`,
    meaning: `No se lee ni se escribe ningún cambio de ${flow} hasta que alguien lo reanude.`,
    todo: 'Reanude el flujo en su página cuando pueda continuar; lo pendiente se recupera.',
  }),
  unsigned: (flow: string): PageWords => ({
    headline: `${flow} le necesita: sus reglas no están firmadas`,
    happened: `Las reglas de ${flow} no están firmadas por ambos responsables.`,
    meaning: `No se lee ni se escribe ningún cambio de ${flow} hasta que ambos responsables hayan firmado.`,
    todo: 'Que los responsables lean las reglas y las firmen en la página Reglas.',
  }),
  /** `system`: the one that waits for a change; null: nothing has been looked for. */
  late: (flow: string, happened: string, system: string | null, systems: string): PageWords => ({
    headline: `${flow} va con retraso`,
    happened,
    meaning:
      system === null
        ? `Lo que se cambió desde entonces en ${systems} no ha llegado a los otros sistemas.`
        : `${system} muestra valores anticuados de ${flow}.`,
    todo: 'La página del flujo dice qué lo detiene. Si no hay nada en marcha, pida allí una ejecución.',
  }),
  anotherSystem: ({ title, flows, happened, todo, only }: AnotherSystem): PageWords => ({
    headline: only
      ? `El contrato lleva a otros registros de ${flows} en ${title} que antes`
      : `${title} es otra base de datos que antes`,
    happened,
    meaning: `No se lee ni se escribe nada de ${flows} hasta que alguien diga qué ${only ? 'registros son' : 'base de datos es'}.`,
    todo,
  }),
  cases: ({ flow, kind, count, stops, limit }: CasesWait): PageWords => {
    const { what, meaning } = CASES[kind]
    const many = `${count} ${count === 1 ? 'caso' : 'casos'}`
    return {
      headline: stops ? `${flow} está detenido: ${KINDS[kind]}` : `${flow} le necesita: ${KINDS[kind]}, ${many}`,
      happened: `${stops ? `El flujo ${flow} se ha detenido. ` : ''}${limit ? what : `${capital(many)} de ${flow}: registros ${what}.`}`,
      meaning:
        stops && !limit
          ? 'El contrato dice que entonces el flujo pare: no se escribe nada hasta que alguien decida.'
          : meaning,
      todo: 'Decida en la página Casos, que muestra los valores y lo que hace cada opción.',
    }
  },
  repaired: (flow: string, count: number): PageWords => ({
    headline: `${flow}: una pasada completa reparó lo que faltaba`,
    happened: `La última pasada completa de ${flow} encontró ${count} ${count === 1 ? 'cambio' : 'cambios'} que las lecturas de cambios no habían visto.`,
    meaning: 'Ya están de acuerdo; hasta esa pasada estaban anticuados.',
    todo: 'Si vuelve a ocurrir, compruebe que cada cambio actualiza `changed_at` y que `overlap` dura más que la transacción más larga.',
  }),
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1)
const pages = (todo: string | null, es: PageWords): { en: Partial<English>; es: PageWords } => ({
  en: todo === null ? {} : { todo },
  es,
})

/** By cause: what the page says, in every language. */
export const onPage = {
  schedulerDead: () => pages(english.schedulerDead, spanish.schedulerDead),
  failed: (failed: Failed) =>
    pages(
      failed.kind === 'failing' ? english.failing : failed.kind === 'schema changed' ? english.schemaChanged : null,
      spanish.failed(failed),
    ),
  paused: (...facts: Parameters<typeof spanish.paused>) => pages(english.paused, spanish.paused(...facts)),
  unsigned: (...facts: Parameters<typeof spanish.unsigned>) => pages(english.unsigned, spanish.unsigned(...facts)),
  late: (...facts: Parameters<typeof spanish.late>) => pages(english.late, spanish.late(...facts)),
  anotherSystem: (facts: AnotherSystem) => pages(null, spanish.anotherSystem(facts)),
  cases: (facts: CasesWait) => pages(english.cases, spanish.cases(facts)),
  repaired: (...facts: Parameters<typeof spanish.repaired>) => pages(null, spanish.repaired(...facts)),
}
