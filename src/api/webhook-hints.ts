import type { Flow } from '../contract/contract.ts'
import type { Hint } from '../service/store-facts.ts'

/** Where in a message stand the object and the ids that it is about; absent: the usual places. */
export interface HintPaths {
  readonly object?: string | undefined
  readonly id?: string | undefined
}

const OBJECT_PATHS = ['object', 'table', 'data.object', 'data.table', 'type']
const ID_PATHS = ['ids', 'id', 'data.ids', 'data.id', 'data.object.id', 'record.id']
const MOST_IDS = 1_000

/**
 * Reads a message of a system as hints: which records of which flows to look at. What it says of their content is not
 * read. A message that does not say which record it is about is a hint for the whole flow; one that does not say which
 * object, for every flow of the system.
 */
export function webhookHints(
  body: Buffer,
  message: string | null,
  system: string,
  flows: readonly Flow[],
  paths: HintPaths,
): Hint[] {
  const content = parse(body)
  const named = textAt(content, paths.object === undefined ? OBJECT_PATHS : [paths.object])
  const fitting = named.length === 0 ? [] : flows.filter((flow) => named.some((name) => means(flow, system, name)))
  const about = fitting.length > 0 ? fitting : paths.object === undefined ? flows : []
  // An id without an object it belongs to would be looked up in the wrong place.
  const ids =
    fitting.length > 0 || flows.length === 1 ? idsAt(content, paths.id === undefined ? ID_PATHS : [paths.id]) : []
  const remoteIds: readonly (string | null)[] = ids.length === 0 || ids.length > MOST_IDS ? [null] : ids
  return about.flatMap((flow) => remoteIds.map((remoteId) => ({ flow: flow.name, system, remoteId, message })))
}

/** `customers`, `public.customers` and `customers.updated` all mean the object customers. */
function means(flow: Flow, system: string, name: string): boolean {
  const object = flow.records[system]?.object.toLowerCase()
  if (object === undefined) return false
  const bare = object.slice(object.lastIndexOf('.') + 1)
  const said = name.toLowerCase()
  return said === object || said === bare || said.startsWith(`${object}.`) || said.startsWith(`${bare}.`)
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return null
  }
}

function at(content: unknown, path: string): unknown {
  let value = content
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

const textAt = (content: unknown, paths: readonly string[]): string[] =>
  paths.flatMap((path) => {
    const value = at(content, path)
    return typeof value === 'string' && value.length <= 200 ? [value] : []
  })

function idsAt(content: unknown, paths: readonly string[]): string[] {
  for (const path of paths) {
    const value = at(content, path)
    const ids = (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((id) =>
      (typeof id === 'string' && id !== '' && id.length <= 200) || (typeof id === 'number' && Number.isFinite(id))
        ? [String(id)]
        : [],
    )
    if (ids.length > 0) return [...new Set(ids)]
  }
  return []
}
