/** `kill -9` at any moment of a first run of 20,000 records, then `run` again: nothing lost, nothing twice (law L16). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { killAtMoments } from './moments.ts'
import { AGREED, firstRun } from './plays.ts'
import { KILLS_OF_FIRST_RUN as MOMENTS, random, SEED } from './scale.ts'
import { type Scene, Stage } from './stage.ts'

const RECORDS = 20_000

let server: EmbeddedServer
let stage: Stage
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
  stage = await Stage.build(server, 'first', firstRun(RECORDS))
})
afterAll(async () => {
  stage?.close()
  await server?.stop()
})

async function verify(scene: Scene): Promise<void> {
  expect(await scene.disagreement(AGREED)).toEqual({ onlyInErp: 0, onlyInCrm: 0 })
  expect(
    await scene.query('crm', 'select count(*)::int as rows, count(distinct account_code)::int as keys from accounts'),
  ).toEqual([{ rows: RECORDS, keys: RECORDS }])
  // Every row that the CRM ever kept is in the log, once; nothing else was written to anybody (law L23).
  expect(await scene.received('crm')).toEqual({ 'accounts insert': { times: RECORDS, records: RECORDS } })
  expect(await scene.received('erp')).toEqual({})
  expect(await scene.logged()).toEqual({ 'crm create': { landed: RECORDS, records: RECORDS } })
  expect(await scene.unsettled()).toBe(0)
}

test(
  `L16 a first run that is killed at ${MOMENTS} moments loses nothing and does nothing twice (seed ${SEED})`,
  { timeout: 120_000 + MOMENTS * 60_000 },
  async () => {
    const dice = random('rest')
    const middle = await killAtMoments(stage, MOMENTS, 'first run', async (scene) => {
      expect(await scene.complete()).toMatchObject([{ status: 'done', quarantined: 0, open_cases: 0 }])
      await verify(scene)
      if (dice.chance(0.2)) expect(await scene.run()).toMatchObject([{ writes: { erp: 0, crm: 0 } }])
    })
    // Most of a run is writing; a test that only ever killed before or after it would prove nothing.
    expect(middle).toBeGreaterThan(MOMENTS / 5)
  },
)
