import { ConcordatError } from '../../model/errors.ts'

const TIMEOUT_MS = 15_000
/** More of an answer than this nobody reads. */
const MOST_CHARACTERS = 2_000

export interface Posted {
  readonly status: number
  readonly body: string
}

/**
 * Posts a JSON body and answers what came back when it was a success. `who` names the other side in errors; its address
 * does not appear in them, for it may be a secret.
 */
export async function postJson(
  who: string,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Posted> {
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      method: 'POST',
      // A redirect would take the message, and its signature, to somebody else.
      redirect: 'manual',
      headers: { 'content-type': 'application/json', 'user-agent': 'Concordat', ...headers },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    text = await beginningOf(response)
  } catch (cause) {
    throw new ConcordatError('notify.undelivered', `${who} does not answer (${reasonOf(cause)}).`, { retry: 'later' })
  }
  const { status } = response
  if (status >= 200 && status < 300) return { status, body: text }
  const passing = status === 408 || status === 425 || status === 429 || status >= 500
  const retryAfter = retryAfterSeconds(response.headers.get('retry-after'))
  throw new ConcordatError('notify.undelivered', `${who} answered ${status}${wordOf(text)}.`, {
    retry: passing ? 'later' : 'never',
    ...(retryAfter !== null && { retryAfter }),
  })
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  while (text.length < MOST_CHARACTERS) {
    const part = await reader.read()
    if (part.done) return text
    text += decoder.decode(part.value as Uint8Array, { stream: true })
  }
  await reader.cancel()
  return text.slice(0, MOST_CHARACTERS)
}

/** Some answer with one word that says what is wrong; anything longer may repeat what we sent. */
const wordOf = (text: string): string => (/^[a-z_]{2,60}$/.test(text.trim()) ? `: ${text.trim()}` : '')

/** `Retry-After` in seconds or as a date; null without one that can be read. */
function retryAfterSeconds(header: string | null): number | null {
  if (header === null) return null
  const seconds = /^\d{1,6}$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** The system's name for what went wrong, such as `ECONNREFUSED`. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const { code, name } = inner as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : name === 'TimeoutError' ? 'no answer in time' : 'no connection'
}
