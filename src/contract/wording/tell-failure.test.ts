import { expect, test } from 'vitest'
import { es } from './failures-es.ts'
import { failureWords, tellFailure } from './tell-failure.ts'

test('a failure is told in English as the system told it, and in Spanish by its kind, with that as the detail', () => {
  const failure = { code: 'connector.unreachable', system: 'erp', message: 'erp:5432 does not answer.' }
  expect(tellFailure(failure, 'en')).toBe('erp:5432 does not answer.')
  expect(tellFailure(failure, 'es')).toBe('No se puede llegar a ERP. Detalle técnico: erp:5432 does not answer.')
  expect(tellFailure({ ...failure, message: null }, 'es')).toBe('No se puede llegar a ERP.')
  expect(tellFailure({ ...failure, system: null, message: null }, 'es')).toBe('No se puede llegar a un sistema.')
})

test('where the kind is not known the detail is given all the same, and nothing where there is nothing', () => {
  const odd = { code: 'engine.lease-lost', system: null, message: 'The time was over.' }
  expect(tellFailure(odd, 'es')).toBe('Algo falló. Detalle técnico: The time was over.')
  expect(tellFailure({ ...odd, code: null, message: 'A bug ended the run.' }, 'es')).toMatch(/^Algo inesperado/)
  expect(tellFailure({ code: null, system: null, message: null }, 'es')).toBeNull()
  expect(tellFailure({ code: null, system: null, message: null }, 'en')).toBeNull()
})

test('every kind names the system, save a bug of ours', () => {
  for (const code of Object.keys(es)) {
    const { what } = failureWords(code, 'shop')!
    expect(what, code).toMatch(code === 'bug' ? /Concordat/ : /Shop/)
    expect(what, code).toMatch(/\.$/)
  }
})
