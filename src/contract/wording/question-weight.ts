import type { FlowSetting } from './questions.ts'

/*
 * The order in which open questions are weighed: what decides over most records, and what cannot be taken back, comes first.
 */

const WEIGHTIEST: readonly FlowSetting[] = [
  'records',
  'fields',
  'match',
  'master',
  'direction',
  'edge_cases.deleted_in_master',
  'edge_cases.existing_unmatched',
  'edge_cases.existing_records',
  'edge_cases.edited_outside_master',
  'edge_cases.created_outside_master',
  'on_conflict',
  'edge_cases.duplicates',
  'edge_cases.deleted_elsewhere',
  'edge_cases.left_filter',
  'edge_cases.empty_in_master',
  'edge_cases.older_than',
  'edge_cases.missing_reference',
  'edge_cases.invalid_value',
  'limits.deletions',
  'limits.changes',
  'owners.business',
  'owners.technical',
]

/** Those about weightier settings first; settings of fields come after those of whole flows, the rest as it was. */
export function weightiestFirst<T>(asked: readonly T[], settingOf: (one: T) => string): readonly T[] {
  const weight = (one: T): number => {
    const place = WEIGHTIEST.indexOf(settingOf(one) as FlowSetting)
    return place < 0 ? WEIGHTIEST.length : place
  }
  return asked.toSorted((a, b) => weight(a) - weight(b))
}
