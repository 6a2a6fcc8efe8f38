import type pg from 'pg'
import { withClient } from './databases.ts'
import type { SystemUrls } from './databases.ts'
import { Random } from './random.ts'
import { vatNumber } from './vat-number.ts'
import type { World } from './world.ts'

/** Something that a person did in one of the systems between two runs. */
export interface Edit {
  readonly system: 'erp' | 'crm'
  readonly who: string
  /** Completes “Accounting …”. */
  readonly did: string
  /** The field's name in the contract; null for a new record. */
  readonly field: string | null
  readonly from: string | null
  readonly to: string
  /** What the contract makes of it. */
  readonly expected: string
}

export interface Edits {
  readonly edits: readonly Edit[]
  /** The account that was typed in by hand, which has to wait for approval. */
  readonly newAccount: string
}

/** A morning's work on one customer, in both systems, by people who do not talk to each other. */
export async function makeEdits(urls: SystemUrls, world: World): Promise<Edits> {
  const { erpId, crmId } = world.featured
  const inErp = (column: string, value: (old: string) => string) =>
    withClient(urls.erp, (client) => edit(client, 'customers', erpId, column, value))
  const inCrm = (column: string, value: (old: string) => string) =>
    withClient(urls.crm, (client) => edit(client, 'accounts', crmId, column, value))
  const host = (email: string) => email.split('@')[1]!
  const edits: Edit[] = [
    {
      system: 'erp',
      who: 'Accounting',
      did: 'raises the credit limit',
      field: 'credit_limit',
      ...(await inErp('credit_limit', (old) => (Number(old) + 5000).toFixed(2))),
      expected: 'Concordat writes it to the CRM: the ERP owns the credit limit',
    },
    {
      system: 'crm',
      who: 'Sales',
      did: 'changes the phone number',
      field: 'phone',
      ...(await inCrm('phone', (old) => (old === '+34 963 120 045' ? '+34 963 120 046' : '+34 963 120 045'))),
      expected: 'Concordat writes it to the ERP: the CRM owns the phone number',
    },
    {
      system: 'crm',
      who: 'Sales',
      did: 'changes the segment',
      field: 'segment',
      ...(await inCrm('tier', (old) => (old === 'enterprise' ? 'mid-market' : 'enterprise'))),
      expected: 'Concordat reverts it: the ERP owns the segment',
    },
    {
      system: 'erp',
      who: 'Accounting',
      did: 'changes the e-mail address',
      field: 'email',
      ...(await inErp('email', (old) => `facturas@${host(old)}`)),
      expected: 'loses: both systems share the e-mail address, and the newest change wins',
    },
    {
      system: 'crm',
      who: 'Sales',
      did: 'changes the e-mail address as well',
      field: 'email',
      ...(await inCrm('email', (old) => `recepcion@${host(old)}`)),
      expected: 'wins: it is the newest change; the log keeps the other one',
    },
  ]
  const name = 'Laboratorios Turia, S.L.'
  const vat = vatNumber('ES', new Random(world.seed, 'typed in by hand'))
  const newAccount = await withClient(urls.crm, async (client) => {
    const inserted = await client.query<{ id: string }>(
      `insert into accounts (type, account_name, tax_id, country_name, email, tier, owner)
       values ('customer', $1, $2, 'Spain', 'info@laboratorios-turia.es', 'small', 'Lucía Paredes') returning id`,
      [name, vat],
    )
    return inserted.rows[0]!.id
  })
  edits.push({
    system: 'crm',
    who: 'Sales',
    did: 'creates a new customer',
    field: null,
    from: null,
    to: name,
    expected: 'waits: accounting must approve new customers',
  })
  return { edits, newAccount }
}

async function edit(client: pg.Client, table: string, id: number, column: string, value: (old: string) => string) {
  const found = await client.query<{ old: string | null }>(
    `select ${column}::text as old from ${table} where id = $1`,
    [id],
  )
  const from = found.rows[0]?.old ?? null
  const to = value(from ?? '')
  await client.query(`update ${table} set ${column} = $2 where id = $1`, [id, to])
  return { from, to }
}
