/** L30: what databases say of themselves, when they are copied, cloned, moved and promoted. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'

import type { Connector } from '../../src/connector-kit/port.ts'
import { mysqlKind } from '../../src/connectors/sql/mysql/mysql.ts'
import { postgresKind } from '../../src/connectors/sql/postgres/postgres.ts'
import { isAccepted, type SystemIdentity } from '../../src/model/system-identity.ts'
import { startEmbedded, type EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { freshDatabase, urlOf } from '../harness/database.ts'
import { describeMariaDb } from '../harness/mariadb.ts'

const opened = (connector: Connector): Connector => {
  onTestFinished(() => connector.close())
  return connector
}
const postgres = (url: string): Connector => opened(postgresKind.connect({ url }))
const mysql = (url: string): Connector => opened(mysqlKind.connect({ url }))

const taken = (identity: SystemIdentity, anywhere = false) => [{ identity, anywhere }]

async function on(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const text of statements) await client.query(text)
  } finally {
    await client.end()
  }
}

describe('PostgreSQL', () => {
  test('L30 a database says the same each time, by whatever name of this machine', async () => {
    const { url } = await freshDatabase()
    const identity = await postgres(url).identity!()
    expect(Object.keys(identity.is)).toEqual(['server', 'database', 'database id', 'schemas'])
    expect(identity.at).toEqual({ timeline: '1', address: `this machine:${new URL(url).port}` })
    expect(identity.notes).toEqual([])
    expect(await postgres(url.replace('127.0.0.1', 'localhost')).identity!()).toEqual(identity)
  })

  test('L30 a copy of a database is another one; so is one that was dropped and restored', async () => {
    const first = await freshDatabase()
    const connector = postgresKind.connect({ url: first.url })
    const identity = await connector.identity!()
    await connector.close()
    const copy = `${first.name}_copy`
    await on(urlOf('postgres'), `create database ${copy} template ${first.name}`)
    const second = postgresKind.connect({ url: urlOf(copy) })
    expect(isAccepted(taken(identity), await second.identity!())).toBe(false)
    await second.close()
    await on(
      urlOf('postgres'),
      `drop database ${first.name} with (force)`,
      `alter database ${copy} rename to ${first.name}`,
    )
    const restored = await postgres(first.url).identity!()
    expect(isAccepted(taken(identity), restored)).toBe(false)
    expect(isAccepted(taken(identity, true), restored)).toBe(false)
  })

  test('L30 another schema of the same database is another system, whether the URL or the user leads there', async () => {
    const { url, name } = await freshDatabase()
    const role = `staging_${name}`.slice(0, 60)
    await on(
      url,
      'create schema test',
      'create schema live',
      `create role ${role} login password 'x'`,
      `grant create, connect on database ${name} to ${role}`,
      `create schema authorization ${role}`,
    )
    const within = (schemas: string) => `${url}?options=${encodeURIComponent(`-csearch_path=${schemas}`)}`
    const identity = await postgres(within('test,public')).identity!()
    expect(identity.is['schemas']).toBe('test, public')
    expect(isAccepted(taken(identity), await postgres(within('test,public')).identity!())).toBe(true)
    expect(isAccepted(taken(identity), await postgres(within('live,public')).identity!())).toBe(false)
    expect(isAccepted(taken(identity, true), await postgres(within('live,public')).identity!())).toBe(false)
    const plain = await postgres(url).identity!()
    const other = new URL(url)
    other.username = role
    other.password = 'x'
    expect(isAccepted(taken(plain), await postgres(other.href).identity!())).toBe(false)
    // A store from before schemas were told goes on.
    const { schemas: _, ...is } = plain.is
    expect(isAccepted(taken({ ...plain, is }), plain)).toBe(true)
    await on(url, `drop owned by ${role}`, `drop role ${role}`)
  })

  test('L30 a user who may not ask for the server’s id tells the rest, and what is missing', async () => {
    const { url, name } = await freshDatabase()
    const role = `poor_${name}`.slice(0, 60)
    await on(
      url,
      `create role ${role} login password 'x'`,
      `revoke execute on function pg_control_system() from public`,
      `revoke execute on function pg_walfile_name(pg_lsn) from public`,
    )
    const poor = new URL(url)
    poor.username = role
    poor.password = 'x'
    const identity = await postgres(poor.href).identity!()
    expect(identity).toMatchObject({ is: { database: name }, notes: [expect.stringMatching(/may not ask/)] })
    expect(Object.keys(identity.at)).toEqual(['address'])
  })

  test('L30 a physical clone shares the ids and is at another place; a promoted one has another timeline', async () => {
    const [first, second] = [folder(), folder()]
    const original = await startEmbedded({ dataDir: first, durable: false })
    await original.createDatabase('erp')
    await original.stop()
    execFileSync('cp', ['-a', '-T', original.dataDir, join(second, 'postgres')])
    const [again, clone] = [await start(first), await start(second)]
    const identity = await postgres(again.url('erp')).identity!()
    const cloned = await postgres(clone.url('erp')).identity!()
    expect(cloned.is).toEqual(identity.is)
    expect(isAccepted(taken(identity), cloned)).toBe(false)
    expect(isAccepted(taken(identity, true), cloned)).toBe(true)
    // The clone becomes a standby, and takes over.
    await clone.stop()
    writeFileSync(join(second, 'postgres', 'cluster', 'standby.signal'), '')
    execFileSync('chown', [
      '--reference',
      join(second, 'postgres', 'cluster'),
      join(second, 'postgres', 'cluster', 'standby.signal'),
    ])
    const standby = await start(second)
    expect((await postgres(standby.url('erp')).identity!()).at).toMatchObject({ timeline: '1' })
    await on(standby.url(), 'select pg_promote()')
    const promoted = await postgres(standby.url('erp')).identity!()
    expect(promoted).toMatchObject({ is: identity.is, at: { timeline: '2' } })
    expect(isAccepted(taken(cloned), promoted)).toBe(false)
    expect(isAccepted([...taken(identity), ...taken(promoted)], promoted)).toBe(true)
  })

  test('L30 a connection that leads to another database than the trusted one is not used', async () => {
    const { url, name } = await freshDatabase()
    await on(url, 'create table t (id integer primary key)')
    const connector = postgres(url)
    const identity = await connector.identity!()
    connector.trust!((found) => isAccepted(taken(identity), found))
    const remote = await connector.open({ object: 't', id: 'id', fields: [] })
    await on(urlOf('postgres'), `drop database ${name} with (force)`, `create database ${name}`)
    await on(url, 'create table t (id integer primary key)')
    await expect(remote.create([{ id: '1', values: { id: '1' } }])).rejects.toMatchObject({
      code: expect.stringMatching(/another-system|unreachable/) as string,
    })
    await expect(remote.create([{ id: '1', values: { id: '1' } }])).rejects.toMatchObject({
      code: 'connector.another-system',
    })
    expect(isAccepted(taken(identity), await connector.identity!())).toBe(false)
  })
})

/** A folder that the account which PostgreSQL runs under can reach. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'concordat-clone-'))
  chmodSync(path, 0o711)
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function start(dataDir: string): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir, durable: false })
  onTestFinished(() => server.stop())
  return server
}

describeMariaDb('MariaDB', (server) => {
  test('L30 a database says the same each time; another of the same server is another', async () => {
    const [first, other] = [await server().freshDatabase(), await server().freshDatabase()]
    const identity = await mysql(first.url).identity!()
    expect(identity.is['database']).toBe(first.name)
    expect(await mysql(first.url).identity!()).toEqual(identity)
    expect(isAccepted(taken(identity), await mysql(other.url).identity!())).toBe(false)
  })

  test('L30 a restart changes nothing; a clone of the server is another place', async () => {
    const { url, name } = await server().freshDatabase()
    const identity = await mysql(url).identity!()
    await server().halt()
    await server().resume()
    expect(await mysql(url).identity!()).toEqual(identity)
    const clone = await server().clone()
    onTestFinished(() => clone.stop())
    expect(isAccepted(taken(identity), await mysql(clone.url(name)).identity!())).toBe(false)
    expect(await mysql(url).identity!()).toEqual(identity)
  })

  test('L30 a connection that leads to another database than the trusted one is not used', async () => {
    const { url } = await server().freshDatabase()
    const connector = mysql(url)
    connector.trust!(() => false)
    await expect(connector.introspect()).rejects.toMatchObject({ code: 'connector.another-system' })
    expect((await connector.identity!()).is['database']).toBeDefined()
  })
})
