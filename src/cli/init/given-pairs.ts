import type { SourceObject } from '../../contract/proposal/catalogue.ts'
import type { Both, GivenPair } from '../../contract/proposal/proposal.ts'
import { asideReason } from '../../contract/proposal/set-aside.ts'
import { nearMiss } from '../../contract/text/near-miss.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Source } from './sources.ts'

const FORM = 'Write --pair table:table, or --pair flow=table:table to name the flow, such as --pair customer:contacts.'

/** The pairs that `--pair` names, each with tables that are there and can be kept in agreement. */
export function givenPairs(texts: readonly string[], sources: Both<Source>): readonly GivenPair[] {
  const taken = new Set<string>()
  return texts.map((text) => {
    const [, name, a, b] = /^(?:([^=:]*)=)?([^:]+):([^:]+)$/.exec(text.trim()) ?? []
    if (a === undefined || b === undefined || (name !== undefined && !/^[A-Za-z][A-Za-z0-9_-]{0,59}$/.test(name)))
      throw new ConcordatError('cli.usage', `"${text}" is no pair of tables.`, { cure: FORM })
    const tables: Both<string> = [pairable(a.trim(), sources[0]), pairable(b.trim(), sources[1])]
    tables.forEach((table, side) => {
      const key = `${side} ${table}`
      if (taken.has(key))
        throw new ConcordatError('cli.usage', `${table} of ${sources[side as 0 | 1].name} is in two pairs.`, {
          cure: 'A table belongs to one flow; leave one of the pairs out.',
        })
      taken.add(key)
    })
    return name === undefined ? { tables } : { name, tables }
  })
}

function pairable(written: string, { name, system }: Source): string {
  const { objects } = system.catalogue
  const table =
    objects.find((one) => one.name === written) ??
    objects.find((one) => one.name.toLowerCase() === written.toLowerCase())
  if (table === undefined) {
    const near = nearMiss(
      written,
      objects.map((one) => one.name),
    )
    throw new ConcordatError('cli.usage', `${name} has no table ${written}.`, {
      cure: near === null ? `Its tables are ${someOf(objects)}.` : `Did you mean ${near}?`,
    })
  }
  const why = unpairable(table)
  if (why !== null)
    throw new ConcordatError('cli.usage', `${table.name} of ${name} cannot be a flow: ${why}.`, {
      cure: 'Choose another table, or write the flow by hand: docs/contract.md says what it needs.',
    })
  return table.name
}

/** Why a person cannot pair a table either; null: it can be. */
function unpairable(table: SourceObject): string | null {
  switch (asideReason(table)) {
    case 'secret':
      return 'its name suggests that it contains secrets'
    case 'view':
      return 'it is a view, and has no primary key'
    case 'key':
      return 'it has no primary key of one column'
    case 'rights':
      return 'this user may not read its key'
    case 'lines':
    case 'bookkeeping':
    case null:
      return null
  }
}

function someOf(objects: readonly SourceObject[]): string {
  const names = objects.map((one) => one.name)
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ')
}
