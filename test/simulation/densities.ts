import type { Tally } from './incidents.ts'

/*
 * How dense the faults were, measured in what was played. Calls are counted where they are at risk: all of them in rough
 * weather, and those that write where only writing goes badly.
 */

export interface Density {
  readonly name: string
  readonly happened: number
  readonly of: number
  readonly share: number
  /** Fewer than this share prove too little. */
  readonly least: number
}

const AT_RISK = ['rough read', 'rough write', 'rough writes write']

export function densitiesOf(tally: Tally): readonly Density[] {
  const sum = (names: readonly string[]): number => names.reduce((n, name) => n + (tally[name] ?? 0), 0)
  const calls = (...kinds: string[]): number =>
    sum(AT_RISK.flatMap((where) => kinds.map((kind) => `${where}: ${kind}`)))
  const density = (name: string, happened: number, of: number, least: number): Density => ({
    name,
    happened,
    of,
    share: of === 0 ? 0 : happened / of,
    least,
  })
  const atRisk = sum(AT_RISK)
  const hints = sum(['hint'])
  return [
    density('failed calls', calls('fail'), atRisk, 0.1),
    density('lost responses', calls('lose'), atRisk, 0.1),
    density('crashes', calls('die before', 'die after'), atRisk, 0.03),
    density('processes that stood still after a commit', sum(['commits: stood still']), sum(['commits']), 0.02),
    density('writes taken over in place', sum(['writes in place: taken over']), sum(['writes in place']), 0.01),
    density('dropped hints', sum(['hint: dropped']), hints, 0.1),
    density('doubled hints', sum(['hint: doubled']), hints, 0.1),
    density('late commits', sum(['users’ transactions: committed late']), sum(['users’ transactions']), 0.02),
    density('searches of an index that lags', sum(['searches: lagging']), sum(['searches']), 0.1),
  ]
}

export function addTo(total: Tally, tally: Tally): void {
  for (const [name, n] of Object.entries(tally)) total[name] = (total[name] ?? 0) + n
}

export function tooThin(densities: readonly Density[]): readonly Density[] {
  return densities.filter(({ share, least }) => share < least)
}

export function inWords({ name, happened, of, share, least }: Density): string {
  return `${name} ${(share * 100).toFixed(1)}% (${happened} of ${of}; at least ${least * 100}%)`
}
