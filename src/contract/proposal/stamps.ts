import type { SourceColumn, SourceObject } from './catalogue.ts'

const MODIFIED =
  /^(?:date_?(?:modified|updated|changed)|(?:last_?)?(?:modified|modification|updated?|changed?|write)_?(?:at|on|date|time|ts|utc|timestamp)?|tms|mtime)$/i
const VERSION = /^(?:(?:lock|row|record)?_?version|revision|rev|opt_?lock(?:_?version)?)$/i

/**
 * What `on_update` of a table is likely to be: columns by which an application sees what changed, and that nothing in the
 * database moves. `mapped`: columns of fields, which have values of their own.
 */
export function proposedStamps(
  table: SourceObject,
  mapped: ReadonlySet<string>,
): readonly (readonly [column: string, stamp: string])[] {
  // A trigger on the table most often does just that.
  if (table.isView || (table.triggers ?? []).length > 0) return []
  const free = table.columns.filter((column) => !column.readOnly && column.moves !== true && !mapped.has(column.name))
  return free.flatMap((column): [string, string][] => {
    if (!/^[A-Za-z_]\w*$/.test(column.name)) return []
    if (isTime(column) && MODIFIED.test(column.name)) return [[column.name, 'now()']]
    return column.kind === 'integer' && VERSION.test(column.name) ? [[column.name, `${column.name} + 1`]] : []
  })
}

const isTime = ({ kind }: SourceColumn): boolean => kind === 'instant' || kind === 'local timestamp' || kind === 'date'
