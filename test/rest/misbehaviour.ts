import { ExactJsonNumber, isJsonObject, type Json, type JsonObject } from '../../src/connector-kit/http/exact-json.ts'
import type { Quirk } from '../../src/model/passport.ts'
import type { Asked, RestServer, Shown } from '../harness/rest-server.ts'
import { type MeasuredSystem, touchingOrders } from './measured-system.ts'

/* The ways in which the server of the suite can misbehave, each seen in some system, and what the passport calls it. */

export interface Misbehaviour {
  readonly way: string
  readonly quirk: Quirk
  readonly object: 'parties' | 'orders' | null
  /** Fields or lines that must be named. */
  readonly at?: readonly string[]
  /** Changes the description so that it promises what is not so. */
  readonly adapt?: (description: string) => string
  /** How many parties of other people there are; 12 unless given. */
  readonly parties?: number
  readonly begin: (system: MeasuredSystem) => void
}

export const isList = ({ method, path }: Asked): boolean => method === 'GET' && !path.includes('/') && path !== 'me'
export const isOne = ({ method, path }: Asked): boolean => method === 'GET' && path.includes('/')

/** Changes each record that an answer shows. */
export function eachRecord(answer: Shown, change: (record: JsonObject) => JsonObject): Shown {
  if (!isJsonObject(answer.body) || answer.status >= 300) return answer
  const { data } = answer.body
  const of = (json: Json | undefined): Json =>
    Array.isArray(json) ? json.map((one) => of(one as Json)) : isJsonObject(json) ? change(json) : (json ?? null)
  return { ...answer, body: { ...answer.body, data: of(data) } }
}

/** Takes parameters of listings for others. */
export const query = (system: MeasuredSystem, change: (asked: URLSearchParams) => void): void => {
  system.server.fault = (asked) => {
    if (isList(asked)) change(asked.query)
    return null
  }
}

export const taking = (system: MeasuredSystem, change: (data: JsonObject, asked: Asked) => JsonObject): void => {
  system.server.take = (asked, data) => change(touchingOrders(asked, data), asked)
}
export const showing = (system: MeasuredSystem, show: RestServer['show']): void => {
  system.server.show = show
}
export const shifted = (text: string | null, ms: number): string =>
  new Date(Date.parse(text ?? '') + ms).toISOString().replace('Z', '000Z')
export const HOUR = 3_600_000
export const textOf = (json: Json | undefined): string => (typeof json === 'string' ? json : '')
export const changedText =
  (change: (text: string) => string) =>
  (data: JsonObject): JsonObject =>
    typeof data['name'] === 'string' ? { ...data, name: change(data['name']) } : data
export const decimal = (data: JsonObject, change: (text: string) => string): JsonObject =>
  data['credit'] instanceof ExactJsonNumber
    ? { ...data, credit: new ExactJsonNumber(change(data['credit'].text)) }
    : data

export const without = (record: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
