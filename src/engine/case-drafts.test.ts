import { describe, expect, test } from 'vitest'

import type { Flow } from '../contract/contract.ts'
import { inEach } from '../model/language.ts'
import { NAMELESS } from '../model/title.ts'
import { caseIn, type CaseDraft } from '../store/cases/cases.ts'
import {
  ambiguousCase,
  breakerCase,
  counterpartCase,
  deletionCase,
  fieldCase,
  heldCase,
  massDeletionCase,
  oscillationCase,
  unmatchedCase,
} from './case-drafts.ts'
import { quarantineCase, waitingCase } from './write-cases.ts'

const both = {
  name: 'clientes',
  systems: ['erp', 'crm', 'tienda'],
  direction: 'both',
  fields: [{ name: 'nombre', spec: { type: 'text' } }],
} as unknown as Flow
const oneWay = { ...both, systems: ['erp', 'crm'], direction: { from: 'erp', to: 'crm' } } as unknown as Flow
const about = { recordId: '7', sideId: 1, remoteId: '17', title: 'Acme' }
const values = { golden: 'a', erp: 'b', crm: 'c' }
const free = { record: '8', title: 'Acme SA', where: 'crm 3', taken: false }
const taken = { ...free, taken: true }
const error = inEach(() => 'X')

const drafts = (flow: Flow): CaseDraft[] => [
  ...(['existing', undefined] as const).flatMap((cause) =>
    (['conflict', 'outside edit'] as const).map((kind) =>
      fieldCase(flow, { field: 'nombre', kind, cause, values } as Parameters<typeof fieldCase>[1], about),
    ),
  ),
  ...(['invalid_value', 'required_value', 'missing_reference'] as const).map((cause) =>
    heldCase('erp', cause, error, about),
  ),
  ...(['existing_unmatched', 'created_outside_master', 'older_than'] as const).map((cause) =>
    unmatchedCase(flow, 'erp', cause, about, values),
  ),
  counterpartCase(flow, 'erp', free, about),
  ...[[free], [free, free], [taken]].map((candidates) => ambiguousCase(flow, 'erp', candidates, about)),
  // The system that the flow may not write to.
  ambiguousCase(flow, 'crm', [free], about),
  deletionCase(flow, 'erp', true, about),
  deletionCase(flow, 'crm', false, about),
  quarantineCase('erp', error, about),
  quarantineCase('erp', error, about, { isDeletion: true, decidedBy: '12' }),
  quarantineCase('erp', error, about, { deletable: ['crm'] }),
  waitingCase('erp', 'grupos 3', about),
  waitingCase('erp', 'grupos «Norte»', about, { isGone: true, deletable: ['crm', 'tienda'] }),
  breakerCase(flow, 1, 0, { erp: 1 }),
  breakerCase(flow, 30, 10, { erp: 20, crm: 5 }, 5),
  breakerCase(flow, 30, 10, { erp: 29 }, 1),
  massDeletionCase(flow, 1, 0, { erp: 1 }),
  massDeletionCase(flow, 30, 10, { erp: 20, crm: 10 }),
  oscillationCase(flow, 'nombre', values, about),
]

const ENGLISH =
  /\b(the|is|does|it|of|in|and|or|to|was|were|that|which|has|have|leave|use|keep|create|delete|system|record|value|contract|run)\b/i

describe.each([
  ['both ways', both],
  ['one way', oneWay],
])('%s', (_, flow) => {
  test.each(drafts(flow).map((draft) => [draft.detail.sentence, draft] as const))('%s', (_sentence, { detail }) => {
    const english = caseIn(detail, 'en')
    const spanish = caseIn(detail, 'es')
    expect(english).toEqual({ sentence: detail.sentence, choices: detail.choices })
    expect(spanish.choices.map(({ choice }) => choice)).toEqual(detail.choices.map(({ choice }) => choice))
    const told = [spanish.sentence, ...spanish.choices.map(({ means }) => means)]
    for (const [i, text] of [english.sentence, ...english.choices.map(({ means }) => means)].entries()) {
      expect(told[i]).not.toBe(text)
      expect(told[i]).not.toMatch(ENGLISH)
      expect(text).toMatch(ENGLISH)
    }
  })
})

test('one and many are told apart, and a record without a name has none in Spanish either', () => {
  const spanish = (draft: CaseDraft) => caseIn(draft.detail, 'es').sentence
  expect(spanish(breakerCase(both, 1, 0, { erp: 1 }))).toBe(
    'Cambiaría 1 registro de clientes (1 en erp), por encima del máximo de 0 que el contrato deja pasar de una vez. No se escribió nada.',
  )
  expect(spanish(breakerCase(both, 30, 10, { erp: 25 }, 5))).toBe(
    'Cambiarían 30 registros de clientes (25 en erp, 5 acaban de cambiar), por encima del máximo de 10 que el contrato deja pasar de una vez. No se escribió nada más.',
  )
  expect(spanish(counterpartCase(both, 'erp', { ...free, title: NAMELESS }, { ...about, title: NAMELESS }))).toBe(
    '“(sin nombre)” de erp corresponde a “(sin nombre)” (crm 3), que está retenido. Se unirán en cuanto se corrija.',
  )
})

test('a case of before has English only and is told in it', () => {
  const { in: _, ...before } = breakerCase(both, 1, 0, { erp: 1 }).detail
  expect(caseIn(before, 'es')).toEqual({ sentence: before.sentence, choices: before.choices })
})
