import { expect, onTestFinished, test } from 'vitest'

import mysql from 'mysql2/promise'

import type { Marking } from '../../src/connector-kit/port.ts'
import { mysqlKind } from '../../src/connectors/sql/mysql/mysql.ts'
import { describeMariaDb } from '../harness/mariadb.ts'

describeMariaDb('a mark in MariaDB', (server) => {
  test('L35 moves in the transaction that writes, and not when that is taken back', async () => {
    const { url } = await server().freshDatabase()
    const client = await mysql.createConnection({ uri: url, multipleStatements: true })
    onTestFinished(() => client.end())
    const connector = mysqlKind.connect({ url })
    onTestFinished(() => connector.close())
    const landed: string[] = []
    let number = 0
    const marking: Marking = {
      table: 'concordat_mark',
      installation: 'abc',
      next: async () => String(++number),
      landed: async (object, at) => void landed.push(`${object} ${at}`),
    }
    await client.query('create table things (id int primary key, name varchar(40))')
    connector.mark!(marking)
    const things = await connector.open({ object: 'things', id: 'id', fields: ['id', 'name'] })
    await expect(things.markedAs!()).rejects.toMatchObject({
      code: 'connector.no-such-object',
      cure: expect.stringMatching(/create table concordat_mark \(installation varchar/) as string,
    })
    await client.query(
      'create table concordat_mark (installation varchar(20), object varchar(200), number bigint not null, at timestamp not null, primary key (installation, object))',
    )
    expect(await things.markedAs!()).toEqual({ object: 'things', number: null, highest: null })
    const [created] = await things.create([{ id: '1', values: { id: '1', name: 'One' } }])
    expect(created).toMatchObject({ kind: 'done' })
    expect(await things.markedAs!()).toEqual({ object: 'things', number: '1', highest: '1' })
    expect(landed).toEqual(['things 1'])
    // Not as expected: nothing is written, and nothing is marked.
    await things.update([{ id: '1', expect: 'another row', set: { name: 'Two' } }])
    expect(await things.markedAs!()).toEqual({ object: 'things', number: '1', highest: '1' })
    await expect(
      things.delete([{ id: '1', expect: (created as { record: { image: string } }).record.image }], () => {
        throw new Error('too late')
      }),
    ).rejects.toMatchObject({ code: 'connector.failed' })
    expect(await things.markedAs!()).toEqual({ object: 'things', number: '1', highest: '1' })
    expect(landed).toHaveLength(1)
  })
})
