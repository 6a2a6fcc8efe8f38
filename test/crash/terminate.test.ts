/** SIGTERM, as every service manager sends it: the batch at hand is finished, and nothing is repeated (law L16). */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { expectSound, pictureOf } from './picture.ts'
import { firstRun } from './plays.ts'
import { random, SEED, survived, TIMES } from './scale.ts'
import { arrive, type Phase, Stage } from './stage.ts'

const RECORDS = 12_000
/** What a process is given by those that end it in the end, such as systemd and Docker. */
const PATIENCE_MS = 10_000

let server: EmbeddedServer
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
})
afterAll(() => server?.stop())

test(
  `L16 a run that is asked to stop ends within 10 s with nothing left open (seed ${SEED})`,
  { timeout: 120_000 * TIMES },
  async () => {
    const stage = await Stage.build(server, 'terminated', firstRun(RECORDS))
    const dice = random('terminate')
    const phases: Phase[] = Array.from({ length: 3 * TIMES }, (_, n) => (n % 3 === 0 ? 'run' : 'write'))
    let stopped = 0
    for (const phase of phases) {
      const scene = await stage.fresh()
      const child = scene.start()
      await arrive(child, { after: phase, ms: dice.next() * 500 })
      child.signal('SIGTERM')
      const ended = await Promise.race([child.ended, sleep(PATIENCE_MS, null)])
      if (ended === null) child.signal('SIGKILL')
      expect(ended, 'ended within 10 s').not.toBeNull()
      if (ended!.flows[0]?.status === 'stopped') stopped++
      expect(ended!.stderr).not.toMatch(/\bat .*\.ts:\d+/)
      // The batch that was being written when the signal came is known to have landed.
      expect(await scene.unsettled()).toBe(0)
      expect(await scene.run()).toMatchObject([{ status: 'done' }])
      const picture = await pictureOf(scene)
      expectSound(picture)
      expect(picture.received.crm).toEqual({ 'accounts insert': { times: RECORDS, records: RECORDS } })
      await scene.drop()
      survived('asked to stop (SIGTERM)', 'first run', 1)
    }
    expect(stopped).toBeGreaterThan(0)
    stage.close()
  },
)
