import { basename } from 'node:path'
import type { Place, Problem } from '../finding.ts'
import { type Entry, type MapNode, plainPlace } from './node.ts'
import { parseYaml } from './parse-yaml.ts'
import type { SourceFile } from './read-files.ts'
import { contractSchema } from '../schema/schema.ts'

/*
 * One tree from one or more files. In a folder, a file with any setting of a contract (`people`, `systems`, …) is a
 * part of it; any other file is one flow, named like the file (`customers.yaml` → `customers`) .
 */

export interface AssembledContract {
  readonly root: MapNode
  /** Where the contract begins: its main file. */
  readonly place: Place
  readonly problems: readonly Problem[]
  /** False when a file could not be read, so that what is missing may have been there. */
  readonly complete: boolean
}

const TOP = Object.keys(contractSchema.shape)
/** Maps of names; several files may each give some of them. */
const SHARED = new Set(['people', 'systems', 'flows', 'channels'])

/** Parses all files and puts them together; a name that two files give is reported. */
export function assemble(files: readonly SourceFile[]): AssembledContract {
  const problems: Problem[] = []
  const entries = new Map<string, Entry>()
  let main: Place | undefined
  let complete = true
  for (const { name, text } of files) {
    const parsed = parseYaml(name, text)
    problems.push(...parsed.problems)
    const start: Place = { file: name, line: 1, column: 1 }
    if (parsed.root === null) {
      complete = false
      main ??= start
      continue
    }
    const isFlow = files.length > 1 && !TOP.some((key) => parsed.root!.entries.has(key))
    if (parsed.root.entries.has('concordat')) main = plainPlace(parsed.root.place)
    const part = isFlow ? asFlow(name, parsed.root) : parsed.root
    for (const [key, entry] of part.entries) add(entries, key, entry, problems)
  }
  const place = main ?? { file: files[0]?.name ?? '', line: 1, column: 1 }
  return { root: { kind: 'map', place, entries }, place, problems, complete }
}

function asFlow(file: string, flow: MapNode): MapNode {
  const name = basename(file).replace(/\.ya?ml$/i, '')
  const { place } = flow
  const flows: MapNode = { kind: 'map', place, entries: new Map([[name, { place, value: flow }]]) }
  return { kind: 'map', place, entries: new Map([['flows', { place, value: flows }]]) }
}

function add(into: Map<string, Entry>, key: string, entry: Entry, problems: Problem[]): void {
  const first = into.get(key)
  if (first === undefined) {
    const { value } = entry
    into.set(
      key,
      value.kind === 'map' && SHARED.has(key)
        ? { place: entry.place, value: { ...value, entries: new Map(value.entries) } }
        : entry,
    )
    return
  }
  if (SHARED.has(key) && first.value.kind === 'map' && entry.value.kind === 'map') {
    for (const [name, inner] of entry.value.entries) {
      const twin = first.value.entries.get(name)
      if (twin === undefined) first.value.entries.set(name, inner)
      else duplicate(name, inner, twin, problems)
    }
    return
  }
  duplicate(key, entry, first, problems)
}

function duplicate(name: string, entry: Entry, first: Entry, problems: Problem[]): void {
  problems.push({
    ...plainPlace(entry.place),
    code: 'duplicate-key',
    severity: 'error',
    message: `\`${name}\` is given twice; the first one is in ${first.place.file}, line ${first.place.line}.`,
    cure: 'Keep one of the two.',
  })
}
