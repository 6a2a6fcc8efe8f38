import { isDeepStrictEqual } from 'node:util'
import { isMap, parse, parseDocument } from 'yaml'
import { ConcordatError } from '../../model/errors.ts'
import type { DescriptionEdit, Measured } from '../../model/passport.ts'
import type { SourceFile } from './read-files.ts'
import { type Edit, editText, longForm, type Setting } from './edit-description.ts'

/** A file of the contract with what was measured in it. */
export interface MeasuredFile {
  readonly changed: SourceFile
  /** Edits that people must make, as the text is written in a way that is left alone. */
  readonly byHand: readonly DescriptionEdit[]
}

interface KnownFile {
  readonly systems: Readonly<Record<string, { readonly description: { readonly measured?: Partial<Measured> | null } }>>
}

/** Writes what a system was measured to do, and what follows for its description, into the file that holds it. */
export function writeMeasured(
  files: readonly SourceFile[],
  system: string,
  { date, found, objects, edits }: Measured & { readonly edits: readonly DescriptionEdit[] },
): MeasuredFile {
  const file = files.find(({ text }) => {
    const root = parseDocument(text).contents
    return isMap(root) && isMap(root.getIn(['systems', system, 'description']))
  })
  if (file === undefined)
    throw new ConcordatError('contract.unwritable', `The description of ${system} stands in no file by itself.`, {
      cure: 'Write it below the system, without an alias, or make the changes by hand.',
    })
  const base = ['systems', system, 'description']
  const byHand: DescriptionEdit[] = []
  let { text } = file
  for (const edit of edits) {
    const path = placed(text, base, edit)
    const next = path === null ? text : only(text, { ...edit, path })
    if (next === null) byHand.push(edit)
    else text = next
  }
  const before = (parse(file.text) as KnownFile).systems[system]?.description.measured?.objects ?? {}
  const value = {
    date,
    ...(Object.keys(found).length > 0 && { found: found as Setting }),
    objects: Object.fromEntries(
      Object.entries(objects).map(([name, { written, found: now }]) => {
        // What writes have shown is not forgotten because they were not allowed this time.
        const old = before[name]?.written === true && !written ? before[name].found : undefined
        return [name, { written: written || old !== undefined, found: { ...old, ...now } }]
      }),
    ),
  }
  const written = only(text, { path: [...base, 'measured'], value })
  if (written === null)
    throw new ConcordatError('contract.unwritable', `What was measured cannot be written into ${file.name}.`, {
      cure: 'Give the description a form in which each setting has a line of its own.',
    })
  return { changed: { ...file, text: written }, byHand }
}

/** The whole path of an edit; null where the text says so already. */
function placed(text: string, base: readonly string[], { path, value }: DescriptionEdit): readonly string[] | null {
  const data: unknown = parse(text)
  const at = (steps: readonly string[]): unknown =>
    steps.reduce<unknown>((of, step) => (of as Tree | null)?.[step], data)
  const size = path.indexOf('paging')
  // Objects without `paging` of their own have that of the description, which holds for all of them.
  const whole = size > 0 && at([...base, ...path.slice(0, size + 1)]) === undefined ? path.slice(size) : path
  const now = at([...base, ...whole])
  if (whole !== path && typeof now === 'number' && typeof value === 'number' && now <= value) return null
  return [...base, ...whole]
}

/** The text with one edit in it, when it changes nothing else. */
function only(text: string, edit: Edit): string | null {
  try {
    const edited = editText(text, edit)
    return edited !== null && isDeepStrictEqual(parse(edited), wanted(parse(text), edit.path, edit)) ? edited : null
  } catch {
    return null
  }
}

type Tree = Readonly<Record<string, unknown>>

function wanted(node: unknown, [key, ...rest]: readonly string[], edit: Edit, parent?: string, name?: string): unknown {
  if (key === undefined) return edit.append ? [edit.value, ...((node as readonly unknown[] | null) ?? [])] : edit.value
  const short = typeof node === 'string' ? longForm(parent, name ?? '') : null
  const tree: Tree = short === null ? ((node as Tree | null) ?? {}) : { [short]: node }
  if (edit.value !== undefined) return { ...tree, [key]: wanted(tree[key], rest, edit, name, key) }
  if (rest.length > 0)
    return tree[key] === undefined || short !== null
      ? node
      : { ...tree, [key]: wanted(tree[key], rest, edit, name, key) }
  return Object.fromEntries(Object.entries(tree).filter(([own]) => own !== key))
}
