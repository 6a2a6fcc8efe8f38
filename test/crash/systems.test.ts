/** One of the systems is stopped, or its server dies, in the midst of a run (law L16). */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layoutOf } from '../../src/store/embedded/cluster.ts'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { findPostmaster } from '../../src/store/embedded/postmaster.ts'
import { dataDirectory } from './data-directory.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { expectSound, pictureOf } from './picture.ts'
import { firstRun, inMariaDb } from './plays.ts'
import { random, SEED, survived, TIMES } from './scale.ts'
import { arrive, type Scene, Stage } from './stage.ts'

let server: EmbeddedServer
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
})
afterAll(() => server?.stop())

/** Takes the CRM away during a run, and gives it back. */
async function takeAway(scene: Scene, ms: number, take: () => Promise<void>, back: () => Promise<void>): Promise<void> {
  const child = scene.start()
  await arrive(child, { after: 'write', ms })
  await take()
  const ended = await child.ended
  expect(ended).toMatchObject({ status: 1, flows: [{ status: 'failed' }] })
  expect(ended.flows[0]!.message).toMatch(/cannot be reached|broke|shutting down|refuse|starting up/)
  // Nobody can be asked now; the run says which system it is.
  const without = await scene.start().ended
  expect(without).toMatchObject({ status: 1, flows: [{ status: 'failed' }] })
  expect(without.flows[0]!.message).toMatch(/cannot be reached/)
  expect(without.stderr).not.toMatch(/\bat .*\.ts:\d+/)
  await back()
  expect(await scene.run()).toMatchObject([{ status: 'done' }])
  expectSound(await pictureOf(scene))
  expect(await scene.run()).toMatchObject([{ status: 'done', writes: { erp: 0, crm: 0 } }])
  await scene.drop()
}

test(`L16 the PostgreSQL of a system is killed and stopped (seed ${SEED})`, { timeout: 120_000 * TIMES }, async () => {
  const dataDir = dataDirectory()
  let crm = await startEmbedded({ dataDir })
  const stage = await Stage.build(server, 'gone_crm', firstRun(12_000), { crm })
  const dice = random('systems')
  for (let n = 0; n < 2 * TIMES; n++) {
    const how = n % 2 === 0 ? 'SIGKILL' : 'SIGINT'
    const take = async (): Promise<void> => {
      process.kill(findPostmaster(layoutOf(crm.dataDir).cluster)!.pid, how)
    }
    await takeAway(await stage.fresh(), dice.next() * 200, take, async () => {
      await crm.stop()
      crm = await startEmbedded({ dataDir })
    })
    survived(`a system's PostgreSQL ${how === 'SIGKILL' ? 'killed' : 'stopped'}`, 'first run', 1)
  }
  await crm.stop()
  await rm(dataDir, { recursive: true, force: true })
  stage.close()
})

describeMariaDb(`a CRM in MariaDB, seed ${SEED}`, (mariaDb) => {
  test('L16 the MariaDB of a system is stopped', { timeout: 120_000 * TIMES }, async () => {
    const stage = await Stage.build(server, 'gone_maria', inMariaDb(12_000), { mariaDb: mariaDb() })
    const dice = random('MariaDB')
    for (let n = 0; n < TIMES; n++) {
      await takeAway(await stage.fresh(), dice.next() * 200, mariaDb().halt, mariaDb().resume)
      survived("a system's MariaDB stopped", 'first run', 1)
    }
    stage.close()
  })
})
