/**
 * A connection that breaks around a COMMIT: before it, before the answer, or so that the system commits only later, when
 * we have long looked for what became of it. Whatever happened, nothing is lost and nothing is done twice (law L16).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { expectSound, pictureOf } from './picture.ts'
import { AGREED_FAMILIES, assignedIds, atRest, BIRTHS, DAY, families, firstRun, inMariaDb } from './plays.ts'
import { type Mishap, proxyTo } from './proxy.ts'
import { random, SEED, survived, TIMES } from './scale.ts'
import { arrive, type Scene, sql, Stage } from './stage.ts'

const MISHAPS: readonly Mishap[] = ['response lost', 'commit lost', 'commit late']
const LATE_MS = 1_500

let server: EmbeddedServer
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
})
afterAll(() => server?.stop())

/** Runs by way of a proxy to the CRM that breaks, until a run ends well; then once more without it. */
async function runOverBrokenLine(
  scene: Scene,
  mishap: Mishap,
  verify: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const proxy = await proxyTo(scene.urls.crm)
  scene.env.CRM_URL = proxy.url
  proxy.arm(mishap, 1, LATE_MS)
  const messages: (string | undefined)[] = []
  try {
    for (let n = 0; n < 3; n++) {
      const [run] = await scene.run()
      messages.push(run!.message)
      if (run!.status === 'done') break
      expect(run!.status).toBe('failed')
    }
    expect(proxy.happened()).toBe(1)
    if (mishap === 'commit late') await sleep(LATE_MS)
    // By the same address: at another one the system would be asked about.
    expect(await scene.run()).toMatchObject([{ status: 'done', writes: { erp: 0, crm: 0 } }])
  } finally {
    await proxy.close()
  }
  expect(messages.length).toBeLessThan(3)
  expectSound(await pictureOf(scene))
  await verify()
  await scene.drop()
  survived(mishap, 'at the commit', 1)
}

describe.each(MISHAPS)('%s', (mishap) => {
  test('L16 creates with ids that we reserved', async () => {
    const stage = await Stage.build(server, `reserved_${mishap.replace(' ', '_')}`, firstRun(300))
    await runOverBrokenLine(await stage.fresh(), mishap)
    stage.close()
  })

  test('L16 creates with ids that the system assigns', async () => {
    const stage = await Stage.build(server, `assigned_${mishap.replace(' ', '_')}`, assignedIds(300))
    await runOverBrokenLine(await stage.fresh(), mishap)
    stage.close()
  })

  test('L16 updates, creates and deletes of a day', async () => {
    const stage = await Stage.build(server, `day_${mishap.replace(' ', '_')}`, atRest(300))
    const scene = await stage.fresh()
    await sql(scene.urls.erp, DAY.erp)
    await sql(scene.urls.crm, DAY.crm)
    await scene.countAnew()
    await runOverBrokenLine(scene, mishap)
    stage.close()
  })
})

test.each(MISHAPS)('L16 L18 creates of records that refer to each other, %s', async (mishap) => {
  const stage = await Stage.build(server, `families_${mishap.replace(' ', '_')}`, families(300))
  const scene = await stage.fresh()
  await sql(scene.urls.erp, BIRTHS)
  await scene.countAnew()
  await runOverBrokenLine(scene, mishap, async () => {
    expect(await scene.disagreement(AGREED_FAMILIES)).toEqual({ onlyInErp: 0, onlyInCrm: 0 })
    expect(await scene.figure('crm', 'select count(*) from accounts where parent is not null')).toBe(400)
  })
  stage.close()
})

test(`L16 connections that break at any moment (seed ${SEED})`, { timeout: 120_000 * TIMES }, async () => {
  const stage = await Stage.build(server, 'cut', firstRun(6_000))
  const dice = random('cut')
  for (let n = 0; n < 2 * TIMES; n++) {
    const scene = await stage.fresh()
    const proxy = await proxyTo(scene.urls.crm)
    scene.env.CRM_URL = proxy.url
    const child = scene.start()
    await arrive(child, { after: dice.chance(0.7) ? 'write' : 'run', ms: dice.next() * 400 })
    proxy.cut()
    const ended = await child.ended
    // It may go on over a new connection; if not, it says why.
    if (ended.status !== 0) expect(ended.flows).toMatchObject([{ status: 'failed' }])
    expect(await scene.run()).toMatchObject([{ status: 'done' }])
    await proxy.close()
    const picture = await pictureOf(scene)
    expectSound(picture)
    expect(picture.customers.crm).toBe(6_000)
    await scene.drop()
    survived('all connections to a system cut', 'first run', 1)
  }
  stage.close()
})

describeMariaDb('lost responses of MariaDB', (mariaDb) => {
  test.each(MISHAPS)('L16 creates with ids that MariaDB counts, %s', async (mishap) => {
    const stage = await Stage.build(server, `maria_${mishap.replace(' ', '_')}`, inMariaDb(300), { mariaDb: mariaDb() })
    await runOverBrokenLine(await stage.fresh(), mishap)
    stage.close()
  })
})
