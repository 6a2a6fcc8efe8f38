import type { Records } from '../contract.ts'
import type { FieldDraft } from '../draft.ts'
import { writtenColumns } from '../mapping/field-codec.ts'
import type { FlowContext } from './flow-context.ts'
import { systemTitle } from '../phrases.ts'

/** An id is read, and given to new records, but never changed (law L36). */
export function checkIds(
  flow: FlowContext,
  fields: readonly FieldDraft[],
  records: Readonly<Record<string, Records>>,
): void {
  for (const [system, { id, archive, deleted }] of Object.entries(records)) {
    const title = systemTitle(system)
    for (const { name, mapping } of fields) {
      if (!writtenColumns(mapping[system]).includes(id)) continue
      flow.error(
        flow.place('fields', name, system),
        'id-mapped',
        `\`${name}\` would be written to \`${id}\`, the id of the records of ${title}, and an id is never changed.`,
        `Write \`${system}: { read: ${id} }\`, so that it is only read; \`new_id: { from: ${name} }\` in the records of \`${system}\` gives new records their id from it.`,
      )
    }
    if (archive !== undefined && Object.hasOwn(archive, id))
      flow.error(
        flow.place('records', system, 'archive', id),
        'id-mapped',
        `\`archive\` would change \`${id}\`, the id of the records of ${title}, and an id is never changed.`,
        'Name a column that says that a record is archived.',
      )
    if (deleted !== undefined && Object.hasOwn(deleted, id))
      flow.error(
        flow.place('records', system, 'deleted', id),
        'id-mapped',
        `\`deleted\` would change \`${id}\`, the id of the records of ${title}, and an id is never changed.`,
        'Name a column that says that a record is deleted.',
      )
  }
}

/**
 * Two fields that write one column of one system would undo each other for ever. Reading one column twice is fine, as
 * long as that system is the master of both fields.
 */
export function checkColumns(flow: FlowContext, fields: readonly FieldDraft[], systems: readonly string[]): void {
  for (const system of systems) {
    checkOne(flow, system, fields, ['fields'], (field) => field.master !== undefined && field.master !== system)
    for (const { name, lines, master } of fields) {
      const written = master !== undefined && master !== system
      if (lines !== undefined) checkOne(flow, system, lines.fields, ['fields', name, 'fields'], () => written)
    }
  }
}

function checkOne(
  flow: FlowContext,
  system: string,
  fields: readonly FieldDraft[],
  at: readonly string[],
  isWritten: (field: FieldDraft) => boolean,
): void {
  const users = new Map<string, FieldDraft>()
  for (const field of fields) {
    for (const column of writtenColumns(field.mapping[system])) {
      const first = users.get(column)
      users.set(column, first ?? field)
      if (first === undefined || !(isWritten(first) || isWritten(field))) continue
      flow.error(
        flow.place(...at, field.name, system),
        'column-written-twice',
        `\`${first.name}\` and \`${field.name}\` both use the column \`${column}\` of ${systemTitle(system)}, and what one writes the other would undo.`,
        `Map one of them to another column, or make ${systemTitle(system)} the master of both.`,
      )
    }
  }
}
