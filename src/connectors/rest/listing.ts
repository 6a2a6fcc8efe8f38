import LinkHeader from 'http-link-header'
import { ExactJsonNumber, type Json, jsonAt } from '../../connector-kit/http/exact-json.ts'
import type { HttpAnswer } from '../../connector-kit/http/http-client.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { RestObjectDescription } from '../../model/rest-description.ts'
import { templateNames } from '../../model/template.ts'
import { callRefused } from './refusals.ts'
import type { Answered, CallDetails, RestApi } from './rest-api.ts'

/*
 * Listings, page by page. A listing ends with a page that is empty or that names no next one; a page that is merely short is
 * no end, since systems cut pages shorter than they were asked for.
 */

export interface ListQuestion {
  readonly params?: Readonly<Record<string, string>>
  readonly places?: Readonly<Record<string, string>>
  /** Records after this id; only where pages go by ids. */
  readonly after?: string
}

export interface ListPage {
  readonly records: readonly Json[]
  readonly total: number | null
}

/** The pages of a listing. `idOf`: the id of a record as text. */
export async function* listPages(
  api: RestApi,
  object: RestObjectDescription,
  question: ListQuestion,
  idOf: (record: Json) => string | null,
): AsyncGenerator<ListPage> {
  const { list } = object
  const { paging } = list
  const size = list.size === undefined ? {} : { [list.size.param]: String(list.size.most) }
  let step: CallDetails = firstPage(paging, question)
  let listed = 0
  let before: string | null = null
  for (let page = 1; ; page++) {
    const answered = await api.call('list', list, {
      ...step,
      params: { ...size, ...question.params, ...step.params },
      places: { ...question.places, ...step.places },
    })
    const records = recordsIn(api, object, answered)
    if (records.length === 0) return
    const shows = JSON.stringify([idOf(records[0]!), idOf(records.at(-1)!), records.length])
    if (shows === before) throw doesNotMove(api, object)
    before = shows
    listed += records.length
    const total = list.total === undefined ? null : numberAt(answered.answer.body, list.total)
    yield { records, total }
    if (list.atMost !== undefined && listed >= list.atMost && paging.by !== 'keyset')
      throw cutOff(api, object, list.atMost)
    const next = nextPage(paging, answered, { page, listed, last: idOf(records.at(-1)!) })
    if (next === null) return
    step = next
  }
}

type Paging = RestObjectDescription['list']['paging']

/** How the first page of a listing is asked for. */
export function firstPage(paging: Paging, { after }: ListQuestion): CallDetails {
  switch (paging.by) {
    case 'page':
      return { params: { [paging.param]: String(paging.first) } }
    case 'offset':
      return { params: { [paging.param]: '0' } }
    case 'keyset':
      return after === undefined
        ? {
            params: Object.fromEntries(
              Object.entries(paging.params).filter(([, text]) => !templateNames(text).includes('last')),
            ),
          }
        : { params: paging.params, places: { last: after } }
    default:
      return {}
  }
}

/** How the page after one is asked for; null: there is none. */
export function nextPage(
  paging: Paging,
  { answer }: Pick<Answered, 'answer'>,
  { page, listed, last }: { readonly page: number; readonly listed: number; readonly last: string | null },
): CallDetails | null {
  switch (paging.by) {
    case 'none':
      return null
    case 'page':
      return { params: { [paging.param]: String(paging.first + page) } }
    case 'offset':
      return { params: { [paging.param]: String(listed) } }
    case 'cursor': {
      const found = jsonAt(answer.body, paging.at)
      const cursor = found instanceof ExactJsonNumber ? found.text : found
      return typeof cursor === 'string' && cursor !== '' ? { params: { [paging.param]: cursor } } : null
    }
    case 'link': {
      const address = paging.at === undefined ? linkedNext(answer.headers['link']) : jsonAt(answer.body, paging.at)
      return typeof address === 'string' && address !== '' ? { address } : null
    }
    case 'keyset':
      return last === null ? null : { params: paging.params, places: { last } }
  }
}

function linkedNext(header: string | undefined): string | null {
  if (header === undefined) return null
  try {
    return LinkHeader.parse(header).rel('next')[0]?.uri ?? null
  } catch {
    return null
  }
}

function recordsIn(api: RestApi, object: RestObjectDescription, answered: Answered): readonly Json[] {
  const { list } = object
  if (answered.is === 'gone' && list.emptyIs404) return []
  if (answered.is !== 'ok') throw callRefused(api, object.name, answered)
  const found = recordsOf(list, answered.answer)
  if (found !== null) return found
  throw new ConcordatError(
    'connector.failed',
    `${api.description.product} shows no list of ${object.name} where the description says it is.`,
    { cure: 'Correct `records` of `list` in the description.' },
  )
}

/** The list in an answer; null where it is not where the description says. */
export function recordsOf(list: RestObjectDescription['list'], { status, body }: HttpAnswer): readonly Json[] | null {
  if (status === 204) return []
  const found = jsonAt(body, list.records)
  return Array.isArray(found) ? (found as readonly Json[]) : null
}

function numberAt(body: Json, path: readonly string[]): number | null {
  const found = jsonAt(body, path)
  return found instanceof ExactJsonNumber && /^\d{1,15}$/.test(found.text) ? Number(found.text) : null
}

const doesNotMove = (api: RestApi, object: RestObjectDescription) =>
  new ConcordatError(
    'connector.failed',
    `${api.description.product} shows the same page of ${object.name} again, whichever is asked for.`,
    { cure: 'Correct `paging` in the description: its parameter seems to be ignored.' },
  )

const cutOff = (api: RestApi, object: RestObjectDescription, most: number) =>
  new ConcordatError(
    'connector.failed',
    `${api.description.product} shows no more than ${most} records of ${object.name} in one listing, and there may be more.`,
    { cure: 'Use `paging: { by: keyset, … }`, which has no such end, or a filter in `params`.' },
  )
