/**
 * SIGSTOP, as when a virtual machine is moved or a laptop closed: the process stands still past its lease, another one
 * takes the flow over, and when the first one goes on nothing of it counts any more (law L17).
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { expectSound, pictureOf } from './picture.ts'
import { firstRun } from './plays.ts'
import { random, SEED, survived, TIMES } from './scale.ts'
import { arrive, sql, Stage } from './stage.ts'

const RECORDS = 12_000
const LEASE_OVER = `set lock_timeout = '1s'; update lease set expires_at = clock_timestamp() - interval '1 second'`

let server: EmbeddedServer
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
})
afterAll(() => server?.stop())

test(
  `L17 a process that stood still past its lease commits nothing any more (seed ${SEED})`,
  { timeout: 300_000 * TIMES },
  async () => {
    const stage = await Stage.build(server, 'paused', firstRun(RECORDS))
    const dice = random('pause')
    let late = 0
    for (let n = 0; n < TIMES; n++) {
      const scene = await stage.fresh()
      const child = scene.start()
      await arrive(child, { after: 'write', ms: dice.next() * 300 })
      if (!child.signal('SIGSTOP')) throw new Error('the run was over too early')
      // While the lease lasts nobody else may go on.
      await expect(scene.run()).rejects.toMatchObject({ code: 'engine.busy' })

      // The store's clock says that it is over. What the first process holds locked, it holds for a minute at most; in the
      // middle of a COPY that is the lease itself, until a process that wants it ends the session.
      let status = ''
      for (let attempt = 0; attempt < 8 && status !== 'done'; attempt++) {
        await sql(scene.urls.store, LEASE_OVER).catch((error: { code?: string }) => expect(error.code).toBe('55P03'))
        const runs = await scene.run().catch((error: Error) => [{ status: 'failed', message: error.message }])
        status = runs[0]!.status
        if (status !== 'done') expect(runs[0]!.message).toMatch(/wait|lock|took too long|being run by|settle/i)
      }
      expect(status).toBe('done')
      const written = [await scene.writes('erp'), await scene.writes('crm')]

      // By its own clocks only a moment has passed, as on a machine that was suspended.
      child.signal('SIGCONT')
      const ended = await child.ended
      expect(ended.status).toBe(1)
      expect(ended.out + ended.stderr).toMatch(
        /Another process has taken this flow over|The time to write was over|has gone away|cannot be reached|broke|did not answer in time/,
      )
      expect(ended.stderr).not.toMatch(/\bat .*\.ts:\d+/)
      if (/taken this flow over|time to write/.test(ended.out + ended.stderr)) late++
      expect([await scene.writes('erp'), await scene.writes('crm')]).toEqual(written)
      const picture = await pictureOf(scene)
      expectSound(picture)
      expect(picture.customers.crm).toBe(RECORDS)
      expect(await scene.run()).toMatchObject([{ status: 'done', writes: { erp: 0, crm: 0 } }])
      await scene.drop()
      survived('stood still past its lease (SIGSTOP)', 'first run', 1)
    }
    console.info(`paused, seed ${SEED}: ${late} of ${TIMES} came to a commit that was refused`)
    stage.close()
  },
)
