import type { Operations } from './operations.ts'

/*
 * Calls of the API, typed by its OpenAPI document: a path, parameter, body or answer that the server does not know does not
 * compile.
 */

export type Operation = keyof Operations
export type AnswerOf<Op extends Operation> = Operations[Op]['answer']
export type BodyOf<Op extends Operation> = Unchanged<Operations[Op]['body']>
/** What is empty is left out of the address. */
export type QueryOf<Op extends Operation> = Loose<Operations[Op]['query']>

/** What may be absent may be empty. */
type Absent<T> = undefined extends T ? null | '' : never
type Loose<T> = {
  readonly [K in keyof T]: Extract<T[K], number> extends never ? T[K] | Absent<T[K]> : T[K] | Absent<T[K]> | string
}
type Unchanged<T> = T extends object ? { readonly [K in keyof T]: Unchanged<T[K]> } : T
/** The numbers of an address are text. */
type Textual<T> = { readonly [K in keyof T]: T[K] extends number ? number | string : T[K] }
type Part<Name extends string, T> = object extends T ? { readonly [N in Name]?: T } : { readonly [N in Name]: T }
type Parameters<Op extends Operation> = Part<'path', Textual<Operations[Op]['path']>> & Part<'query', QueryOf<Op>>

/** An operation with its parameters filled in. */
export interface Call<Op extends Operation> {
  readonly operation: Op
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`. */
  readonly path: string
  readonly query: Query
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

export function call<Op extends Operation>(
  operation: Op,
  ...[given]: object extends Parameters<Op> ? [Parameters<Op>?] : [Parameters<Op>]
): Call<Op> {
  const [method, template] = operation.split(' ') as [Call<Op>['method'], string]
  const { path = {}, query = {} } = (given ?? {}) as { path?: Record<string, unknown>; query?: Query }
  return {
    operation,
    method,
    path: template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name]))),
    query,
  }
}
