import { expect, test } from 'vitest'
import { type StatusFacts, statusOf, whyPaused } from './condition.ts'

const good: StatusFacts = {
  paused: null,
  run: { status: 'done', message: null },
  failure: null,
  stopped: null,
  late: null,
  openCases: 0,
  unsigned: null,
}
const status = (over: Partial<StatusFacts>) => statusOf({ ...good, ...over }).status

test('each of the six words has its facts, and the first that is true counts', () => {
  expect(status({})).toBe('On time')
  expect(status({ run: null })).toBe('Never run')
  expect(status({ run: null, late: 'No run yet.' })).toBe('Late')
  expect(status({ openCases: 2 })).toBe('Needs you')
  expect(status({ openCases: 2, late: 'A change waits.' })).toBe('Late')
  expect(status({ late: 'A change waits.', stopped: { asked: false } })).toBe('Needs you')
  expect(status({ late: 'A change waits.', failure: 'No answer.' })).toBe('Failing')
  expect(status({ failure: 'No answer.', paused: { by: 'Ana', since: 0, reason: null } })).toBe('Paused')
})

test('a run that is under way hides neither a failure nor lateness', () => {
  const run = { status: 'running' as const, message: null }
  expect(statusOf({ ...good, run })).toEqual({ status: 'On time', why: 'A run is under way.' })
  expect(status({ run, failure: 'No answer.' })).toBe('Failing')
  expect(status({ run, late: 'A change waits.' })).toBe('Late')
})

test('who paused a flow is said, and why', () => {
  expect(statusOf({ ...good, paused: { by: 'Ana', since: 0, reason: 'stocktaking' } }).why).toBe(
    'Ana paused it: stocktaking',
  )
})

test('rules that nobody has signed are what a person has to look at first', () => {
  const unsigned = 'Ana has to sign.'
  expect(statusOf({ ...good, run: null, unsigned })).toEqual({ status: 'Needs you', why: unsigned })
  expect(status({ failure: 'It broke.', unsigned })).toBe('Needs you')
  expect(status({ paused: { by: 'Ana', since: 0, reason: null }, unsigned })).toBe('Paused')
})

test('in Spanish the same facts have the same word and Spanish reasons', () => {
  const pause = { by: 'Ana', since: 0, reason: 'inventario' }
  const told: [Partial<StatusFacts>, string][] = [
    [{ paused: pause }, 'Ana lo puso en pausa: inventario'],
    [{ paused: { ...pause, by: null, reason: null } }, 'Concordat lo puso en pausa.'],
    [
      { paused: { ...pause, by: null, reason: 'No answer.', reasonIn: { es: 'Sin respuesta.' } } },
      'Concordat lo puso en pausa: Sin respuesta.',
    ],
    [{ run: null }, 'Aún no se ha ejecutado.'],
    [
      { stopped: { asked: false }, run: { status: 'stopped', message: '9 records would change.' } },
      'Un límite del contrato detuvo la última ejecución, y un caso espera una decisión.',
    ],
    [{ stopped: { asked: true } }, 'Se pidió que la última ejecución parara; la siguiente continúa donde quedó.'],
    [{ openCases: 1 }, '1 caso espera una decisión.'],
    [{ openCases: 2 }, '2 casos esperan una decisión.'],
    [{ run: { status: 'running', message: null } }, 'Hay una ejecución en marcha.'],
    [{}, 'La última ejecución terminó bien.'],
    [{ realTime: true }, 'La última ejecución terminó bien; los cambios posteriores se trasladan según llegan.'],
  ]
  for (const [facts, why] of told) {
    const english = statusOf({ ...good, ...facts })
    expect(statusOf({ ...good, ...facts }, 'es')).toEqual({ status: english.status, why })
    expect(english.why).not.toBe(why)
  }
  expect(whyPaused('Ana', '', 'es')).toBe('Ana lo puso en pausa.')
  expect(whyPaused(null, 'No answer.', 'es')).toBe('Concordat lo puso en pausa: No answer.')
  expect(whyPaused(null, 'No answer.', 'en')).toBe('No answer.')
})
