import type { SourceObject } from '../../contract/proposal/catalogue.ts'
import { chooseFlows, propose, proposePairs } from '../../contract/proposal/propose.ts'
import { likelyPairs, type LikelyPair } from '../../contract/proposal/likely-pairs.ts'
import { pairableTables } from '../../contract/proposal/pairable-tables.ts'
import type { Both, GivenPair, Proposal } from '../../contract/proposal/proposal.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Terminal } from '../terminal.ts'
import { counted } from '../print/figures.ts'
import { givenPairs } from './given-pairs.ts'
import { printFound } from './print-found.ts'
import type { Choice, Prompter } from './prompter.ts'
import type { Source } from './sources.ts'

const BY_HAND = '\u0000by hand'
const DONE = '\u0000done'
/** More flows than anybody wants to decide at once are not chosen beforehand. */
const MOST_CHOSEN = 12

/** What is to be kept in agreement: the pairs that look alike, those that the options name, and those that a person makes. */
export async function chooseTables(
  terminal: Terminal,
  sources: Both<Source>,
  options: { readonly pair?: readonly string[]; readonly flows?: string; readonly json?: boolean },
  prompter: Prompter | null,
): Promise<Proposal> {
  const systems = [sources[0].system, sources[1].system] as const
  const pairs = givenPairs(options.pair ?? [], sources)
  const found = propose(systems, pairs)
  if (options.json !== true && found.unpaired.some((tables) => tables.length > 0)) printFound(terminal, found)
  if (options.flows !== undefined) return chooseFlows(found, namedFlows(options.flows, found))
  if (prompter === null) return found
  const likely = likelyPairs(found)
  const names = await chooseFound(prompter, found, likely)
  const kept = chooseFlows(found, names)
  const byHand = likely.filter((pair) => names.includes(keyOf(pair))).map(({ tables }): GivenPair => ({ tables }))
  if (names.includes(BY_HAND)) byHand.push(...(await pairByHand(prompter, sources, kept, byHand)))
  if (byHand.length === 0) return kept
  // What was chosen before stays as it was named.
  const chosen = kept.flows.map(({ name, tables }): GivenPair => ({
    name,
    tables: [tables[0].object, tables[1].object],
  }))
  return proposePairs(systems, [...chosen, ...byHand])
}

function namedFlows(wanted: string, found: Proposal): readonly string[] {
  const names = found.flows.map((flow) => flow.name)
  const chosen = wanted
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown === undefined && chosen.length > 0) return chosen
  throw new ConcordatError('cli.usage', `No tables match the flow "${unknown ?? ''}".`, {
    cure:
      names.length === 0
        ? 'No tables look alike. Pair them with --pair table:table.'
        : `Flows found: ${names.join(', ')}. Pair other tables with --pair table:table.`,
  })
}

const keyOf = ({ tables }: LikelyPair): string => tables.join(' ↔ ')

async function chooseFound(
  prompter: Prompter,
  found: Proposal,
  likely: readonly LikelyPair[],
): Promise<readonly string[]> {
  const free = found.unpaired.every((tables) => tables.length > 0)
  if (found.flows.length === 0 && likely.length === 0) return [BY_HAND]
  const flows = found.flows.map((flow) => ({
    value: flow.name,
    label: flow.name,
    hint: `${flow.tables[0].object} ↔ ${flow.tables[1].object}, ${counted(flow.fields.length, 'field')}`,
  }))
  const perhaps = likely.map((pair) => ({
    value: keyOf(pair),
    label: keyOf(pair),
    hint: `perhaps; ${counted(pair.columns, 'column')} alike`,
  }))
  const byHand = { value: BY_HAND, label: 'Pair other tables', hint: 'Choose them from both systems.' }
  return prompter.chooseMany(
    'Which of these should Concordat keep in agreement?',
    [...flows, ...perhaps, ...(free ? [byHand] : [])],
    flows.slice(0, MOST_CHOSEN).map(({ value }) => value),
  )
}

/** Lets a person put tables together, until there are no more. */
async function pairByHand(
  prompter: Prompter,
  sources: Both<Source>,
  kept: Proposal,
  before: readonly GivenPair[],
): Promise<readonly GivenPair[]> {
  const pairs: GivenPair[] = []
  for (;;) {
    const taken = [0, 1].map(
      (side) =>
        new Set([
          ...kept.flows.map(({ tables }) => tables[side as 0 | 1].object),
          ...[...before, ...pairs].map(({ tables }) => tables[side as 0 | 1]),
        ]),
    ) as [Set<string>, Set<string>]
    const open = [0, 1].map((side) => choicesOf(kept, side as 0 | 1, taken[side as 0 | 1])) as [Choice[], Choice[]]
    if (open[0].length === 0 || open[1].length === 0) return pairs
    const [a, b] = [sources[0].name, sources[1].name]
    const nothing = {
      value: DONE,
      label: kept.flows.length + before.length + pairs.length > 0 ? 'No more' : 'None',
      hint: '',
    }
    const first = await prompter.choose(
      pairs.length === 0
        ? `Which table of ${a} belongs to one of ${b}?`
        : `Which other table of ${a} belongs to one of ${b}?`,
      pairs.length === 0 ? [...open[0], nothing] : [nothing, ...open[0]],
    )
    if (first === DONE) return pairs
    const second = await prompter.choose(`Which table of ${b} holds what ${first} holds?`, open[1])
    pairs.push({ tables: [first, second] })
  }
}

function choicesOf(kept: Proposal, side: 0 | 1, taken: ReadonlySet<string>): Choice[] {
  return pairableTables(kept, side)
    .filter((table) => !taken.has(table.name))
    .map((table) => ({ value: table.name, label: table.name, hint: hintOf(table) }))
}

const hintOf = (table: SourceObject): string =>
  table.estimatedRows > 0
    ? `about ${counted(Math.round(table.estimatedRows), 'row')}`
    : counted(table.columns.length, 'column')
