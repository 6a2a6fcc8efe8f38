import { others, type Answers, type Asked } from '../question-names.ts'
import { listed, manyOf, systemTitle } from '../phrases.ts'
import type { questionsEn } from './questions-en.ts'

/** `de el maestro` is written `del maestro`. */
const contracted = (text: string) => text.replace(/\b(de|a) el\b/g, (_, word) => (word === 'de' ? 'del' : 'al'))

const asked = (question: string, answers: Answers): Asked => ({
  question: contracted(question),
  answers: answers.map(([answer, means]) => [answer, contracted(means)] as const),
})
const systemsOf = (systems: readonly string[], last?: 'and' | 'or') => listed(systems.map(systemTitle), last, 'es')

const FLOW: typeof questionsEn.flow = {
  'owners.business': ({ many, people }) =>
    asked(`¿Quién decide las reglas de los ${many}, y a quién se pregunta cuando no resuelven un caso?`, people),
  'owners.technical': ({ facts, people }) =>
    asked(`¿Quién se ocupa de la tecnología del flujo ${manyOf(facts.flow)}?`, people),
  records: ({ many, facts }) =>
    asked(
      `¿Dónde guarda cada sistema sus ${many}?`,
      facts.systems.map((s) => [
        `${s}: { table: …, id: … }`,
        `La tabla (u objeto) de ${systemTitle(s)} que contiene los ${many}, y la columna que identifica cada uno.`,
      ]),
    ),
  fields: ({ many, facts }) =>
    asked(`¿Qué campos de los ${many} se mantienen de acuerdo?`, [
      ['one entry a field', `Una entrada por campo: su tipo, y cómo se llama en ${systemsOf(facts.systems)}.`],
    ]),
  master: ({ many, facts }) =>
    asked(`¿Qué sistema tiene la última palabra sobre los ${many}?`, [
      ...facts.systems.map((s) => {
        const rest = others(facts.systems, s)
        return [
          s,
          `Cuentan los valores de ${systemTitle(s)}; ${systemsOf(rest)} ${rest.length > 1 ? 'los siguen' : 'los sigue'}.`,
        ] as const
      }),
      [
        'shared',
        'Ninguno por sí solo: cuenta un cambio en cualquier sistema, y otra regla dice qué pasa cuando dos cambian el mismo campo.',
      ],
    ]),
  on_conflict: ({ one, aOne, facts }) =>
    asked(
      `Cuando el mismo campo de ${aOne} cambia en dos sistemas, ¿qué cambio cuenta?`,
      conflictAnswers(one, facts.systems),
    ),
  direction: ({ many, ways, facts }) =>
    asked(`¿En qué sentido van los ${many}?`, [
      [
        'both',
        `Los cambios en cualquiera de ${systemsOf(facts.systems)} llegan a los demás; cada campo va desde su maestro.`,
      ],
      ...ways.map(
        ([from, to]) =>
          [`${from} to ${to}`, `${systemTitle(from)} solo se lee, ${systemTitle(to)} solo se escribe.`] as const,
      ),
    ]),
  match: ({ many, aOne, facts: { systems } }) =>
    asked(
      `¿Cómo encuentra ${aOne} en ${systems[0] === undefined ? 'un sistema' : systemTitle(systems[0])} su correspondiente en ${systems[1] === undefined ? 'el otro' : systemTitle(systems[1])} cuando ambos ya existen?`,
      [
        [
          '- [a field]',
          'Por un campo que es igual en ambos lados, como un número o una dirección de correo; varias reglas se prueban en orden.',
        ],
        [
          '- { similar: [fields], at_least: 0.92, then: ask }',
          'Por campos que se parecen; una persona confirma cada pareja.',
        ],
        ['none', `Nunca: los ${many} que existen en ambos lados quedan separados.`],
      ],
    ),
  schedule: ({ many, facts }) =>
    asked(`¿Cada cuánto se buscan cambios de los ${many} en ${systemsOf(facts.systems)}?`, SCHEDULES),
  late_after: ({ aOne }) =>
    asked(
      `¿Cuánto puede esperar un cambio de ${aOne} antes de contar como retraso y de que se avise a los responsables?`,
      [['30 minutes', 'Cualquier duración: minutos, horas o días.']],
    ),
  'edge_cases.created_outside_master': ({ one, aOne, m, anO, oneWay }) =>
    asked(`Cuando alguien crea ${aOne} en ${anO} y no en ${m}, ¿qué pasa?`, [
      ['adopt', `El ${one} se crea también en ${m}.`],
      [
        'hold for approval',
        `Nada hasta que una persona lo apruebe; entonces el ${one} ${oneWay ? 'se trata como diga la persona' : `se crea en ${m}`}.`,
      ],
      ['leave alone', `El ${one} se queda donde está y no se mantiene de acuerdo.`],
    ]),
  'edge_cases.edited_outside_master': ({ aOne, m, anO }) =>
    asked(`Cuando alguien edita ${aOne} en ${anO} aunque ese campo es de ${m}, ¿qué pasa?`, [
      ['revert', `El valor de ${m} se vuelve a escribir sobre la edición; la edición queda en el historial.`],
      ['accept', `La edición se adopta en ${m}.`],
      ['ask', 'Una persona decide cada vez.'],
      ['leave alone', `La edición se queda hasta que el campo vuelva a cambiar en ${m}.`],
    ]),
  'edge_cases.existing_records': ({ many, m, o, oneWay, facts }) =>
    asked(`En la primera sincronización, cuando difieren ${many} que ambos lados ya tienen, ¿qué pasa?`, [
      [
        'master wins',
        facts.master === 'shared'
          ? 'Los valores de cada campo que tiene maestro reemplazan a los demás; los campos compartidos siguen `on_conflict`.'
          : `Los valores de ${m} reemplazan a los de ${o}.`,
      ],
      [
        'fill blanks only',
        `Solo se rellena lo vacío${oneWay ? ` en ${o}` : ', en cualquiera de los lados'}; lo que difiere se queda.`,
      ],
      ['ask', 'Una persona decide sobre cada uno que difiere.'],
      ['link only', 'Se vinculan y no se escribe nada; solo pasan los cambios posteriores.'],
    ]),
  'edge_cases.existing_unmatched': ({ aOne, one, m, o, oneWay }) =>
    asked(`En la primera sincronización, cuando ${aOne} solo está en un lado, ¿qué pasa?`, [
      ['create', oneWay ? `Lo que tiene ${m} se crea en ${o}.` : `El ${one} se crea en el otro lado.`],
      ['ask', 'Una persona decide sobre cada uno.'],
      ['leave alone', `El ${one} se queda en su lado y no se mantiene de acuerdo.`],
    ]),
  'edge_cases.older_than': ({ many }) =>
    asked(
      `En la primera sincronización, ¿hay una edad a partir de la cual no vale la pena mantener de acuerdo los ${many}?`,
      [
        ['{ years: 7, then: leave alone }', 'Lo que nadie ha cambiado en tanto tiempo se queda como está.'],
        ['{ years: 7, then: link only }', 'Lo que nadie ha cambiado en tanto tiempo se vincula, pero no se escribe.'],
        ['{ years: 7, then: ask }', 'Una persona decide sobre cada uno que nadie ha cambiado en tanto tiempo.'],
        ['no limit', `Participan todos los ${many}, por antiguos que sean.`],
      ],
    ),
  'edge_cases.duplicates': ({ aOne }) =>
    asked(`Cuando ${aOne} podría ser cualquiera de varios del otro lado, ¿cuál es?`, [
      ['ask', 'Decide una persona.'],
      ['oldest', 'El que estaba primero; los demás se quedan como están.'],
      ['most complete', 'El que tiene más campos rellenos; los demás se quedan como están.'],
    ]),
  'edge_cases.deleted_in_master': ({ one, aOne, m, o, facts }) => {
    const there = facts.master === 'shared' ? 'uno de los sistemas' : m
    const rest = facts.master === 'shared' ? 'los otros sistemas' : o
    return asked(`Cuando alguien borra ${aOne} en ${there}, ¿qué pasa en ${rest}?`, [
      ['delete', `El ${one} se borra también en ${rest}.`],
      ['archive', `El ${one} se marca como archivado en ${rest}.`],
      ['unlink', `El ${one} se queda en ${rest} y ya no se mantiene de acuerdo.`],
      ['ask', 'Una persona decide cada vez.'],
    ])
  },
  'edge_cases.deleted_elsewhere': ({ one, aOne, m, anO }) =>
    asked(`Cuando alguien borra ${aOne} en ${anO} pero ${m} aún lo tiene, ¿qué pasa?`, [
      ['restore', `El ${one} se crea allí de nuevo, como estaba.`],
      ['accept', `El ${one} se borra también en ${m}.`],
      ['unlink', `El ${one} se queda en ${m} y ya no se mantiene de acuerdo.`],
      ['ask', 'Una persona decide cada vez.'],
    ]),
  'edge_cases.left_filter': ({ one, aOne, m, o, facts }) => {
    const there = facts.master === 'shared' ? 'uno de los sistemas' : m
    const rest = facts.master === 'shared' ? 'los otros sistemas' : o
    return asked(`Cuando ${aOne} deja de cumplir la condición (\`where\`) de ${there}, ¿qué pasa en ${rest}?`, [
      ['leave alone', `Nada: el ${one} se queda en ${rest}, y no se mantiene de acuerdo hasta que vuelva a cumplirla.`],
      ['archive', `El ${one} se marca como archivado en ${rest}.`],
      ['delete', `El ${one} se borra en ${rest}.`],
      ['ask', 'Una persona decide cada vez.'],
    ])
  },
  'edge_cases.missing_reference': ({ aOne }) =>
    asked(`Cuando ${aOne} hace referencia a un registro que aún no está de acuerdo, ¿qué pasa?`, [
      ['wait 1 day, then ask', 'Espera ese tiempo al otro registro; después decide una persona.'],
      ['wait 1 day, then skip field', 'Espera ese tiempo; después sigue sin la referencia.'],
      ['ask', 'Una persona decide enseguida.'],
      ['skip field', 'Sigue enseguida sin la referencia.'],
    ]),
  'edge_cases.invalid_value': ({ one, aOne }) =>
    asked(
      `Cuando ${aOne} tiene un valor que no puede ser correcto (un número de teléfono que no lo es, un valor obligatorio que falta), ¿qué pasa?`,
      [
        ['hold record', `Todo el ${one} espera hasta que alguien lo corrija.`],
        ['skip field', `Solo se omite ese campo; lo demás del ${one} se mantiene de acuerdo.`],
      ],
    ),
  'edge_cases.empty_in_master': ({ m, o }) =>
    asked(`Cuando un campo se vacía en su maestro (${m}), ¿se vacía también en ${o}?`, [
      ['keep', `No: en ${o} se conserva el valor que había.`],
      ['erase', 'Sí: el campo se vacía en todas partes.'],
    ]),
  'on_failure.retry': ({ many }) =>
    asked(`Cuando falla una escritura de ${many}, ¿durante cuánto tiempo se reintenta?`, [
      ['for 6 hours', 'Cualquier duración: minutos, horas o días.'],
    ]),
  'on_failure.then': ({ one, many }) =>
    asked('Cuando aún falla después de eso, ¿qué pasa?', [
      ['quarantine', `El ${one} queda apartado hasta que alguien lo mire; todos los demás siguen.`],
      ['pause flow', `Todos los ${many} se detienen hasta que alguien lo mire.`],
    ]),
  'on_failure.alert': ({ many }) =>
    asked(`¿A quién se avisa cuando fallan ${many}, y cuándo?`, [
      [
        '{ technical: at once, business: after 1 hour }',
        'Al responsable técnico enseguida, al responsable de negocio cuando dura.',
      ],
      ['{ technical: at once }', 'Solo al responsable técnico.'],
    ]),
  'limits.changes': ({ many }) =>
    asked(`¿Cuántos ${many} puede cambiar una ejecución antes de detenerse y preguntar?`, LIMITS),
  'limits.deletions': ({ many }) =>
    asked(`¿Cuántos ${many} puede borrar o archivar una ejecución antes de detenerse y preguntar?`, LIMITS),
  history: ({ aOne }) =>
    asked(`¿Durante cuánto tiempo se puede deshacer un cambio de ${aOne}?`, [
      ['400 days', 'Cualquier duración; una más larga necesita más disco.'],
    ]),
}

const SCHEDULES: Answers = [
  ['real-time', 'En todo momento; un cambio llega en segundos.'],
  ['every 15 minutes', 'A ese ritmo, todo el día.'],
  ['hourly', 'Una vez por hora.'],
  ['nightly at 02:00', 'Una vez por noche, a esa hora en la zona horaria del contrato.'],
  ['cron 0 6 * * 1-5', 'A horas propias (minuto, hora, día, mes, día de la semana).'],
]

const LIMITS: Answers = [
  ['5% or 200 records', 'Se detiene cuando se superan ambos.'],
  ['10 records', 'Se detiene en ese número.'],
  ['5%', 'Se detiene en esa parte de todos los registros.'],
]

function conflictAnswers(one: string, systems: readonly string[]): Answers {
  return [
    ['newest', `El cambio posterior, según la hora que cada sistema da al ${one}.`],
    ...systems.map((s) => [s, `El cambio de ${systemTitle(s)}; el otro queda en el historial.`] as const),
    ['ask', 'Una persona decide cada vez.'],
  ]
}

const record = (flow: string) => `registro de ${manyOf(flow)}`

export const questionsEs: typeof questionsEn = {
  one: record,
  aOne: (flow) => `un ${record(flow)}`,
  many: (flow) => `registros de ${manyOf(flow)}`,
  theMaster: 'el maestro',
  theOther: 'el otro sistema',
  another: 'otro sistema',
  systems: systemsOf,
  flow: FLOW,
  typeQuestion: (field, flow) => `¿Qué clase de valor es el campo ${field} de ${manyOf(flow)}?`,
  typeMeans: {
    text: 'Cualquier texto.',
    integer: 'Un número entero.',
    decimal: 'Un número con decimales.',
    money: 'Un importe en una moneda.',
    boolean: 'Sí o no.',
    date: 'Un día, sin hora.',
    instant: 'Un momento en el tiempo.',
    choice: 'Uno de una lista de valores.',
    email: 'Una dirección de correo.',
    phone: 'Un número de teléfono.',
    country: 'Un país.',
    vat: 'Un NIF o número de identificación fiscal.',
    url: 'Una dirección web.',
    binary: 'Bytes, como una imagen.',
    reference: 'Un registro de otro flujo.',
    lines: 'Líneas que pertenecen al registro, como las de un pedido.',
  },
  currency: (field, flow) =>
    asked(`¿En qué moneda están los importes del campo ${field} de ${manyOf(flow)}?`, [
      ['EUR', 'Las tres letras de la moneda.'],
    ]),
  conflict: (field, flow, systems) =>
    asked(
      `Cuando el campo ${field} de un ${record(flow)} cambia en dos sistemas, ¿qué cambio cuenta?`,
      conflictAnswers(record(flow), systems),
    ),
}
