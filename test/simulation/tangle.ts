import type { Company } from './company.ts'
import { Random } from './random.ts'
import type { Deed, Step } from './story.ts'

/*
 * What users do to several records at once, where one stands in the other's way: they hand unique values on, and delete
 * customers together with their orders, or after these have gone to another one. Records of their own, so that whatever
 * else a story tells does not contradict it.
 */

const CUSTOMERS = ['P1', 'P2', 'P3', 'P4']
const ORDERS = ['Q1', 'Q2', 'Q3']

type Draft = Record<string, unknown> & { readonly kind: Step['kind'] }

/** The steps that belong together, in their order; without keys. */
export function tangleOf(seed: number, company: Company): readonly Draft[] {
  const random = new Random(seed, 'tangle')
  const steps: Draft[] = []
  let n = 0
  const user = (deed: Deed): void => void steps.push({ kind: 'user', late: 0, deed })
  const flows = company.orders ? ['customers', 'orders'] : ['customers']
  const run = (weather: string): void =>
    void steps.push({
      kind: 'run',
      flows: random.chance(0.3) ? flows.toReversed() : flows,
      full: random.chance(0.2),
      weather,
    })
  for (const code of CUSTOMERS)
    user({
      system: 'erp',
      table: 'customers',
      code,
      what: 'create',
      values: { name: `Tangle ${code}`, place: `at ${code}` },
    })
  run('calm')
  run('calm')
  if (company.orders) {
    for (const code of ORDERS)
      user({ system: 'crm', table: 'orders', code, what: 'create', values: { customer_id: random.pick(['P1', 'P2']) } })
    run('calm')
    run('calm')
  }
  const rounds = random.between(2, 4)
  for (let round = 0; round < rounds; round++) {
    const passOn = (codes: readonly string[], last: string | null): void => {
      const [code, ...others] = codes
      user({ system: 'erp', table: 'customers', code: code!, what: 'pass on', column: 'place', others, last })
    }
    const what = random.weigh([
      [2, 'swap'],
      [1, 'ring'],
      [1, 'chain'],
      [company.orders ? 2 : 0, 'raze'],
      [company.orders ? 3 : 0, 'move'],
    ] as const)
    const some = CUSTOMERS.toSorted(() => random.between(0, 1) - 0.5)
    if (what === 'swap') passOn(some.slice(0, 2), null)
    else if (what === 'ring') passOn(some.slice(0, 3), null)
    else if (what === 'chain') passOn(some.slice(0, 3), `moved ${++n}`)
    else if (what === 'raze') {
      const code = random.pick(['P1', 'P2'])
      user({ system: 'crm', table: 'customers', code, what: 'raze', to: null })
      if (random.chance(0.5)) user({ system: 'erp', table: 'customers', code, what: 'raze', to: null })
    } else {
      const [code, to] = random.pick([
        ['P1', 'P3'],
        ['P2', 'P3'],
        ['P1', 'P4'],
      ] as const)
      user({ system: 'crm', table: 'customers', code, what: 'raze', to })
      if (random.chance(0.2)) user({ system: 'erp', table: 'customers', code, what: 'raze', to })
    }
    if (random.chance(0.9)) run(random.pick(['calm', 'rough', 'rough writes']))
  }
  return steps
}
