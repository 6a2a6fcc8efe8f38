import type { FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { ConcordatError, type ErrorCode } from '../../model/errors.ts'
import type { Telling } from '../../service/telling.ts'
import { whereOf } from '../../service/where-of.ts'
import type { Language } from '../../model/language.ts'
import { PROBLEMS_ES, TITLES_ES } from './problem-words.ts'
import type { Problem } from './schemas/problem.ts'

const STATUS: Partial<Record<ErrorCode, number>> = {
  'access.signed-out': 401,
  'access.forbidden': 403,
  'access.cross-site': 403,
  'access.throttled': 429,
  'access.wrong-password': 401,
  'access.code-needed': 401,
  'access.wrong-code': 401,
  'access.not-fresh': 403,
  'access.unconfirmed': 409,
  'access.crowded': 503,
  'access.bad-password': 422,
  'access.bad-role': 422,
  'access.bad-link': 410,
  'access.account-exists': 409,
  'access.last-admin': 409,
  'access.unknown': 404,
  'access.provider-refused': 403,
  'access.provider-unreachable': 502,
  'connector.unknown': 404,
  'engine.unknown-flow': 404,
  'engine.unknown-record': 404,
  'engine.unknown-case': 404,
  'engine.unknown-run': 404,
  'engine.unknown-entry': 404,
  'notify.unknown-alert': 404,
  'notify.unknown-channel': 404,
  'contract.unknown-version': 404,
  'contract.undecided': 409,
  'contract.unsigned': 409,
  'contract.changed': 409,
  'contract.not-the-owner': 403,
  'contract.no-reason': 422,
  'contract.invalid': 409,
  'contract.begun': 409,
  'contract.unwritable': 409,
  'engine.busy': 409,
  'engine.paused': 409,
  'engine.not-ready': 409,
  'engine.case-resolved': 409,
  'engine.cases-changed': 409,
  'engine.bad-choice': 422,
  'contract.bad-answer': 422,
  'api.bad-cursor': 422,
  'demo.unknown': 404,
  'demo.bad-value': 422,
  'store.unreachable': 503,
  'store.unwritable': 503,
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be carried out',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not there',
  405: 'Not that way',
  409: 'Not now',
  410: 'Not any more',
  413: 'Too much',
  415: 'Not in that form',
  422: 'Not understood',
  429: 'Too often',
  500: 'The request failed',
  502: 'A system failed',
  503: 'Not for the moment',
}

/** Every error below this server is told as a problem (RFC 9457), with its cure where there is one. */
export function answerProblems(server: FastifyInstance, telling: Telling): void {
  // Not async: what waits for an answer to be sent, for each that is refused, costs more than the answer.
  server.setErrorHandler((error, request, reply) => {
    const { status, retryAfter, ...rest } = problemOf(error)
    if (status >= 500 && !(error instanceof ConcordatError))
      telling.error({ where: whereOf(error) }, 'a request failed')
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
    reply
      .code(status)
      .type('application/problem+json')
      .send(JSON.stringify(problemBody(status, rest, request.language)))
  })
  server.setNotFoundHandler({}, (request, reply) => {
    reply
      .code(404)
      .type('application/problem+json')
      .send(
        JSON.stringify(
          problemBody(
            404,
            { code: 'api.unknown-route', detail: 'There is nothing here.', cure: 'See /api/docs.' },
            request.language,
          ),
        ),
      )
  })
}

interface Told extends Pick<Problem, 'code' | 'detail' | 'cure'> {
  readonly places?: { at: string; message: string }[]
  readonly in?: ConcordatError['in']
}

function problemBody(status: number, told: Told, language: Language): Problem {
  const { code, places } = told
  const titles = language === 'es' ? TITLES_ES : TITLES
  return {
    type: `about:blank#${code}`,
    title: titles[status] ?? titles[status >= 500 ? 500 : 400]!,
    status,
    ...(language === 'es' ? inSpanish(told) : { detail: told.detail, cure: told.cure }),
    code,
    ...(places && { places }),
  }
}

/** Codes without words of their own are those of systems, whose sentences are technical. */
function inSpanish({ code, detail, cure, in: others }: Told): Pick<Problem, 'detail' | 'cure'> {
  const words = PROBLEMS_ES[code as keyof typeof PROBLEMS_ES]
  if (others?.es !== undefined) return { detail: others.es, cure: words?.cure ?? null }
  if (words === undefined) return { detail, cure }
  return {
    detail: words.more ? `${words.detail} Detalle técnico: ${detail}` : words.detail,
    cure: words.cure ?? null,
  }
}

function problemOf(error: unknown): Told & { readonly status: number; readonly retryAfter?: number } {
  if (error instanceof ConcordatError) {
    const status = STATUS[error.code] ?? (error.code.startsWith('connector.') ? 502 : 400)
    const { code, message: detail, cure = null, retryAfter, in: others } = error
    return { status, code, detail, cure, in: others, ...(retryAfter !== undefined && { retryAfter }) }
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = (error as { validationContext?: string }).validationContext ?? 'request'
    return {
      status: 422,
      code: 'api.bad-request',
      detail: `The ${where} is not as this route takes it.`,
      cure: 'See /api/docs.',
      places: error.validation.map(({ instancePath, message }) => ({
        at: `${where}${instancePath}`,
        message: message ?? '',
      })),
    }
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500
  return status >= 500
    ? { status: 500, code: 'bug', detail: 'The request failed; the log says where.', cure: null }
    : { status, code: 'api.bad-request', detail: 'The request was not understood.', cure: 'See /api/docs.' }
}
