import { systemTitle } from '../contract/phrases.ts'
import type { Quirk } from '../model/passport.ts'
import { QUIRK_WORDS, quirkSentence } from '../model/quirk-words.ts'
import { canChange, mayWriteTo, type Place, type Told } from './opening-place.ts'

/* What a described system was measured to do, where a flow relies on it. */

/** Quirks that the absence of a guard says already. */
const GUARD: readonly Quirk[] = ['guard-ignored', 'version-missing']

/** What can be lost because the system cannot do what would keep it. */
export function guaranteeFindings(place: Place): Told[] {
  const { facts } = place
  // Systems with a catalogue of their own are not described, so they cannot differ.
  if (facts.measured === undefined) return []
  return [...guard(place), ...(facts.measured === null ? unmeasured(place) : differences(place))]
}

function guard({ flow, system, object, facts }: Place): Told[] {
  if (facts.guard !== 'weak' || !mayWriteTo(flow, system)) return []
  const title = systemTitle(system)
  const reverted = flow.fields.filter(
    (field) => field.master !== system && field.editedOutsideMaster === 'revert' && canChange(flow, system, field),
  )
  const isOpen = `${title} cannot refuse a write to ${object.name} that comes too late: what somebody enters there between our last look and our write is overwritten without anybody having seen it`
  const cure = `Describe the \`version\` of ${object.name} if its API has one, or accept it.`
  return reverted.length > 0
    ? [
        {
          level: 'warning',
          code: 'no-guard',
          setting: ['edge_cases', 'edited_outside_master'],
          message: `${isOpen}. With \`edited_outside_master: revert\` such a value is not kept in the log either, as others that are reverted are.`,
          cure,
        },
      ]
    : [{ level: 'warning', code: 'no-guard', setting: ['records', system], message: `${isOpen}.`, cure }]
}

function unmeasured({ system, object }: Place): Told[] {
  return [
    {
      level: 'warning',
      code: 'not-measured',
      setting: ['records', system],
      message: `Nobody has measured whether ${systemTitle(system)} does with ${object.name} what its description says.`,
      cure: `\`concordat systems test ${system} --write ${object.name}\` does, on test records; without \`--write\` it only reads.`,
    },
  ]
}

function differences({ flow, system, object, facts }: Place): Told[] {
  const { date, found } = facts.measured!
  const mapped = new Set(
    flow.fields.flatMap(({ mapping }) => {
      const held = mapping[system]
      return held?.kind === 'column' ? [held.column] : held?.kind === 'lines' ? [held.object] : []
    }),
  )
  return (Object.entries(found) as [Quirk, readonly string[]][]).flatMap(([quirk, names]): Told[] => {
    const at = names.filter((name) => mapped.has(name.split('.')[0]!) || name === flow.records[system]!.changedAt)
    if (QUIRK_WORDS[quirk].level !== 'loses' || (names.length > 0 && at.length === 0)) return []
    if (GUARD.includes(quirk) && facts.guard === 'weak') return []
    return [
      {
        level: 'warning',
        code: quirk,
        setting: ['records', system],
        message: `${systemTitle(system)}, ${object.name}, measured on ${date}: ${quirkSentence(quirk, at)}`,
        cure: QUIRK_WORDS[quirk].so,
      },
    ]
  })
}
