import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  parseDocument,
  type Pair,
  type Scalar,
} from 'yaml'
import type { Place, Problem } from '../finding.ts'
import { type Entry, type MapNode, type Node, plainPlace, type ScalarNode } from './node.ts'

const MAX_BYTES = 1024 * 1024
/** Nodes of a file after its aliases are written out; a contract of a thousand fields has about ten thousand. */
const MAX_NODES = 200_000
const MAX_DEPTH = 40
/** A broken file easily gives hundreds of errors that follow from the first one. */
const MAX_SYNTAX_PROBLEMS = 10
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

export interface ParsedFile {
  /** Null when the file is not readable as YAML or not a map. */
  readonly root: MapNode | null
  readonly problems: readonly Problem[]
}

const CORE_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/

class TooBig extends Error {}

/**
 * YAML 1.2 (core schema, no tags) → a tree with places. Never throws: what is wrong is in `problems`. A file that
 * expands by aliases beyond all measure, nests too deep or is larger than 1 MB is refused as a whole.
 */
export function parseYaml(file: string, text: string): ParsedFile {
  const start: Place = { file, line: 1, column: 1 }
  const refuse = (code: string, message: string, cure: string, place: Place = start): ParsedFile => ({
    root: null,
    problems: [{ ...plainPlace(place), code, severity: 'error', message, cure }],
  })
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return refuse(
      'file-too-large',
      'The file is larger than 1 MB.',
      'Split the contract into a folder with one file a flow.',
    )
  }
  const lines = new LineCounter()
  let document: Document
  try {
    // uniqueKeys takes quadratic time; the tree below finds duplicates itself.
    document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      schema: 'core',
      merge: true,
      stringKeys: false,
    })
  } catch {
    return refuse('yaml-too-deep', 'The file nests too deeply to be read.', 'Write it with fewer levels.')
  }
  // The parser reports its own stack overflow as if it were a mistake in the text.
  if (document.errors.some((error) => /call stack/i.test(error.message)))
    return refuse('yaml-too-deep', 'The file nests too deeply to be read.', 'Write it with fewer levels.')
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problems: Problem[] = document.errors.slice(0, MAX_SYNTAX_PROBLEMS).map((error) => ({
    ...placeAt(error.pos[0]),
    code: 'yaml-syntax',
    severity: 'error',
    message: `This is not valid YAML: ${sentence(error.message)}`,
    cure: 'Check indentation, quotes and brackets here and in the line before.',
  }))
  if (problems.length > 0) return { root: null, problems }
  try {
    const root = new TreeBuilder(document, text, placeAt, problems).build()
    if (root.kind === 'map') return { root, problems }
    if (root.kind === 'scalar' && root.value === null)
      return refuse('empty-file', 'The file is empty.', 'Start a contract with `concordat init`.')
    return refuse('wrong-type', 'A contract file is a map of settings.', 'Begin with `concordat: 1`.', root.place)
  } catch (error) {
    if (error instanceof TooBig || error instanceof RangeError) {
      return refuse(
        'yaml-bomb',
        'The file grows beyond all measure when its aliases are written out, or nests too deeply.',
        'Write the repeated parts out, or use fewer aliases of aliases.',
      )
    }
    throw error
  }
}

const sentence = (message: string) => message.split('\n')[0]!.replace(/[.:]?$/, '.')

class TreeBuilder {
  private nodes = 0
  private readonly document: Document
  private readonly text: string
  private readonly placeAt: (offset: number) => Place
  private readonly problems: Problem[]
  private readonly anchors = new Map<string, YamlNode>()
  private readonly open = new Set<YamlNode>()

  constructor(document: Document, text: string, placeAt: (offset: number) => Place, problems: Problem[]) {
    this.document = document
    this.text = text
    this.placeAt = placeAt
    this.problems = problems
  }

  build(): Node {
    return this.node(this.document.contents, 0, 0)
  }

  private report(place: Place, code: string, message: string, cure: string): void {
    this.problems.push({ ...plainPlace(place), code, severity: 'error', message, cure })
  }

  private node(node: YamlNode | null, around: number, depth: number): Node {
    if (++this.nodes > MAX_NODES || depth > MAX_DEPTH) throw new TooBig()
    const offset = node?.range?.[0] ?? around
    const place = this.placeAt(offset)
    const nothing: ScalarNode = { kind: 'scalar', place, value: null, text: '', textColumn: null }
    if (node === null) return nothing
    if (isAlias(node)) return this.alias(node, place, offset, depth)
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node)
    if (node.tag !== undefined && !CORE_TAG.test(node.tag)) {
      this.report(
        place,
        'yaml-tag',
        `The tag \`${node.tag}\` is not allowed in a contract.`,
        'Write the value without a tag.',
      )
      return nothing
    }
    if (isScalar(node)) return this.scalar(node, place)
    this.open.add(node)
    try {
      if (isSeq(node)) {
        return {
          kind: 'list',
          place,
          items: node.items.map((item) => this.node(item as YamlNode | null, offset, depth + 1)),
        }
      }
      if (isMap(node)) return this.map(node.items as Pair<YamlNode, YamlNode | null>[], place, offset, depth)
    } finally {
      this.open.delete(node)
    }
    return nothing
  }

  private alias(alias: Alias, place: Place, offset: number, depth: number): Node {
    const target = this.anchors.get(alias.source)
    if (target === undefined || this.open.has(target)) {
      const why = target === undefined ? 'points to no anchor before it' : 'points to a part that contains itself'
      this.report(
        place,
        'yaml-alias',
        `The alias \`*${alias.source}\` ${why}.`,
        `Define \`&${alias.source}\` earlier in the file.`,
      )
      return { kind: 'scalar', place, value: null, text: '', textColumn: null }
    }
    return this.node(target, offset, depth + 1)
  }

  private scalar(node: Scalar, place: Place): ScalarNode {
    const { value } = node
    const plain = node.type === 'PLAIN'
    const text = typeof value === 'string' ? value : (node.source ?? String(value))
    const quote = plain ? 0 : 1
    const offset = (node.range?.[0] ?? 0) + quote
    const literal = Array.isArray(node.range) && !text.includes('\n') && this.text.startsWith(text, offset)
    return {
      kind: 'scalar',
      place,
      value:
        typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
          ? value
          : text,
      text,
      textColumn: literal ? place.column + quote : null,
    }
  }

  private map(pairs: readonly Pair<YamlNode, YamlNode | null>[], place: Place, offset: number, depth: number): MapNode {
    const entries = new Map<string, Entry>()
    const merged: Node[] = []
    for (const pair of pairs) {
      const key = isAlias(pair.key) ? this.anchors.get(pair.key.source) : pair.key
      const keyPlace = this.placeAt(pair.key?.range?.[0] ?? offset)
      if (isScalar(pair.key) && pair.key.anchor !== undefined) this.anchors.set(pair.key.anchor, pair.key)
      const value = this.node(pair.value, pair.key?.range?.[1] ?? offset, depth + 1)
      if (!isScalar(key) || key.value === null) {
        this.report(keyPlace, 'bad-key', 'A key must be text.', 'Write one plain name before the colon.')
        continue
      }
      const name = key.source ?? ''
      if (name === '<<' && (key.type === 'PLAIN' || key.type === undefined)) {
        merged.push(...(value.kind === 'list' ? value.items : [value]))
        continue
      }
      const text = typeof key.value === 'string' ? key.value : name
      if (FORBIDDEN_KEYS.has(text)) {
        this.report(keyPlace, 'forbidden-key', `\`${text}\` cannot be used as a name.`, 'Choose another name.')
        continue
      }
      const first = entries.get(text)
      if (first !== undefined) {
        this.report(
          keyPlace,
          'duplicate-key',
          `\`${text}\` is given twice; the first one is in line ${first.place.line}.`,
          'Keep one of the two.',
        )
        continue
      }
      entries.set(text, { place: keyPlace, value })
    }
    for (const node of merged) {
      if (node.kind !== 'map') {
        this.report(
          node.place,
          'yaml-merge',
          '`<<` takes in another map; this is none.',
          'Point it to an anchor on a map, e.g. `<<: *defaults`.',
        )
        continue
      }
      for (const [name, entry] of node.entries) if (!entries.has(name)) entries.set(name, entry)
    }
    return { kind: 'map', place, entries }
  }
}
