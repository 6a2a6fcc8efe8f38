import { Findings } from './disagreement.ts'
import type { Photo, Row } from './photograph.ts'
import {
  isWrongVat,
  plainCountry,
  plainEmail,
  plainNumber,
  plainPhone,
  plainSegment,
  plainText,
  plainVat,
} from './plain-form.ts'

/** Which customer of the ERP is which account of the CRM, after a run. */
export interface CustomerPairs {
  readonly crmOf: ReadonlyMap<string, string>
  readonly erpOf: ReadonlyMap<string, string>
}

export interface CustomerRules {
  /** Whoever was last touched before this (`2018-…`, UTC) at the first run is left alone. */
  readonly legacyBefore: string
  /** Accounts that wait for somebody's approval. */
  readonly awaitingApproval: ReadonlySet<string>
}

/** What the two systems held of one company before a run. */
interface Company {
  readonly erp: readonly Row[]
  readonly crm: readonly Row[]
}

/**
 * Compares customers with accounts: pairs agree field by field, whoever was on one side only is now exactly once on
 * the other, and nobody touched the rest. What was right before a run must not have been written at all.
 */
export function verifyCustomers(
  before: Photo,
  after: Photo,
  rules: CustomerRules,
): CustomerPairs & { compared: number; findings: Findings } {
  const findings = new Findings('customers')
  const erpAfter = new Map(after.erp['customers']!.map((row) => [row['id']!, row]))
  const crmAfter = new Map(after.crm['accounts']!.map((row) => [row['id']!, row]))
  const newErp = newRows(before.erp['customers']!, after.erp['customers']!)
  const newCrm = newRows(before.crm['accounts']!, after.crm['accounts']!)
  const crmOf = new Map<string, string>()
  const erpOf = new Map<string, string>()
  const pair = (erp: Row, crm: Row): void => {
    crmOf.set(erp['id']!, crm['id']!)
    erpOf.set(crm['id']!, erp['id']!)
    compare(findings, erp, crm)
  }

  for (const prospect of before.crm['accounts']!.filter((row) => row['type'] !== 'customer')) {
    untouched(findings, 'CRM', prospect, crmAfter.get(prospect['id']!))
  }
  for (const company of companies(before)) {
    const [erp, crm] = [company.erp[0], company.crm[0]]
    const name = title(company)
    if (mustWait(company, rules)) {
      for (const row of company.erp) untouched(findings, 'ERP', row, erpAfter.get(row['id']!))
      for (const row of company.crm) untouched(findings, 'CRM', row, crmAfter.get(row['id']!))
    } else if (erp && crm) {
      const [erpNow, crmNow] = [erpAfter.get(erp['id']!), crmAfter.get(crm['id']!)]
      if (!erpNow || !crmNow) {
        findings.add(name, `is gone from the ${erpNow ? 'CRM' : 'ERP'}`)
        continue
      }
      pair(erpNow, crmNow)
      rightlyWritten(findings, name, erp, crm, erpNow, crmNow)
    } else if (erp) {
      untouched(findings, 'ERP', erp, erpAfter.get(erp['id']!))
      const created = theOne(
        findings,
        name,
        'CRM',
        [...newCrm].filter((row) => isSame(erp, 'vat', row, 'tax_id')),
      )
      if (!created) continue
      newCrm.delete(created)
      if (created['type'] !== 'customer') findings.add(name, 'was created in the CRM, but not as a customer')
      pair(erp, created)
    } else if (crm) {
      untouched(findings, 'CRM', crm, crmAfter.get(crm['id']!))
      const created = theOne(
        findings,
        name,
        'ERP',
        [...newErp].filter((row) => isSame(crm, 'tax_id', row, 'vat')),
      )
      if (!created) continue
      newErp.delete(created)
      pair(created, crm)
    }
  }
  for (const row of newErp)
    findings.add(row['legal_name'] ?? `customer ${row['id']}`, 'is new in the ERP and should not be')
  for (const row of newCrm)
    findings.add(row['account_name'] ?? `account ${row['id']}`, 'is new in the CRM and should not be')
  return { crmOf, erpOf, compared: crmOf.size, findings }
}

/** Groups the rows of both systems by VAT number, then by e-mail. */
function companies(photo: Photo): Company[] {
  const groups: { erp: Row[]; crm: Row[] }[] = []
  const byKey = new Map<string, { erp: Row[]; crm: Row[] }>()
  const place = (side: 'erp' | 'crm', row: Row, vatColumn: string): void => {
    const vat = isWrongVat(row[vatColumn]!) ? null : plainVat(row[vatColumn]!)
    const email = plainEmail(row['email']!)
    const keys = [vat && `vat ${vat}`, email && `email ${email}`].filter((key) => key !== null && key !== '')
    const group = keys.map((key) => byKey.get(key!)).find((found) => found !== undefined) ?? { erp: [], crm: [] }
    if (group.erp.length + group.crm.length === 0) groups.push(group)
    group[side].push(row)
    for (const key of keys) if (!byKey.has(key!)) byKey.set(key!, group)
  }
  for (const row of photo.erp['customers']!) place('erp', row, 'vat')
  for (const row of photo.crm['accounts']!) if (row['type'] === 'customer') place('crm', row, 'tax_id')
  return groups
}

function mustWait({ erp, crm }: Company, rules: CustomerRules): boolean {
  const twice = erp.length > 1 || crm.length > 1
  const old = [...erp.map((row) => row['updated_at']!), ...crm.map((row) => row['modified_at']!)].some(
    (at) => at < rules.legacyBefore,
  )
  const nameless = (erp[0] ? plainText(erp[0]['legal_name']!) : plainText(crm[0]!['account_name']!)) === null
  const wrongVat = erp.some((row) => isWrongVat(row['vat']!)) || crm.some((row) => isWrongVat(row['tax_id']!))
  const awaited = crm.some((row) => rules.awaitingApproval.has(row['id']!))
  return twice || old || nameless || wrongVat || awaited
}

function compare(findings: Findings, erp: Row, crm: Row): void {
  const name = plainText(erp['legal_name']!) ?? `customer ${erp['id']}`
  findings.agree(name, 'name', plainText(erp['legal_name']!), plainText(crm['account_name']!))
  findings.agree(name, 'VAT number', plainVat(erp['vat']!), plainVat(crm['tax_id']!))
  findings.agree(name, 'country', plainCountry(erp['country_code']!), plainCountry(crm['country_name']!))
  findings.agree(name, 'e-mail', plainEmail(erp['email']!), plainEmail(crm['email']!))
  findings.agree(name, 'credit limit', plainNumber(erp['credit_limit']!), plainNumber(crm['credit_limit']!))
  findings.agree(name, 'segment', plainSegment(erp['segment']!), plainSegment(crm['tier']!))
  // Where sales left no usable number, the ERP keeps its own.
  if (plainPhone(crm['phone']!) !== null)
    findings.agree(name, 'phone', plainPhone(erp['phone']!), plainPhone(crm['phone']!))
  // Sales send no address to the ERP.
  if (erp['street'] !== '') findings.agree(name, 'address', `${erp['street']}, ${erp['city']}`, crm['billing_address']!)
}

/** The owner's values stay to the letter, and so does what only looks different. */
function rightlyWritten(findings: Findings, name: string, erp: Row, crm: Row, erpNow: Row, crmNow: Row): void {
  const erpOwns = [
    'legal_name',
    'vat',
    'country_code',
    'credit_limit',
    'segment',
    'street',
    'postcode',
    'city',
    'customer_since',
    'status',
  ]
  for (const column of erpOwns) findings.same(name, `${column} in the ERP`, erp[column]!, erpNow[column]!)
  for (const column of ['type', 'phone', 'owner'])
    findings.same(name, `${column} in the CRM`, crm[column]!, crmNow[column]!)
  const alike: [boolean, string, string][] = [
    [plainText(erp['legal_name']!) === plainText(crm['account_name']!), 'legal_name', 'account_name'],
    [plainVat(erp['vat']!) === plainVat(crm['tax_id']!), 'vat', 'tax_id'],
    [plainPhone(erp['phone']!) === plainPhone(crm['phone']!), 'phone', 'phone'],
    [plainEmail(erp['email']!) === plainEmail(crm['email']!), 'email', 'email'],
  ]
  for (const [equal, inErp, inCrm] of alike) {
    if (!equal) continue
    findings.same(name, `${inErp} in the ERP`, erp[inErp]!, erpNow[inErp]!)
    findings.same(name, `${inCrm} in the CRM`, crm[inCrm]!, crmNow[inCrm]!)
  }
  const winner = erp['updated_at']! > crm['modified_at']! ? erp['email']! : crm['email']!
  if (erp['email'] !== null && crm['email'] !== null && plainEmail(erpNow['email']!) !== plainEmail(winner)) {
    findings.add(name, `the e-mail should be the newer one, “${winner}”`)
  }
}

function untouched(findings: Findings, system: string, before: Row, now: Row | undefined): void {
  const name = before['legal_name'] || before['account_name'] || `${system} ${before['id']}`
  if (!now) findings.add(name, `is gone from the ${system}`)
  else
    for (const column of Object.keys(before))
      findings.same(name, `${column} in the ${system}`, before[column]!, now[column]!)
}

function theOne(findings: Findings, name: string, system: string, found: readonly Row[]): Row | undefined {
  if (found.length === 0) findings.add(name, `should have been created in the ${system}`)
  if (found.length > 1) findings.add(name, `was created in the ${system} ${found.length} times`)
  return found[0]
}

function isSame(row: Row, vat: string, other: Row, otherVat: string): boolean {
  const own = plainVat(row[vat]!)
  return own === null ? plainEmail(row['email']!) === plainEmail(other['email']!) : own === plainVat(other[otherVat]!)
}

function newRows(before: readonly Row[], after: readonly Row[]): Set<Row> {
  const known = new Set(before.map((row) => row['id']))
  return new Set(after.filter((row) => !known.has(row['id'])))
}

function title({ erp, crm }: Company): string {
  return erp[0]?.['legal_name'] || crm[0]?.['account_name'] || `account ${crm[0]?.['id']}`
}
