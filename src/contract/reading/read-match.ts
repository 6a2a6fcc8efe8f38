import type { MatchRule } from '../contract.ts'
import type { FieldDraft } from '../draft.ts'
import type { FlowContext } from './flow-context.ts'
import { get, getMap, getScalar, type ScalarNode, texts } from '../text/node.ts'
import type { Ask } from '../wording/questions.ts'
import { systemTitle } from '../phrases.ts'

/** `match` of a flow: rules in their order, none for `none`; undefined when it is open. */
export function readMatch(
  flow: FlowContext,
  fields: readonly FieldDraft[],
  systems: readonly string[],
  recordsKnown: boolean,
  ask: Ask,
): MatchRule[] | undefined {
  const node = get(flow.node, 'match')
  if (node?.kind === 'scalar') return []
  const items = node?.kind === 'list' ? node.items : []
  const declared = getMap(flow.node, 'fields')
  const checked = (list: readonly ScalarNode[]): string[] =>
    list.map(({ text, place }) => {
      const field = fields.find((f) => f.name === text)
      if (field === undefined) {
        if (declared !== undefined && !flow.isBroken(`fields.${text}`))
          flow.unknown(
            place,
            'unknown-field',
            text,
            'a field of this flow',
            fields.map((f) => f.name),
          )
      } else if (field.spec?.type === 'lines') {
        flow.error(
          place,
          'match-on-lines',
          `Records cannot be matched by the lines \`${text}\`.`,
          'Match by a field of the record itself.',
        )
      } else if (recordsKnown) {
        const named = getMap(declared, text)
        const without = systems.filter(
          (system) => get(named, system) === undefined && !flow.isBroken(`fields.${text}.${system}`),
        )
        if (without.length > 0) {
          flow.error(
            place,
            'match-not-everywhere',
            `Records cannot be matched by \`${text}\`, because ${without.map(systemTitle).join(' and ')} does not hold it.`,
            `Map \`${text}\` in every system, or match by another field.`,
          )
        }
      }
      return text
    })
  const rules = items.flatMap((item): MatchRule[] => {
    if (item.kind === 'list') {
      const exact = checked(texts(item))
      if (item.items.length === 0)
        flow.error(
          item.place,
          'empty-setting',
          'A match rule names at least one field.',
          'Write e.g. `[vat_number]`, or remove the rule.',
        )
      return exact.length === 0 ? [] : [{ kind: 'exact', fields: exact }]
    }
    if (item.kind !== 'map') return []
    if (get(item, 'exact') !== undefined || get(item, 'case') !== undefined) {
      const exact = checked(texts(get(item, 'exact')))
      const other = ['similar', 'at_least', 'then'].find((setting) => get(item, setting) !== undefined)
      if (other !== undefined || (exact.length === 0 && !flow.isBroken('match'))) {
        flow.error(
          item.place,
          other === undefined ? 'missing-setting' : 'conflicting-settings',
          other === undefined
            ? 'A rule by equality needs the fields that are equal.'
            : `A match rule is by equality or by similarity, so \`${other}\` has no place beside \`exact\` and \`case\`.`,
          'Write `{ exact: [code], case: respected }`, or two rules.',
        )
        return []
      }
      const respected = getScalar(item, 'case')?.text === 'respected'
      return [{ kind: 'exact', fields: exact, ...(respected && { caseRespected: true as const }) }]
    }
    const similar = texts(get(item, 'similar'))
    const atLeast = getScalar(item, 'at_least')?.value
    if (
      !flow.isBroken('match') &&
      (similar.length === 0 || typeof atLeast !== 'number' || getScalar(item, 'then') === undefined)
    ) {
      flow.error(
        item.place,
        'missing-setting',
        'A rule by similarity needs fields, a threshold and what happens then.',
        'Write `{ similar: [name], at_least: 0.92, then: ask }`.',
      )
      return []
    }
    return [{ kind: 'similar', fields: checked(similar), atLeast: Number(atLeast), then: 'ask' }]
  })
  if (items.length === 0) {
    ask('match')
    return undefined
  }
  return rules
}
