import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, parse, parseDocument, type Pair, type YAMLMap } from 'yaml'
import { ConcordatError } from '../../model/errors.ts'
import type { SourceFile } from './read-files.ts'

/*
 * Writes the answer to an open question into a contract file by changing as little of its text as possible: comments,
 * blank lines and the way that everything else is written stay. Where the answer stands there already as a comment, as
 * `concordat init` writes them, the comment becomes the answer; otherwise a line is added.
 */

/**
 * The files with the answer in the one that holds the flow, and that one; null when none of them does. `setting` is a path
 * below the flow; `answer` is YAML on one line. Throws `contract.bad-answer` when it would change anything else.
 */
export function writeAnswer(
  files: readonly SourceFile[],
  { flow, setting, answer }: { readonly flow: string; readonly setting: string; readonly answer: string },
): { readonly changed: SourceFile; readonly files: readonly SourceFile[] } | null {
  for (const file of files) {
    const found = flowIn(file, flow, files.length > 1)
    if (!found) continue
    const path = setting.split('.')
    const text = edited(file.text, found, path, answer)
    demandOnly(file.text, text, isMap(found) ? path : ['flows', flow, ...path], answer)
    const changed = { ...file, text }
    return { changed, files: files.map((one) => (one === file ? changed : one)) }
  }
  return null
}

/** Whatever was typed, and however the file is written: only this one setting may be another. */
function demandOnly(before: string, after: string, path: readonly string[], answer: string): void {
  const wanted = (node: unknown, [key, ...rest]: readonly string[]): unknown =>
    key === undefined ? parse(answer) : { ...(node as object), [key]: wanted((node as Tree | null)?.[key], rest) }
  let good = false
  try {
    good = isDeepStrictEqual(parse(after), wanted(parse(before), path))
  } catch {
    // It is no YAML any more.
  }
  if (!good)
    throw new ConcordatError('contract.bad-answer', 'This answer cannot be written into the contract’s file.', {
      cure: 'Answer on one line, as the options are written; or edit the file by hand.',
    })
}

type Tree = Readonly<Record<string, unknown>>
type Entry = Pair<{ range?: readonly number[] | null; value?: unknown }>

/** The entry of a flow in a file, or the file as a whole when it is that flow. */
function flowIn({ name, text }: SourceFile, flow: string, folder: boolean): Entry | YAMLMap | null {
  const root = parseDocument(text).contents
  if (!isMap(root)) return null
  const flows = root.get('flows')
  const entry = isMap(flows) ? entryOf(flows, flow) : null
  if (entry) return entry
  return folder && !root.has('flows') && basename(name).replace(/\.ya?ml$/i, '') === flow ? root : null
}

const entryOf = (map: YAMLMap, key: string): Entry | null =>
  (map.items as Entry[]).find((pair) => isScalar(pair.key) && String(pair.key.value) === key) ?? null

function edited(text: string, flow: Entry | YAMLMap, path: readonly string[], answer: string): string {
  let holder: Entry | null = isMap(flow) ? null : flow
  let map: YAMLMap | null = isMap(flow) ? flow : mapOf(flow)
  let rest = path
  while (map && rest.length > 1) {
    const next = entryOf(map, rest[0]!)
    if (!next) break
    holder = next
    map = mapOf(next)
    rest = rest.slice(1)
  }
  const [key, ...inner] = rest as [string, ...string[]]
  const present = map && inner.length === 0 ? entryOf(map, key) : null
  // `master:` with nothing after it.
  if (present) return filled(text, present, answer)
  if (map?.flow === true) {
    const value = inner.reduceRight((below, step) => `{ ${step}: ${below} }`, answer)
    const at = map.range![0] + 1
    const more = map.items.length > 0 ? ',' : ' '
    return `${text.slice(0, at)} ${key}: ${value}${more}${text.slice(at)}`
  }
  const indent =
    map && map.items.length > 0 ? columnOf(text, startOf(map.items[0] as Entry)) : columnBelow(text, holder)
  const commented = inner.length === 0 ? uncommented(text, { holder, map, key, answer, indent }) : null
  if (commented !== null) return commented
  const lines = [key, ...inner].map((step, depth) => `${' '.repeat(indent + 2 * depth)}${step}:`)
  const added = `${lines.join('\n')} ${answer}\n`
  const at = map && map.items.length > 0 ? lineStart(text, startOf(map.items[0] as Entry)) : lineAfter(text, holder)
  return `${text.slice(0, at)}${text.slice(0, at).endsWith('\n') || at === 0 ? '' : '\n'}${added}${text.slice(at)}`
}

function filled(text: string, { key }: Entry, answer: string): string {
  const at = text.indexOf(':', key.range![1]) + 1
  return `${text.slice(0, at)} ${answer}${text.slice(at)}`
}

/** The text with the comment `# key: answer` as the answer, when one stands among the entries of this map. */
function uncommented(
  text: string,
  {
    holder,
    map,
    key,
    answer,
    indent,
  }: {
    readonly holder: Entry | null
    readonly map: YAMLMap | null
    readonly key: string
    readonly answer: string
    readonly indent: number
  },
): string | null {
  const from = holder ? lineAfter(text, holder) : 0
  const last = map && map.items.length > 0 ? map.range![2] : from
  let at = from
  while (at < text.length) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
    const line = text.slice(at, end)
    // Beyond the map: the first line that is neither blank, nor a comment, nor further in than what holds it.
    if (at >= last && line.trim() !== '' && !line.trim().startsWith('#')) return null
    const wanted = `${' '.repeat(indent)}# ${key}: ${answer}`
    if (line === wanted || line.startsWith(`${wanted} `))
      return `${text.slice(0, at)}${' '.repeat(indent)}${line.slice(indent + 2)}${text.slice(end)}`
    at = end + 1
  }
  return null
}

function mapOf({ value }: Entry): YAMLMap | null {
  return isMap(value) ? value : null
}

const startOf = ({ key }: Entry): number => key.range![0]!
const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
const columnOf = (text: string, at: number): number => at - lineStart(text, at)
const columnBelow = (text: string, holder: Entry | null): number => (holder ? columnOf(text, startOf(holder)) + 2 : 0)

/** Where the line after the key of an entry begins. */
function lineAfter(text: string, holder: Entry | null): number {
  if (!holder) return 0
  const end = text.indexOf('\n', startOf(holder))
  return end < 0 ? text.length : end + 1
}
