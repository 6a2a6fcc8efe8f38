/** A browser as the API sees one: keeps its cookies, and sends what the pages would send. */
import { expect } from 'vitest'

import type { SessionInfo } from '../../src/api/v1/schemas/access.ts'

export interface Browser {
  /** Asks below `/api/v1`. */
  ask(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** The body of an answer that must be good. */
  must<T>(method: string, path: string, body?: object): Promise<T>
  session(): Promise<SessionInfo>
  signIn(email: string, password: string): Promise<Response>
  readonly cookies: Map<string, string>
}

export function browserAt(url: string): Browser {
  const cookies = new Map<string, string>()
  let csrf: string | null = null
  const ask: Browser['ask'] = async (method, path, body, headers = {}) => {
    const answer = await fetch(path.startsWith('http') ? path : `${url}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'sec-fetch-site': 'same-origin',
        ...(body && { 'content-type': 'application/json' }),
        ...(csrf !== null && { 'x-csrf-token': csrf }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (value === '') cookies.delete(name!)
      else cookies.set(name!, value!)
    }
    return answer
  }
  const session = async (): Promise<SessionInfo> => {
    const info = (await (await ask('GET', '/session')).json()) as SessionInfo
    csrf = info.csrf
    return info
  }
  return {
    cookies,
    ask,
    session,
    async must<T>(method: string, path: string, body?: object) {
      const answer = await ask(method, path, body)
      const text = await answer.text()
      expect(answer.status, text).toBe(200)
      return JSON.parse(text) as T
    },
    async signIn(email, password) {
      const answer = await ask('POST', '/sign-in', { email, password })
      await session()
      return answer
    },
  }
}

/** The code of a problem that was answered. */
export const codeOf = async (answer: Response): Promise<string> => ((await answer.json()) as { code: string }).code

/** The code of what the sign-in page is told when a provider's way ended there. */
export const sentBack = (answer: Response): string => {
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in'])
  const told = answer.headers.getSetCookie().find((line) => line.startsWith('concordat_refused='))!
  return (JSON.parse(decodeURIComponent(/=([^;]*)/.exec(told)![1]!)) as { code: string }).code
}
