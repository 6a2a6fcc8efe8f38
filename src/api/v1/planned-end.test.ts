import { expect, test } from 'vitest'
import { plannedEnd } from './planned-end.ts'

test('why a planned run would end is told in the language of the reader', () => {
  const stopped = { message: 'More records are gone than the contract accepts at once; see the case.' }
  expect(plannedEnd(stopped, 'en')).toBe(stopped.message)
  expect(plannedEnd(stopped, 'es')).toBe('La ejecución se detendría sin terminar, y un caso esperaría una decisión.')
  const failed = { message: 'connect ECONNREFUSED', failure: { code: 'connector.unreachable' } } as const
  expect(plannedEnd(failed, 'es')).toMatch(/^No se puede llegar a un sistema\. .*ECONNREFUSED$/)
  expect([plannedEnd({}, 'en'), plannedEnd({}, 'es')]).toEqual([null, null])
})
