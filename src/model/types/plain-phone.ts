import { createRequire } from 'node:module'
import type { CountryCode } from 'libphonenumber-js/max'

/*
 * Most numbers that systems hold are in canonical form already. For countries with a calling code of their own that
 * can be told from two facts of the numbering plan, in a hundredth of the time that parsing takes: the number has one of
 * the country's lengths, and does not begin with what the country takes for a trunk prefix.
 */

interface Plan {
  readonly lengths: ReadonlySet<number>
  readonly trunkPrefix: RegExp | null
}

/** What we use of the library's own view of its table. */
interface Metadata {
  selectNumberingPlan(country: CountryCode): void
  readonly numberingPlan: { possibleLengths(): number[]; nationalPrefixForParsing(): string | undefined }
}
interface Table {
  readonly country_calling_codes: Readonly<Record<string, CountryCode[]>>
}

let plans: ReadonlyMap<string, Plan> | undefined

/** Whether this certainly is a phone number in canonical form; false may also mean that only parsing can tell. */
export function isPlainPhone(text: string): boolean {
  if (text.charCodeAt(0) !== 43 || text.length < 8 || text.length > 16 || !/^\+[1-9]\d+$/.test(text)) return false
  plans ??= readPlans()
  // No calling code is the beginning of another.
  for (let digits = 1; digits <= 3; digits++) {
    const plan = plans.get(text.slice(1, 1 + digits))
    if (plan === undefined) continue
    const national = text.slice(1 + digits)
    return plan.lengths.has(national.length) && plan.trunkPrefix?.test(national) !== true
  }
  return false
}

function readPlans(): ReadonlyMap<string, Plan> {
  const require = createRequire(import.meta.url)
  const core = require('libphonenumber-js/core') as { Metadata: new (table: Table) => Metadata }
  const table = require('libphonenumber-js/metadata.max.json') as Table
  const metadata = new core.Metadata(table)
  const result = new Map<string, Plan>()
  for (const [code, countries] of Object.entries(table.country_calling_codes)) {
    if (countries.length > 1) continue
    metadata.selectNumberingPlan(countries[0]!)
    const plan = metadata.numberingPlan
    const prefix = plan.nationalPrefixForParsing()
    const trunkPrefix = prefix === undefined || prefix === '' ? null : new RegExp(`^(?:${prefix})`)
    result.set(code, { lengths: new Set(plan.possibleLengths()), trunkPrefix })
  }
  return result
}
