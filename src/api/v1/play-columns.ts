import type { Flow } from '../../contract/contract.ts'
import { mappedColumns } from '../../contract/mapping/mapping.ts'
import type { PlayColumn as StoredColumn } from '../../model/playground.ts'
import type { PlayColumn } from './schemas/playground.ts'

/** Columns of a table with what the contract says of them: whether it maps and demands them, and which values it knows. */
export function playColumns(flow: Flow | undefined, system: string, columns: readonly StoredColumn[]): PlayColumn[] {
  const mapped = new Set(flow && mappedColumns(flow, system))
  return columns.map((one) => {
    const fields = flow?.fields.filter((field) => nameOf(field.mapping[system]) === one.column) ?? []
    return {
      ...one,
      mapped: mapped.has(one.column),
      required: one.required || fields.some((field) => field.required),
      values: fields.flatMap((field) => valuesOf(field.mapping[system])),
    }
  })
}

type Mapping = Flow['fields'][number]['mapping'][string]

const nameOf = (mapping: Mapping | undefined): string | null => (mapping?.kind === 'column' ? mapping.column : null)

const valuesOf = (mapping: Mapping | undefined): readonly string[] =>
  mapping?.kind === 'column' ? [...(mapping.values?.keys() ?? [])] : []
