/*
 * The order in which the answers to a question are offered, whatever the language: the one that can do the least harm
 * first, the one that cannot be taken back last. Nothing dangerous is one Enter away.
 */

/** By setting: answers in order. One that is not named stands behind those that are. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  on_conflict: ['ask', 'newest'],
  'edge_cases.created_outside_master': ['hold for approval', 'leave alone', 'adopt'],
  'edge_cases.edited_outside_master': ['ask', 'leave alone', 'revert', 'accept'],
  'edge_cases.existing_records': ['ask', 'link only', 'fill blanks only', 'master wins'],
  'edge_cases.existing_unmatched': ['ask', 'leave alone', 'create'],
  'edge_cases.older_than': [
    '{ years: 7, then: ask }',
    '{ years: 7, then: leave alone }',
    '{ years: 7, then: link only }',
    'no limit',
  ],
  'edge_cases.duplicates': ['ask', 'oldest', 'most complete'],
  'edge_cases.deleted_in_master': ['ask', 'unlink', 'archive', 'delete'],
  'edge_cases.deleted_elsewhere': ['ask', 'unlink', 'restore', 'accept'],
  'edge_cases.left_filter': ['ask', 'leave alone', 'archive', 'delete'],
  'edge_cases.missing_reference': ['wait 1 day, then ask', 'ask', 'wait 1 day, then skip field', 'skip field'],
  'limits.deletions': ['10 records', '5%', '5% or 200 records'],
}

/** The answers to the question about a setting, the careful one first. */
export function carefulFirst<T>(setting: string, answers: readonly (readonly [answer: string, means: T])[]) {
  const order = ORDER[setting]
  if (order === undefined) return answers
  const rank = (answer: string): number => {
    const place = order.indexOf(answer)
    return place < 0 ? order.length : place
  }
  return answers.toSorted(([a], [b]) => rank(a) - rank(b))
}
