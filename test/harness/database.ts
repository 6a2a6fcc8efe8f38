/**
 * Empty databases on the suite's server, one for each test that wants one, so that no test sees another's rows.
 * What is left undropped goes with the server.
 */
import { randomBytes } from 'node:crypto'

import pg from 'pg'
import { inject } from 'vitest'

/** A database that belongs to one test. */
export interface TestDatabase {
  readonly name: string
  readonly url: string
  drop(): Promise<void>
}

/** A new, empty database; `label` only makes its name readable. */
export async function freshDatabase(label = 'test'): Promise<TestDatabase> {
  return create(label)
}

/**
 * A new copy of a database that `fill` has filled once for the whole suite, for instance by migrating the store:
 * `freshFromTemplate('store', migrate)`. Templates of one name must be filled alike.
 */
export async function freshFromTemplate(name: string, fill: (url: string) => Promise<void>): Promise<TestDatabase> {
  const template = `template_${name}`
  await onServer(async (client) => {
    // Workers that want the template at the same time wait here for the one that fills it.
    await client.query('select pg_advisory_lock(hashtext($1))', [template])
    const made = await client.query('select from pg_database where datname = $1', [template])
    if (made.rowCount !== 0) return
    const filling = `${template}_filling`
    await client.query(`drop database if exists ${pg.escapeIdentifier(filling)} with (force)`)
    await client.query(`create database ${pg.escapeIdentifier(filling)}`)
    await fill(urlOf(filling))
    await client.query(`alter database ${pg.escapeIdentifier(filling)} rename to ${pg.escapeIdentifier(template)}`)
  })
  return create(name, template)
}

/** Connection string of a database on the suite's server. */
export function urlOf(name: string): string {
  const url = new URL(inject('serverUrl'))
  url.pathname = `/${encodeURIComponent(name)}`
  return url.href
}

async function create(label: string, template = 'template0'): Promise<TestDatabase> {
  const name = `${label.replaceAll(/\W+/g, '_').toLowerCase().slice(0, 40)}_${randomBytes(6).toString('hex')}`
  const quoted = pg.escapeIdentifier(name)
  await onServer((client) => client.query(`create database ${quoted} template ${pg.escapeIdentifier(template)}`))
  return {
    name,
    url: urlOf(name),
    drop: async () => {
      await onServer((client) => client.query(`drop database if exists ${quoted} with (force)`))
    },
  }
}

async function onServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('serverUrl') })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
