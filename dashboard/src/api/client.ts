/*
 * Requests to the server. What the server refuses comes as a `Problem`: a sentence and, where there is one, a cure.
 */

import { language } from '../words/words.ts'
import type { AnswerOf, BodyOf, Call, Operation, Query } from './call.ts'

const BASE = '/api/v1'

let csrf: string | null = null
/** What proves to the server that a change comes from its own pages. */
export const keepCsrf = (token: string | null): void => {
  csrf = token
}

let prover: (() => Promise<boolean>) | null = null
/** What asks the person to prove once more who they are; answers whether they did. */
export const keepProver = (ask: (() => Promise<boolean>) | null): void => {
  prover = ask
}

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly cure: string | null

  constructor(status: number, code: string, message: string, cure: string | null) {
    super(message)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.cure = cure
  }
}

/** The part of an address after `?`, with what is empty left out; empty when nothing is left. */
export function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}

/** Where a file of the API can be fetched by the browser itself. */
export const addressOf = ({ path, query }: Call<Operation>): string => `${BASE}${path}${queryText(query)}`

/** What the server answers, after a fresh proof of who one is where it wants that; throws a `Problem`. */
export async function request<Op extends Operation>(
  asked: Call<Op>,
  given: { readonly body?: BodyOf<Op>; readonly signal?: AbortSignal } = {},
): Promise<AnswerOf<Op>> {
  try {
    return await send(asked, given)
  } catch (error) {
    const wantsProof = error instanceof Problem && error.code === 'access.not-fresh' && prover !== null
    if (!wantsProof || !(await prover!())) throw error
    return send(asked, given)
  }
}

async function send<Op extends Operation>(
  asked: Call<Op>,
  { body, signal }: { readonly body?: BodyOf<Op>; readonly signal?: AbortSignal } = {},
): Promise<AnswerOf<Op>> {
  const { method } = asked
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language }
  const carries = body !== undefined && method !== 'GET' && method !== 'DELETE'
  if (carries) headers['content-type'] = 'application/json'
  if (method !== 'GET' && csrf !== null) headers['x-csrf-token'] = csrf
  let response: Response
  try {
    response = await fetch(addressOf(asked), {
      method,
      headers,
      credentials: 'same-origin',
      ...(carries && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new Problem(0, 'unreachable', '', null)
  }
  if (!response.ok) throw await problemOf(response)
  const text = await response.text()
  return (text === '' ? null : JSON.parse(text)) as AnswerOf<Op>
}

async function problemOf(response: Response): Promise<Problem> {
  const told = (await response.json().catch(() => ({}))) as {
    detail?: string
    title?: string
    code?: string
    cure?: string
  }
  return new Problem(response.status, told.code ?? 'unknown', told.detail ?? told.title ?? '', told.cure ?? null)
}
