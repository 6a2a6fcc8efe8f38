import { isMap, isScalar, isSeq, parseDocument, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'

/*
 * Single settings of a description in a contract file, set or taken out by changing as little of its text as possible: comments,
 * order, blank lines and the way that everything else is written stay.
 */

type Ranged = { readonly range?: readonly number[] | null }
type Entry = Pair<Ranged, Ranged | null>

export type Setting = string | number | boolean | SettingMap | readonly Setting[]
export interface SettingMap {
  readonly [key: string]: Setting
}

export interface Edit {
  /** From the root of the file. */
  readonly path: readonly string[]
  /** Undefined: the setting is taken out. */
  readonly value?: Setting
  /** The value becomes the first of a list. */
  readonly append?: true
}

/** The text with one setting changed; null where it cannot be found or written in the way of the text. */
export function editText(text: string, edit: Edit): string | null {
  const root = parseDocument(text).contents
  if (!isMap(root)) return null
  let map: YAMLMap = root
  const { path } = edit
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1
    const entry = entryOf(map, step)
    if (last) return change(text, map, { entry, key: step, edit })
    const rest = path.slice(depth + 1)
    if (entry === null || entry.value === null || (isScalar(entry.value) && entry.value.value === null))
      return edit.value === undefined ? text : insert(text, map, step, nested(rest, edit), entry)
    if (isMap(entry.value)) map = entry.value
    else {
      // `list: customers` is short for `list: { get: customers }`.
      const long = longForm(path[depth - 1], step)
      if (!isScalar(entry.value) || long === null || !entry.value.range) return null
      if (edit.value === undefined) return text
      const [from, to] = entry.value.range
      return `${text.slice(0, from)}{ ${long}: ${text.slice(from, to)}, ${inFlow(nested(rest, edit)).slice(2)}${text.slice(to)}`
    }
  }
  return null
}

/** What is short for `{ <key>: … }`, by where it stands. */
export function longForm(parent: string | undefined, step: string): string | null {
  if (parent === 'fields') return 'type'
  return { list: 'get', one: 'get', id: 'field' }[step] ?? null
}

function change(
  text: string,
  map: YAMLMap,
  { entry, key, edit }: { readonly entry: Entry | null; readonly key: string; readonly edit: Edit },
): string | null {
  if (edit.value === undefined) return entry === null ? text : remove(text, map, entry)
  if (entry === null) return insert(text, map, key, edit.append ? [edit.value] : edit.value, null)
  if (edit.append) return isSeq(entry.value) ? prepend(text, entry.value, edit.value) : null
  const range = entry.value?.range
  if (!range) return null
  const isBlock = (isMap(entry.value) || isSeq(entry.value)) && entry.value.flow !== true
  if (isBlock) {
    const without = remove(text, map, entry)
    const at = lineStart(text, entry.key.range![0]!)
    return without === null
      ? null
      : `${without.slice(0, at)}${blockOf(key, edit.value, columnOf(text, entry))}${without.slice(at)}`
  }
  return `${text.slice(0, range[0])}${inFlow(edit.value)}${text.slice(range[1])}`
}

/** Adds an entry, before all others of a map in block style, after them within braces. */
function insert(text: string, map: YAMLMap, key: string, value: Setting, empty: Entry | null): string | null {
  if (empty !== null) {
    const at = text.indexOf(':', empty.key.range![1]) + 1
    return `${text.slice(0, at)} ${inFlow(value)}${text.slice(at)}`
  }
  const entries = map.items as Entry[]
  const lastEntry = entries.at(-1)
  if (map.flow === true) {
    const at = lastEntry ? (lastEntry.value?.range?.[1] ?? lastEntry.key.range![1]!) : map.range![0] + 1
    return `${text.slice(0, at)}${lastEntry ? ', ' : ' '}${key}: ${inFlow(value)}${lastEntry ? '' : ' '}${text.slice(at)}`
  }
  const first = entries[0]
  if (first === undefined) return null
  const at = lineStart(text, first.key.range![0]!)
  return `${text.slice(0, at)}${blockOf(key, value, columnOf(text, first))}${text.slice(at)}`
}

function prepend(text: string, list: YAMLSeq, value: Setting): string | null {
  const first = list.items[0] as Ranged | undefined
  if (list.flow === true || first === undefined) {
    const at = list.range![0] + 1
    return `${text.slice(0, at)}${inFlow(value)}${first === undefined ? '' : ', '}${text.slice(at)}`
  }
  const at = lineStart(text, first.range![0]!)
  const dash = /^(\s*-\s+)/.exec(text.slice(at, first.range![0]))?.[1]
  return dash === undefined ? null : `${text.slice(0, at)}${dash}${inFlow(value)}\n${text.slice(at)}`
}

function remove(text: string, map: YAMLMap, entry: Entry): string | null {
  const entries = map.items as Entry[]
  const i = entries.indexOf(entry)
  const endOf = (one: Entry): number => one.value?.range?.[1] ?? one.key.range![1]!
  if (map.flow === true) {
    const from = i > 0 ? endOf(entries[i - 1]!) : entry.key.range![0]!
    const to = i > 0 || entries.length === 1 ? endOf(entry) : entries[i + 1]!.key.range![0]!
    return text.slice(0, from) + text.slice(to)
  }
  // A map without entries would be nothing at all.
  if (entries.length === 1) return null
  const end = endOf(entry)
  const line = text[end - 1] === '\n' ? end - 1 : text.indexOf('\n', end)
  return text.slice(0, lineStart(text, entry.key.range![0]!)) + (line < 0 ? '' : text.slice(line + 1))
}

const nested = (rest: readonly string[], { value, append }: Edit): Setting =>
  rest.reduceRight<Setting>((below, step) => ({ [step]: below }), append ? [value!] : value!)

/** A value on one line. */
function inFlow(value: Setting): string {
  if (Array.isArray(value)) return `[${(value as readonly Setting[]).map(inFlow).join(', ')}]`
  if (typeof value === 'object') {
    const parts = Object.entries(value).map(([key, part]) => `${plain(key)}: ${inFlow(part)}`)
    return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
  }
  return typeof value === 'string' ? plain(value) : String(value)
}

/** A text as YAML, in quotes where it would be something else. */
const plain = (text: string): string =>
  /^[A-Za-z][\w ./-]*(?<! )$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : /^\d{4}-\d\d-\d\d$|^\d+ [a-z]+$/.test(text)
      ? text
      : `'${text.replaceAll("'", "''")}'`

/** An entry in block style: maps go on below, but those that hold no map. */
function blockOf(key: string, value: Setting, indent: number): string {
  const margin = ' '.repeat(indent)
  const isDeep =
    typeof value === 'object' &&
    !Array.isArray(value) &&
    Object.values(value).some((part) => typeof part === 'object' && !Array.isArray(part))
  if (!isDeep) return `${margin}${plain(key)}: ${inFlow(value)}\n`
  const inner = Object.entries(value as SettingMap).map(([name, part]) => blockOf(name, part, indent + 2))
  return `${margin}${plain(key)}:\n${inner.join('')}`
}

const entryOf = (map: YAMLMap, key: string): Entry | null =>
  (map.items as Entry[]).find((pair) => isScalar(pair.key) && String(pair.key.value) === key) ?? null

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
const columnOf = (text: string, { key }: Entry): number => key.range![0]! - lineStart(text, key.range![0]!)
