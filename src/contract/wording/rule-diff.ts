import { structuredPatch } from 'diff'
import type { Told } from '../finding.ts'

export interface FlowDiff {
  readonly flow: string
  readonly change: 'new' | 'gone' | 'changed'
  /** Sentences that hold now. */
  readonly added: readonly string[]
  /** Sentences that held before. */
  readonly removed: readonly string[]
}

/** What two contracts say differently, as sentences; flows that say the same are left out. */
export function sentenceDiff(before: Pick<Told, 'rulebook'>, after: Pick<Told, 'rulebook'>): FlowDiff[] {
  const sentencesOf = ({ rulebook }: Pick<Told, 'rulebook'>) =>
    new Map(rulebook.map((one) => [one.flow, one.sentences]))
  const [old, now] = [sentencesOf(before), sentencesOf(after)]
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((flow): FlowDiff[] => {
    const [was, is] = [old.get(flow), now.get(flow)]
    const added = (is ?? []).filter((sentence) => !was?.includes(sentence))
    const removed = (was ?? []).filter((sentence) => !is?.includes(sentence))
    const change = was === undefined ? 'new' : is === undefined ? 'gone' : 'changed'
    return change === 'changed' && added.length + removed.length === 0 ? [] : [{ flow, change, added, removed }]
  })
}

export interface LineDiff {
  readonly sign: ' ' | '+' | '-'
  readonly text: string
  /** Its number in the text of before, and of after. */
  readonly before: number | null
  readonly after: number | null
}

/** What differs between two texts, line by line, with three lines around each change. */
export function lineDiff(before: string, after: string): LineDiff[] {
  const { hunks } = structuredPatch('', '', before, after, undefined, undefined, { context: 3 })
  return hunks.flatMap(({ oldStart, newStart, lines }) => {
    let [old, now] = [oldStart, newStart]
    return lines
      .filter((line) => !line.startsWith('\\'))
      .map((line): LineDiff => {
        const sign = line[0] as LineDiff['sign']
        const text = line.slice(1)
        if (sign === '+') return { sign, text, before: null, after: now++ }
        if (sign === '-') return { sign, text, before: old++, after: null }
        return { sign, text, before: old++, after: now++ }
      })
  })
}
