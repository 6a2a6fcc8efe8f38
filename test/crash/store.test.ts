/**
 * The store's server is killed during a run: the run says so, and the next one goes on (law L16). And a run that is
 * killed after the contract was changed does not forget that it was.
 */
import { rm } from 'node:fs/promises'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layoutOf } from '../../src/store/embedded/cluster.ts'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { findPostmaster } from '../../src/store/embedded/postmaster.ts'
import { throwAwayDirectory } from '../../src/store/embedded/throw-away.ts'
import { expectSound, pictureOf } from './picture.ts'
import { firstRun, leftAlone } from './plays.ts'
import { FACTOR, type Phase, random, SEED, sql, Stage } from './stage.ts'

let server: EmbeddedServer
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
})
afterAll(() => server?.stop())

test(
  `L16 the store's PostgreSQL is killed while records are created (seed ${SEED})`,
  { timeout: 120_000 * FACTOR },
  async () => {
    const stage = await Stage.build(server, 'killed_store', firstRun(12_000))
    const dice = random('store')
    const dataDir = throwAwayDirectory()
    let store = await startEmbedded({ dataDir })
    const kill = (): void => {
      process.kill(findPostmaster(layoutOf(store.dataDir).cluster)!.pid, 'SIGKILL')
    }
    const phases: Phase[] = Array.from({ length: 2 * FACTOR }, (_, n) => (n % 2 === 0 ? 'write' : 'run'))
    for (const [n, phase] of phases.entries()) {
      await store.createDatabase(`store_${n}`)
      const scene = await stage.fresh({ storeUrl: store.url(`store_${n}`) })
      const child = scene.start()
      await Promise.race([child.reached[phase], child.ended])
      await sleep(dice.next() * 400)
      kill()
      const ended = await child.ended
      expect(ended).toMatchObject({ status: 1 })
      expect(ended.out + ended.stderr).toMatch(/The store's database (has gone away|does not answer)/)
      expect(ended.out + ended.stderr).not.toMatch(/\bat .*\.ts:\d+/)

      store = await startEmbedded({ dataDir })
      expect(scene.urls.store).toBe(store.url(`store_${n}`))
      expect(await scene.run()).toMatchObject([{ status: 'done' }])
      const picture = await pictureOf(scene)
      expectSound(picture)
      expect(picture.customers.crm).toBe(12_000)
      await scene.drop()
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

  expect(await scene.runAndKill({ after: 'run', ms: 20 })).toBeNull()
  expect(await scene.run()).toMatchObject([{ status: 'done', kind: 'full' }])
  const { customers } = await pictureOf(scene)
  expect(customers).toMatchObject({ onlyInErp: 0, onlyInCrm: 0 })
  await scene.drop()
  stage.close()
})
