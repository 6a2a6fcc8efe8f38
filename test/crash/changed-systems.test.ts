/**
 * What changes under the engine without anybody editing a record: a listing that is suddenly short or empty, a column
 * that is gone or has another type, a store that is put back to an old backup. Nothing is written for any of that.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { pictureOf } from './picture.ts'
import { BEHIND_A_VIEW, DAY, guarded, showing } from './plays.ts'
import { survived } from './scale.ts'
import { type Ended, type Scene, sql, Stage } from './stage.ts'

const RECORDS = 1_000

let server: EmbeddedServer
let stage: Stage
let scene: Scene
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
  stage = await Stage.build(server, 'guarded', guarded(RECORDS))
})
afterAll(async () => {
  stage?.close()
  await server?.stop()
})
beforeEach(async () => {
  scene = await stage.fresh()
  await scene.countAnew()
  return () => scene.drop()
})

/** Runs the command, incremental and full, and sees that no system receives anything. */
async function writesNothing(): Promise<Ended[]> {
  const ended = [await scene.start().ended, await scene.start({ args: ['run', '--full', '--json'] }).ended]
  expect([await scene.writes('erp'), await scene.writes('crm')]).toEqual([0, 0])
  return ended
}

test.each([
  ['30% shorter', 'id % 10 >= 3'],
  ['empty', 'false'],
])('L12 a listing that is %s stops the flow before any delete', async (what, shown) => {
  for (const side of ['erp', 'crm'] as const) {
    await sql(scene.urls[side], showing(side, shown))
    for (const ended of await writesNothing()) {
      expect(ended.flows).toMatchObject([{ status: 'stopped', deleted: 0, open_cases: 1 }])
      expect(ended.status).toBe(3)
    }
    // A system in which nothing is left may also be one that was put back to its beginning; either question stops the flow.
    expect(await scene.query('store', `select kind from case_file where state = 'open'`)).toEqual([
      {
        kind:
          what === 'empty' ? (expect.stringMatching(/^(mass deletion|restored system)$/) as string) : 'mass deletion',
      },
    ])
    await sql(scene.urls[side], showing(side, 'true'))
    for (const ended of await writesNothing()) expect(ended.flows).toMatchObject([{ status: 'done', open_cases: 0 }])
  }
  survived(`listing ${what}`, 'at rest', 2)
})

test('L12 a listing that leaves out what a look by the id finds deletes nothing', async () => {
  for (const side of ['erp', 'crm'] as const) {
    await sql(scene.urls[side], showing(side, `id % 10 >= 3 or ${BEHIND_A_VIEW.lookById}`))
    for (const ended of await writesNothing()) expect(ended.flows).toMatchObject([{ status: 'done', deleted: 0 }])
    await sql(scene.urls[side], showing(side, 'true'))
  }
  survived('listing 30% shorter than the looks by id', 'at rest', 2)
})

test('a column that is gone stops the flow, which names it', async () => {
  await sql(scene.urls.crm, BEHIND_A_VIEW.without('crm', 'phone'))
  for (const ended of await writesNothing()) {
    expect(ended).toMatchObject({ status: 1, flows: [{ status: 'failed' }] })
    expect(ended.flows[0]!.message).toMatch(/no column "phone"/)
  }
  await sql(scene.urls.crm, BEHIND_A_VIEW.again('crm'))
  for (const ended of await writesNothing()) expect(ended.flows).toMatchObject([{ status: 'done', open_cases: 0 }])
  survived('column removed', 'at rest', 1)
})

test('a column that got another type stops the flow, which names it, and nothing is emptied', async () => {
  await sql(scene.urls.erp, BEHIND_A_VIEW.retyped('erp', 'credit_limit', `credit_limit::text || ' units'`))
  const [, full] = await writesNothing()
  expect(full).toMatchObject({ status: 1, flows: [{ status: 'failed', held: 0, open_cases: 0 }] })
  expect(full!.flows[0]!.message).toMatch(/^credit in erp could be read before and now cannot/)
  await sql(scene.urls.erp, BEHIND_A_VIEW.again('erp'))
  for (const ended of await writesNothing()) expect(ended.flows).toMatchObject([{ status: 'done', open_cases: 0 }])
  expect(await scene.figure('crm', 'select count(*) from accounts where credit is null')).toBe(0)
  survived('column retyped', 'at rest', 1)
})

test('an old backup of the store is put back: nothing that both systems hold is written again', async () => {
  const backup = `${new URL(scene.urls.store).pathname.slice(1)}_backup`
  const name = new URL(scene.urls.store).pathname.slice(1)
  await sql(server.url(), `create database ${backup} template ${name}`)
  for (let day = 0; day < 2; day++) {
    await sql(
      scene.urls.erp,
      day === 0 ? DAY.erp : `update customers set legal_name = legal_name || '!' where id % 2 = 0`,
    )
    await sql(scene.urls.crm, day === 0 ? DAY.crm : `update accounts set phone = phone || ' 9' where id % 3 = 0`)
    for (let run = 0; run < 2; run++) {
      const [report] = (await scene.start().ended).flows
      if (report?.status === 'stopped') await approveAll()
    }
  }
  const before = await pictureOf(scene)
  expect(before.customers).toMatchObject({ onlyInErp: 0, onlyInCrm: 0 })

  await sql(server.url(), `drop database ${name} with (force)`)
  await sql(server.url(), `alter database ${backup} rename to ${name}`)
  await scene.countAnew()
  const [report] = await writesNothing()
  expect(report!.flows).toMatchObject([{ status: 'done', created: 0, updated: 0, deleted: 0 }])
  expect((await pictureOf(scene)).customers).toEqual(before.customers)
  // And life goes on.
  await sql(scene.urls.erp, `update customers set legal_name = 'Renamed' where id = 7`)
  expect(await scene.run()).toMatchObject([{ status: 'done', updated: 1, writes: { erp: 0, crm: 1 } }])
  expect((await pictureOf(scene)).customers).toEqual(before.customers)
  survived('old backup of the store', 'after two days of work', 1)
})

/** Answers what asks whether so much may change. */
async function approveAll(): Promise<void> {
  for (const { id } of await scene.query<{ id: string }>('store', `select id from case_file where state = 'open'`))
    await scene.resolve(Number(id), 'approve')
}
