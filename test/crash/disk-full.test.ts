/**
 * The disk of the store's database is full: the run says so and ends before it writes anything that it could not note
 * down before; once there is room, the next run goes on (law L16).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { smallDisk } from '../harness/small-disk.ts'
import { expectSound, pictureOf } from './picture.ts'
import { firstRun } from './plays.ts'
import { survived, TIMES } from './scale.ts'
import { Stage } from './stage.ts'

const RECORDS = 12_000
const SIZE = '192m'

const disk = smallDisk(SIZE)

describe.skipIf(disk === null)('a full disk', () => {
  let server: EmbeddedServer
  beforeAll(async () => {
    server = await startEmbedded({ ephemeral: true })
  })
  afterAll(async () => {
    await server?.stop()
    disk!.remove()
  })

  test('L16 a run stops before it writes what it cannot note down', { timeout: 120_000 * TIMES }, async () => {
    const stage = await Stage.build(server, 'full', firstRun(RECORDS))
    let store = await startEmbedded({ dataDir: disk!.folder })
    for (let n = 0; n < 2 * TIMES; n++) {
      await store.createDatabase(`store_${n}`)
      const scene = await stage.fresh({ storeUrl: store.url(`store_${n}`) })
      disk!.fill((n % 2 === 0 ? 1 : 4) * 1024 * 1024)

      const ended = await scene.start().ended
      const written = await scene.writes('crm')
      expect(ended.status).toBe(1)
      expect(ended.out + ended.stderr).toMatch(
        /The store's database (cannot write any more|has gone away|does not answer)/,
      )
      expect(ended.out + ended.stderr).not.toMatch(/\bat .*\.ts:\d+|A bug/)
      expect(written).toBeLessThan(RECORDS)

      disk!.empty()
      await store.stop()
      store = await startEmbedded({ dataDir: disk!.folder })
      expect(await scene.figure('store', 'select count(*) from operation')).toBeGreaterThanOrEqual(written)
      expect(await scene.run()).toMatchObject([{ status: 'done' }])
      const picture = await pictureOf(scene)
      expectSound(picture)
      expect(picture.customers.crm).toBe(RECORDS)
      await scene.drop()
      await store.dropDatabase(`store_${n}`)
      survived('disk of the store full', 'first run', 1)
    }
    await store.stop()
    stage.close()
  })
})
