import { ConcordatError } from '../model/errors.ts'
import type { Connector } from './port.ts'

/** The connector, whose errors say which system they came from: who decides what to do about one does not read its words. */
export function named(system: string, connector: Connector): Connector {
  return tagging(connector, (error) => {
    // What was asked of the store while a write was in place failed in the store.
    if (error instanceof ConcordatError && !/^(store|engine)\./.test(error.code)) error.system ??= system
    return error
  })
}

type Tag = (error: unknown) => unknown

/** The same object, of which every call that fails hands its error to `tag` first; what it opens is treated alike. */
function tagging<T extends object>(target: T, tag: Tag): T {
  const wrapped = new Map<PropertyKey, unknown>()
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object)
      if (typeof value !== 'function') return value
      let method = wrapped.get(key)
      if (method === undefined) {
        method = (...args: unknown[]): unknown => {
          const answer: unknown = (value as (...a: unknown[]) => unknown).apply(object, args)
          if (answer instanceof Promise)
            return answer.then(
              (result: unknown) => (key === 'open' || key === 'feed' ? tagging(result as object, tag) : result),
              (error: unknown) => {
                throw tag(error)
              },
            )
          return isIterable(answer) ? taggingPages(answer, tag) : answer
        }
        wrapped.set(key, method)
      }
      return method
    },
  })
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

async function* taggingPages(pages: AsyncIterable<unknown>, tag: Tag): AsyncIterable<unknown> {
  try {
    yield* pages
  } catch (error) {
    throw tag(error)
  }
}
