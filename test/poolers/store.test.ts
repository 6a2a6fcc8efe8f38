/** A connection pooler before the store. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { freshDatabase } from '../harness/database.ts'
import { describePgBouncer, pooled } from '../harness/pgbouncer.ts'

const open = async (databaseUrl: string): Promise<string> => {
  try {
    const { database, stop } = await openStore({ databaseUrl }, {}, 6)
    const [row] = await database.query<{ zone: string }>(`select current_setting('timezone') as zone`)
    await stop()
    return `open, in ${row!.zone}`
  } catch (error) {
    const { code, message, cure } = error as { code: string; message: string; cure: string }
    expect(`${message} ${cure}`).toMatch(/pooler that shares sessions.*pool_mode = session/)
    return code
  }
}

/** Other clients of the same pool, which come and go all the time. */
async function others(url: string, count: number): Promise<void> {
  const ended = new AbortController()
  const work = Array.from({ length: count }, async () => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    await client.connect()
    while (!ended.signal.aborted) await client.query(`select pg_sleep(${Math.random() / 50})`)
    await client.end()
  })
  onTestFinished(async () => {
    ended.abort()
    await Promise.allSettled(work)
  })
}

describePgBouncer('the store', () => {
  test('L34 is opened directly, and by a pooler of whole sessions', async () => {
    const { url } = await freshDatabase('store')
    expect(await open(url)).toBe('open, in UTC')
    expect(await open(await pooled(url, 'session'))).toBe('open, in UTC')
    expect(await open(await pooled(url, 'session', { server_reset_query: '' }))).toBe('open, in UTC')
  })

  test.each([
    ['transaction', {}],
    ['transaction', { server_round_robin: 1 }],
    ['transaction', { default_pool_size: 1 }],
    ['statement', {}],
  ] as const)('L34 is not opened by a pooler of each %s (%j)', async (mode, settings) => {
    const { url } = await freshDatabase('store')
    const through = await pooled(url, mode, settings)
    expect(await open(through)).toBe('store.pooled')
    expect(await open(through)).toBe('store.pooled')
  })

  test('L34 is not opened by a pooler of transactions that others use at the same time', async () => {
    const { url } = await freshDatabase('store')
    const through = await pooled(url, 'transaction')
    await others(through, 6)
    for (let n = 0; n < 10; n++) expect(await open(through)).toBe('store.pooled')
  })

  test('L34 leaves nothing behind at a pooler that it refuses', async () => {
    const { url } = await freshDatabase('store')
    const through = await pooled(url, 'transaction', { default_pool_size: 1 })
    expect(await open(through)).toBe('store.pooled')
    const client = new pg.Client({ connectionString: through })
    await client.connect()
    const { rows } = await client.query(`select name from pg_settings where source = 'session'`)
    await client.end()
    expect(rows.map((row: { name: string }) => row.name).filter((name) => name !== 'application_name')).toEqual([])
  })
})
