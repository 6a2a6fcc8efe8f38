import type { LinesSpec } from './port.ts'

interface ChildColumn {
  readonly name: string
  readonly kind: string
  readonly readable: boolean
}

/**
 * Columns of a child table that travel with the parent: the declared ones in their order, then all others that can be
 * read, so that a restored record has them too (law L14). Binary ones only when declared; the parent's id never.
 */
export function childFields<C extends ChildColumn>(lines: LinesSpec, columns: ReadonlyMap<string, C>): C[] {
  const declared = lines.fields.flatMap((name) => columns.get(name) ?? [])
  const others = [...columns.values()].filter(
    ({ name, kind, readable }) =>
      readable && kind !== 'binary' && name !== lines.parent && !lines.fields.includes(name),
  )
  return [...declared, ...others]
}
