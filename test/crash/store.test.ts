/**
 * The store's server is killed or stopped during a run: the run says so, writes nothing more, and the next one goes on
 * (law L16). And a run that is killed after the contract was changed does not forget that it was.
 */
import { rm } from 'node:fs/promises'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layoutOf } from '../../src/store/embedded/cluster.ts'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { findPostmaster } from '../../src/store/embedded/postmaster.ts'
import { dataDirectory } from './data-directory.ts'
import { expectSound, pictureOf } from './picture.ts'
import { firstRun, leftAlone } from './plays.ts'
import { random, RESTARTS, SEED, survived } from './scale.ts'
import { arrive, type Phase, sql, Stage } from './stage.ts'

const RECORDS = 20_000

let server: EmbeddedServer
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
})
afterAll(() => server?.stop())

test(
  `L16 the store's PostgreSQL is stopped or killed while records are created (seed ${SEED})`,
  { timeout: 60_000 + 60_000 * RESTARTS },
  async () => {
    const stage = await Stage.build(server, 'killed_store', firstRun(RECORDS))
    const dice = random('store')
    const dataDir = dataDirectory()
    let store = await startEmbedded({ dataDir })
    const down = (signal: 'SIGKILL' | 'SIGINT'): void => {
      process.kill(findPostmaster(layoutOf(store.dataDir).cluster)!.pid, signal)
    }
    for (let n = 0; n < RESTARTS; n++) {
      const phase: Phase = dice.chance(0.6) ? 'write' : 'run'
      const how = n % 2 === 0 ? 'SIGKILL' : 'SIGINT'
      await store.createDatabase(`store_${n}`)
      const scene = await stage.fresh({ storeUrl: store.url(`store_${n}`) })
      const child = scene.start()
      await arrive(child, { after: phase, ms: dice.next() * 250 })
      down(how)
      const ended = await child.ended
      const written = await scene.writes('crm')
      expect(ended).toMatchObject({ status: 1 })
      expect(ended.out + ended.stderr).toMatch(/The store's database (has gone away|does not answer)/)
      expect(ended.out + ended.stderr).not.toMatch(/\bat .*\.ts:\d+/)

      // Without a store nothing is written anywhere.
      const without = await scene.start().ended
      expect(without.status).toBe(1)
      expect(without.out + without.stderr).toMatch(/The store's database does not answer/)
      expect(await scene.writes('crm')).toBe(written)

      // Its use ends with it: else the last `stop` would leave the server to the uses before.
      await store.stop()
      store = await startEmbedded({ dataDir })
      expect(scene.urls.store).toBe(store.url(`store_${n}`))
      // What had been written had been intended before.
      expect(await scene.figure('store', 'select count(*) from operation')).toBeGreaterThanOrEqual(written)
      expect(await scene.run()).toMatchObject([{ status: 'done' }])
      const picture = await pictureOf(scene)
      expectSound(picture)
      expect(picture.customers.crm).toBe(RECORDS)
      await scene.drop()
      survived(`the store's PostgreSQL ${how === 'SIGKILL' ? 'killed' : 'stopped'}`, 'first run', 1)
    }
    await store.stop()
    await rm(dataDir, { recursive: true, force: true })
    stage.close()
  },
)

test('L16 L22 a run that is killed after the rules were changed does not make the next one forget them', async () => {
  const stage = await Stage.build(server, 'rules', leftAlone(1_000))
  const scene = await stage.fresh()
  await sql(scene.urls.crm, 'update accounts set credit = credit + 1 where id % 2 = 0')
  expect(await scene.run()).toMatchObject([{ status: 'done', writes: { crm: 0 } }])
  const contract = readFileSync(scene.contract, 'utf8')
  writeFileSync(scene.contract, contract.replace('edited_outside_master: leave alone', 'edited_outside_master: revert'))
  await scene.sign()

  expect(await scene.runAndKill({ after: 'run', ms: 20 })).toBeNull()
  expect(await scene.run()).toMatchObject([{ status: 'done', kind: 'full' }])
  const { customers } = await pictureOf(scene)
  expect(customers).toMatchObject({ onlyInErp: 0, onlyInCrm: 0 })
  await scene.drop()
  stage.close()
})
