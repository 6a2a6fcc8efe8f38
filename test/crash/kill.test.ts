/**
 * `kill -9` in the midst of everything else that a run does: matching, edits of both sides, orders with lines, ids that
 * the system assigns. A run that is completed later must come to the very same as one that nobody disturbed: the same
 * values, and not one write more (laws L16, L23).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { killAtMoments } from './moments.ts'
import { expectSound, type Picture, pictureOf } from './picture.ts'
import { AGREED_ORDERS, assignedIds, atRest, DAY, halfMatched, inMariaDb, ordersWithLines } from './plays.ts'
import { KILLS_OF_A_PLAY as MOMENTS, SEED } from './scale.ts'
import { type Command, type Scene, sql, Stage } from './stage.ts'

const SERVE: Command = { args: ['serve', '--port', '0'], endless: true }
const LONG = { timeout: 120_000 + MOMENTS * 30_000 }

let server: EmbeddedServer
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
})
afterAll(() => server?.stop())

/** Kills, completes and compares with the picture of the run that nobody disturbed; answers how many came to the same. */
async function killAndCompare<P extends Picture>(
  stage: Stage,
  name: string,
  picture: (scene: Scene) => Promise<P>,
  { prepare, command }: { prepare?: (scene: Scene) => Promise<void>; command?: Command } = {},
): Promise<number> {
  let calm: P | undefined
  let same = -1
  await killAtMoments(
    stage,
    MOMENTS,
    name,
    async (scene) => {
      const runs = await scene.complete()
      expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'done'))
      const found = await picture(scene)
      expectSound(found)
      calm ??= found
      expect(found).toEqual(calm)
      same++
    },
    prepare,
    command,
  )
  stage.close()
  return same
}

describe(`seed ${SEED}`, () => {
  test('L16 a killed first run over half-matched systems comes to the same', LONG, async () => {
    const stage = await Stage.build(server, 'matched', halfMatched(6_000))
    expect(await killAndCompare(stage, 'half matched', pictureOf)).toBe(MOMENTS)
  })

  test('L16 a killed run with edits, creations and deletions of both sides comes to the same', LONG, async () => {
    const stage = await Stage.build(server, 'day', atRest(4_000))
    const work = async (scene: Scene): Promise<void> => {
      await sql(scene.urls.erp, DAY.erp)
      await sql(scene.urls.crm, DAY.crm)
      // Only what the engine writes is counted.
      await scene.countAnew()
    }
    expect(await killAndCompare(stage, 'a day of work', pictureOf, { prepare: work })).toBe(MOMENTS)
  })

  test('L16 L18 a killed first run of orders with lines comes to the same', LONG, async () => {
    const stage = await Stage.build(server, 'orders', ordersWithLines(3_000))
    const picture = async (scene: Scene) => ({
      ...(await pictureOf(scene)),
      orders: await scene.disagreement(AGREED_ORDERS),
      lines: await scene.figure('erp', 'select count(*) from sales_order_lines'),
    })
    expect(await killAndCompare(stage, 'orders', picture)).toBe(MOMENTS)
  })

  test('L16 what a killed service had begun comes to the same', LONG, async () => {
    const stage = await Stage.build(server, 'served', halfMatched(6_000))
    const prepare = async (scene: Scene): Promise<void> => void (await scene.askForRun())
    expect(await killAndCompare(stage, 'serve', pictureOf, { prepare, command: SERVE })).toBe(MOMENTS)
  })

  test('L16 creates of a killed run whose ids the system assigns are found again', LONG, async () => {
    const stage = await Stage.build(server, 'assigned', assignedIds(6_000))
    expect(await killAndCompare(stage, 'assigned ids', pictureOf)).toBe(MOMENTS)
  })
})

describeMariaDb(`a CRM in MariaDB, seed ${SEED}`, (mariaDb) => {
  test('L16 creates of a killed run whose ids MariaDB counts are found again', LONG, async () => {
    const stage = await Stage.build(server, 'maria', inMariaDb(3_000), { mariaDb: mariaDb() })
    expect(await killAndCompare(stage, 'MariaDB', pictureOf)).toBe(MOMENTS)
  })
})
