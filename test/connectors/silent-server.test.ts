/**
 * A server that is there and says nothing any more – a firewall that forgot the connection, a machine that hangs: every
 * wait has an end, and what was being committed is a lost response (law L16).
 */
import { describe, expect, onTestFinished, test } from 'vitest'

import { mysql } from '../../src/connectors/sql/mysql/mysql.ts'
import { ofMysql } from '../../src/connectors/sql/mysql/link.ts'
import { ofPostgres } from '../../src/connectors/sql/postgres/link.ts'
import { postgres } from '../../src/connectors/sql/postgres/postgres.ts'
import { Session } from '../../src/connectors/sql/session.ts'
import { sql } from '../../src/connectors/sql/sql.ts'
import { proxyTo, type Proxy } from '../crash/proxy.ts'
import { freshDatabase } from '../harness/database.ts'
import { describeMariaDb } from '../harness/mariadb.ts'

const ANSWER_MS = 2_000
const silent = { code: 'connector.timeout', retry: 'later' }

describe('PostgreSQL', () => {
  const open = async (): Promise<{ session: Session; proxy: Proxy }> => {
    const database = await freshDatabase('silent')
    const proxy = await proxyTo(database.url)
    const session = new Session(postgres, proxy.url, ANSWER_MS)
    await session.query((link) => link.run('create table t (id integer)'))
    onTestFinished(async () => {
      await session.close()
      await proxy.close()
      await database.drop()
    })
    return { session, proxy }
  }

  test('a statement ends', async () => {
    const { session, proxy } = await open()
    await expect(
      session.query((link) => {
        proxy.stall()
        return link.run('select 1')
      }),
    ).rejects.toMatchObject(silent)
  })

  test('a COPY in either direction ends', async () => {
    const { session, proxy } = await open()
    const lease = await session.lease()
    const other = await session.lease()
    proxy.stall()
    await expect(ofPostgres(lease).load('copy t from stdin', Buffer.from('1\n'))).rejects.toThrow(
      /no answer|terminated/,
    )
    const reading = async (): Promise<void> => {
      for await (const _ of (await ofPostgres(other).copy(sql`select * from t`)).blocks()) break
    }
    await expect(reading()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    lease.release(true)
    other.release(true)
  })

  test('L16 a commit that is not answered is a lost response', async () => {
    const { session, proxy } = await open()
    const write = session.transaction(
      async (link) => {
        await link.run('insert into t values (1)')
        proxy.stall()
      },
      { mode: 'write', object: 't' },
    )
    await expect(write).rejects.toMatchObject({ code: 'connector.lost-response' })
  })

  test('a slow answer is waited for', async () => {
    const { session } = await open()
    await session.query((link) => link.run('select pg_sleep(0.3)'))
    await session.query((link) => link.run('select 1'))
  })
})

describeMariaDb('MariaDB', (server) => {
  const open = async (): Promise<{ session: Session; proxy: Proxy }> => {
    const database = await server().freshDatabase('silent')
    const proxy = await proxyTo(database.url)
    const session = new Session(mysql, proxy.url, ANSWER_MS)
    await session.query((link) => link.run('create table t (id integer)'))
    onTestFinished(async () => {
      proxy.cut()
      await session.close()
      await proxy.close()
      await database.drop()
    })
    return { session, proxy }
  }

  test('a statement and a stream end', async () => {
    const { session, proxy } = await open()
    const one = await session.lease()
    const other = await session.lease()
    proxy.stall()
    await expect(one.rows(sql`select cast(1 as char)`)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    const reading = async (): Promise<void> => {
      for await (const _ of ofMysql(other).stream(sql`select cast(1 as char)`)) break
    }
    await expect(reading()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    one.release(true)
    other.release(true)
  })

  test('L16 a commit that is not answered is a lost response', async () => {
    const { session, proxy } = await open()
    const write = session.transaction(
      async (link) => {
        await link.run('insert into t values (1)')
        proxy.stall()
      },
      { mode: 'write', object: 't' },
    )
    await expect(write).rejects.toMatchObject({ code: 'connector.lost-response' })
  })

  test('a reader that takes its time is not cut off', async () => {
    const { session } = await open()
    await session.query(async (link) => {
      await link.run('insert into t select seq from seq_1_to_5000')
      let rows = 0
      for await (const _ of ofMysql(link).stream(sql`select cast(id as char) from t`)) {
        if (rows++ === 10) await new Promise((resolve) => setTimeout(resolve, ANSWER_MS * 2))
      }
      expect(rows).toBe(5_000)
    })
  })
})
