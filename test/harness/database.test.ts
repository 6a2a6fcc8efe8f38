import pg from 'pg'
import { expect, test } from 'vitest'

import { freshDatabase, freshFromTemplate } from './database.ts'

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

test('fresh databases are empty and do not see each other', async () => {
  const [one, other] = await Promise.all([freshDatabase('one'), freshDatabase('one')])
  await ask(one.url, 'create table t (id int)')
  expect(await ask(one.url, 'select count(*)::int from t')).toEqual([0])
  await expect(ask(other.url, 'select * from t')).rejects.toThrow(/relation "t" does not exist/)
  await one.drop()
  await expect(ask(one.url, 'select 1')).rejects.toThrow(/does not exist/)
})

test('a template is filled once and copied for each that asks', async () => {
  let filled = 0
  const fill = async (url: string): Promise<void> => {
    filled += 1
    await ask(url, 'create table t as select 7 as n')
  }
  const copies = await Promise.all([1, 2, 3].map(() => freshFromTemplate('harness_self_test', fill)))
  expect(filled).toBe(1)
  const [first, second] = copies
  await ask(first!.url, 'insert into t values (8)')
  expect(await ask(first!.url, 'select n from t order by n')).toEqual([7, 8])
  expect(await ask(second!.url, 'select n from t order by n')).toEqual([7])
})
