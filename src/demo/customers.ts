import { companyName, otherSpelling, slug } from './company-name.ts'
import { LOCALES } from './country.ts'
import type { Country } from './country.ts'
import type { Mess } from './mess.ts'
import { PHONE_WRITINGS, phoneNumber } from './phone-number.ts'
import type { Phone } from './phone-number.ts'
import type { Random } from './random.ts'
import type { Cell, Table } from './table.ts'
import { day, moment } from './time.ts'
import { VAT_WRITINGS, mistyped, vatNumber } from './vat-number.ts'

/*
 * Customers: companies, and what each of the two systems makes of them. Every company is first a truth (its name, VAT
 * number, telephone …) and then a row in the ERP, in the CRM or in both, with the mistakes of its kind.
 */

/** Where a company is and what is wrong with it; how many of 2,000 are of each kind. The rest is in both systems. */
const PER_2000 = {
  'only in erp': 220,
  'only in crm': 180,
  'vat missing in crm': 120,
  'other e-mail in crm': 30,
  'old, in both': 20,
  'old, only in erp': 40,
  'twice in crm': 12,
  'twice in erp': 8,
  'name missing in crm': 25,
  'no name, only in crm': 10,
  'wrong vat': 9,
  'unusable phone': 15,
} as const
type Kind = keyof typeof PER_2000 | 'in both'

/** Beyond those, among the companies that are in both systems. */
const SPELLED_DIFFERENTLY_PER_2000 = 400
const PHONE_MISSING_IN_ERP_PER_2000 = 100
const CREDIT_DIFFERS_PER_2000 = 200
const PROSPECTS_PER_2000 = 150

interface Company {
  readonly kind: Kind
  readonly country: Country
  readonly name: string
  readonly vat: string
  readonly phone: Phone
  readonly email: string
  readonly street: string
  readonly postcode: string
  readonly city: string
  readonly segment: 'A' | 'B' | 'C'
  readonly credit: number
}

export interface Customers {
  readonly erp: Table
  readonly crm: Table
  readonly mess: readonly Mess[]
  /** Customers that orders and invoices may name, by their ids. */
  readonly trading: readonly { readonly erpId: number | null; readonly crmId: number | null }[]
  /** Customers that exist twice: a person must say which is which, and their orders and invoices wait for that. */
  readonly undecided: readonly { readonly erpId: number; readonly crmId: number }[]
  /** A customer with nothing special about it, for the story. */
  readonly featured: { readonly erpId: number; readonly crmId: number; readonly name: string }
}

const TIER = { A: 'enterprise', B: 'mid-market', C: 'small' } as const
const OWNERS = ['Lucía Paredes', 'Marc Vallès', 'Inês Duarte', 'Jonas Behrens', 'Chiara Lombardi', 'Hugo Castel']
/** The first id of the CRM: nobody should get along by taking the ids of the two systems for the same. */
const FIRST_ACCOUNT = 10001

export function generateCustomers(count: number, random: Random): Customers {
  const share = (per2000: number) => Math.max(1, Math.round((per2000 * count) / 2000))
  const kinds = random.shuffled(
    Array.from({ length: count }, (_, i): Kind => {
      let next = i
      for (const kind of Object.keys(PER_2000) as (keyof typeof PER_2000)[]) {
        if (next < share(PER_2000[kind])) return kind
        next -= share(PER_2000[kind])
      }
      return 'in both'
    }),
  )
  const invented = inventCompanies(
    [...kinds, ...Array.from({ length: share(PROSPECTS_PER_2000) }, () => 'only in crm' as const)],
    random,
  )
  const companies = invented.slice(0, count)
  const prospects = invented.slice(count)
  const inBoth = random.shuffled(companies.filter((company) => company.kind === 'in both'))
  const firstOf = (per2000: number, from: number) => new Set(inBoth.slice(from, from + share(per2000)))
  const spelledDifferently = firstOf(SPELLED_DIFFERENTLY_PER_2000, 0)
  // These two overlap with other spellings, as trouble does.
  const phoneMissing = firstOf(PHONE_MISSING_IN_ERP_PER_2000, Math.floor(share(SPELLED_DIFFERENTLY_PER_2000) / 2))
  const creditDiffers = firstOf(CREDIT_DIFFERS_PER_2000, Math.floor(share(SPELLED_DIFFERENTLY_PER_2000) / 3))

  const erp: Cell[][] = []
  const crm: Cell[][] = []
  const trading: { erpId: number | null; crmId: number | null }[] = []
  const undecided: { erpId: number; crmId: number }[] = []
  let featured: Customers['featured'] | undefined

  const toErp = (company: Company): number => {
    const old = company.kind.startsWith('old')
    const since = old ? day(random, 2009, 2014) : day(random, 2014, 2025)
    const changed = old ? moment(random, 2014, 2016) : moment(random, 2023, 2026)
    const id = erp.length + 1
    erp.push([
      id,
      company.name,
      random.pick(VAT_WRITINGS)(company.kind === 'wrong vat' ? mistyped(company.vat) : company.vat),
      company.country,
      phoneMissing.has(company) ? null : random.pick(PHONE_WRITINGS)(company.phone),
      company.email,
      company.credit,
      company.segment,
      company.street,
      company.postcode,
      company.city,
      since,
      random.chance(0.03) ? 'blocked' : 'active',
      changed,
    ])
    return id
  }
  const toCrm = (company: Company, name: string | null, tidy = false): number => {
    const { kind } = company
    const id = FIRST_ACCOUNT + crm.length
    const ownVat = kind === 'vat missing in crm' || kind === 'wrong vat' ? null : company.vat
    const domain = company.email.split('@')[1]!
    crm.push([
      id,
      'customer',
      name,
      ownVat === null ? null : random.pick(VAT_WRITINGS)(ownVat),
      LOCALES[company.country].english,
      kind === 'unusable phone'
        ? random.pick(['ask for Marta', 'see card', 'n/a'])
        : random.pick(PHONE_WRITINGS)(company.phone),
      kind === 'other e-mail in crm' ? `ventas.${slug(company.name)}@${domain}` : company.email,
      `${company.street}, ${company.city}`,
      !tidy && random.chance(0.05) ? null : TIER[company.segment],
      creditDiffers.has(company) ? company.credit + 1500 : company.credit,
      random.pick(OWNERS),
      kind.startsWith('old') ? moment(random, 2014, 2016) : moment(random, 2023, 2026),
    ])
    return id
  }

  for (const company of companies) {
    const spelling = spelledDifferently.has(company)
      ? otherSpelling(company.name, random)
      : untidy(company.name, random)
    switch (company.kind) {
      case 'only in erp':
        trading.push({ erpId: toErp(company), crmId: null })
        break
      case 'only in crm':
        trading.push({ erpId: null, crmId: toCrm(company, company.name) })
        break
      case 'old, only in erp':
        toErp(company)
        break
      case 'no name, only in crm':
        toCrm(company, random.pick([null, '', ' ']))
        break
      case 'name missing in crm':
        trading.push({ erpId: toErp(company), crmId: toCrm(company, random.pick([null, ''])) })
        break
      case 'twice in crm':
        undecided.push({ erpId: toErp(company), crmId: toCrm(company, spelling) })
        toCrm({ ...company, email: anotherMailbox(company, random) }, otherSpelling(company.name, random))
        break
      case 'twice in erp':
        undecided.push({ erpId: toErp(company), crmId: toCrm(company, spelling) })
        toErp({ ...company, name: otherSpelling(company.name, random), email: anotherMailbox(company, random) })
        break
      case 'old, in both':
      case 'wrong vat':
        toErp(company)
        toCrm(company, spelling)
        break
      case 'in both':
        if (!featured && company.country === 'ES' && !phoneMissing.has(company) && !creditDiffers.has(company)) {
          featured = { erpId: toErp(company), crmId: toCrm(company, company.name, true), name: company.name }
          trading.unshift({ erpId: featured.erpId, crmId: featured.crmId })
          break
        }
        trading.push({ erpId: toErp(company), crmId: toCrm(company, spelling) })
        break
      case 'vat missing in crm':
      case 'other e-mail in crm':
      case 'unusable phone':
        trading.push({ erpId: toErp(company), crmId: toCrm(company, spelling) })
    }
  }
  // Prospects: in the CRM, but not customers yet; the contract's filter leaves them out.
  for (const company of prospects) {
    toCrm(company, company.name)
    crm.at(-1)![1] = 'prospect'
  }
  if (!featured) throw new Error('The demo needs at least a hundred customers.')

  const notPlain = (table: Cell[][], column: number, plain: RegExp) =>
    table.filter((row) => typeof row[column] === 'string' && !plain.test(row[column])).length
  return {
    erp: {
      name: 'customers',
      columns: [
        'id',
        'legal_name',
        'vat',
        'country_code',
        'phone',
        'email',
        'credit_limit',
        'segment',
        'street',
        'postcode',
        'city',
        'customer_since',
        'status',
        'updated_at',
      ],
      rows: erp,
    },
    crm: {
      name: 'accounts',
      columns: [
        'id',
        'type',
        'account_name',
        'tax_id',
        'country_name',
        'phone',
        'email',
        'billing_address',
        'tier',
        'credit_limit',
        'owner',
        'modified_at',
      ],
      rows: crm,
    },
    trading,
    undecided,
    featured,
    mess: [
      {
        key: 'customers_only_in_erp',
        what: 'customers that exist only in the ERP',
        count: share(PER_2000['only in erp']),
      },
      {
        key: 'customers_only_in_crm',
        what: 'customers that exist only in the CRM',
        count: share(PER_2000['only in crm']),
      },
      {
        key: 'customers_spelled_differently',
        what: 'companies spelled differently in the two systems',
        count: spelledDifferently.size,
      },
      {
        key: 'customers_twice',
        what: 'companies with a duplicate in one system',
        count: share(PER_2000['twice in crm']) + share(PER_2000['twice in erp']),
      },
      {
        key: 'vat_missing_in_crm',
        what: 'accounts without VAT number, matched by e-mail',
        count: share(PER_2000['vat missing in crm']),
      },
      {
        key: 'names_missing',
        what: 'accounts without a name',
        count: share(PER_2000['name missing in crm']) + share(PER_2000['no name, only in crm']),
      },
      { key: 'vat_wrong', what: 'VAT numbers with a typing error', count: share(PER_2000['wrong vat']) },
      {
        key: 'phones_unusable',
        what: 'invalid phone numbers (“ask for Marta”)',
        count: share(PER_2000['unusable phone']),
      },
      {
        key: 'phones_in_other_formats',
        what: 'phone numbers in four other formats',
        count: notPlain(erp, 4, /^\+\d+$/) + notPlain(crm, 5, /^(\+\d+|\D+)$/),
      },
      {
        key: 'vat_in_other_formats',
        what: 'VAT numbers in four other formats',
        count: notPlain(erp, 2, /^[A-Z]{2}[0-9A-Z]{8,11}$/) + notPlain(crm, 3, /^[A-Z]{2}[0-9A-Z]{8,11}$/),
      },
      { key: 'phones_missing_in_erp', what: 'customers without phone number in the ERP', count: phoneMissing.size },
      { key: 'credit_limits_differ', what: 'credit limits that differ', count: creditDiffers.size },
      { key: 'emails_differ', what: 'e-mail addresses that differ', count: share(PER_2000['other e-mail in crm']) },
      {
        key: 'customers_untouched',
        what: 'customers that nobody has changed for ten years',
        count: share(PER_2000['old, in both']) + share(PER_2000['old, only in erp']),
      },
      { key: 'prospects', what: 'prospects, which are not customers yet', count: prospects.length },
    ],
  }
}

function inventCompanies(kinds: readonly Kind[], random: Random): Company[] {
  const taken = new Set<string>()
  return kinds.map((kind) => {
    for (let attempt = 0; ; attempt++) {
      // A large world needs more names than there are: branches have numbers.
      const branch = attempt < 8 ? '' : ` ${random.integer(2, 10 * attempt)}`
      const company = inventCompany(kind, random, branch)
      const unique = [company.name, company.vat, company.email.split('@')[1]!]
      if (unique.some((key) => taken.has(key))) continue
      for (const key of unique) taken.add(key)
      return company
    }
  })
}

function inventCompany(kind: Kind, random: Random, branch: string): Company {
  const country = random.pick<Country>(['ES', 'ES', 'ES', 'ES', 'FR', 'FR', 'DE', 'DE', 'PT', 'IT'])
  const locale = LOCALES[country]
  const name = companyName(country, random).replace(', ', `${branch}, `)
  const [city, prefix, digits] = random.pick(locale.cities)
  const number = String(random.integer(1, 140))
  const street = random.pick(locale.streets)
  const segment = random.pick(['A', 'B', 'B', 'C', 'C', 'C'] as const)
  return {
    kind,
    country,
    name,
    vat: vatNumber(country, random),
    phone: phoneNumber(country, random),
    email: `${random.pick(locale.mailboxes)}@${slug(name)}.${locale.domain}`,
    street: locale.numberFirst ? `${number} ${street}` : `${street} ${number}`,
    postcode:
      country === 'PT' ? `${prefix}${random.digits(digits)}-${random.digits(3)}` : `${prefix}${random.digits(digits)}`,
    city,
    segment,
    credit: { A: 1000, B: 250, C: 100 }[segment] * random.integer(20, 90),
  }
}

function anotherMailbox(company: Company, random: Random): string {
  const [own, host] = company.email.split('@') as [string, string]
  return `${random.pick(LOCALES[company.country].mailboxes.filter((mailbox) => mailbox !== own))}@${host}`
}

/** Blanks and decomposed accents that no eye sees. */
function untidy(name: string, random: Random): string {
  const roll = random.next()
  return roll < 0.05 ? `${name} ` : roll < 0.09 ? name.normalize('NFD') : name
}
