import { ConcordatError, type ErrorCode } from '../../model/errors.ts'
import type { Raw } from '../../model/value.ts'
import type { Answered, RestApi } from './rest-api.ts'

/*
 * Refusals of a system as errors of ours. A message of the system is passed on only where the description says where it
 * stands, and without what was sent, what stands in quotes, addresses and numbers: those are somebody's data.
 */

const CODES: Partial<Record<Answered['is'], ErrorCode>> = {
  exists: 'connector.duplicate-key',
  'missing reference': 'connector.broken-reference',
  'not allowed': 'connector.forbidden',
}

/** The refusal of one record. `sent`: values that must not be repeated. */
export function refusalOf(api: RestApi, object: string, answered: Answered, sent: readonly Raw[]): ConcordatError {
  const { field, message } = api.saidIn(answered)
  const where = field === null ? '' : ` because of ${withoutValues(field, sent)}`
  const why = message === null ? '' : `: ${withoutValues(message, sent)}`
  const what = {
    exists: `${api.description.product} says that there is such a record of ${object} already`,
    'missing reference': `${api.description.product} refused a record of ${object} that refers to what is not there`,
    'not allowed': `${api.description.product} does not let these credentials write ${object}`,
    gone: `${api.description.product} has no place for records of ${object} where the description sends them`,
  }
  const words =
    answered.is in what
      ? what[answered.is as keyof typeof what]
      : `${api.description.product} refused a record of ${object}`
  return new ConcordatError(
    CODES[answered.is] ?? 'connector.rejected-value',
    `${words}${where}${why === '' ? ` (${answered.answer.status}).` : `${why} (${answered.answer.status}).`}`,
    {
      cure:
        answered.is === 'not allowed'
          ? 'Give the user of the system the right to do this.'
          : 'Correct the record, or the description where it is at fault.',
    },
  )
}

/** The failure of a call as a whole that was answered. */
export function callRefused(api: RestApi, object: string, { is, answer }: Answered): ConcordatError {
  const { product } = api.description
  if (is === 'not allowed')
    return new ConcordatError('connector.forbidden', `${product} does not let these credentials read ${object}.`, {
      cure: 'Give the user of the system the right to read it.',
    })
  if (is === 'gone')
    return new ConcordatError('connector.no-such-object', `${product} has nothing where ${object} should be (404).`, {
      cure: 'Correct the path in the description, or the `url` of the system.',
    })
  return new ConcordatError('connector.failed', `${product} refused to show ${object} (${answer.status}).`, {
    retry: 'later',
    cure: 'See whether the parameters in the description are those of its API.',
  })
}

function withoutValues(text: string, sent: readonly Raw[]): string {
  let told = text.slice(0, 300)
  for (const value of sent.filter((one): one is string => one !== null && one.length >= 2))
    told = told.replaceAll(value.slice(0, 200), '…')
  return told
    .replaceAll(/"[^"]*"|'[^']*'|«[^»]*»|“[^”]*”|`[^`]*`/g, '…')
    .replaceAll(/[^\s@]+@[^\s@]+/g, '…')
    .replaceAll(/\d{3,}/g, '…')
    .replace(/[.\s]+$/, '')
}
