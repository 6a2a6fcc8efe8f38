/**
 * A process stands still, or what it sends is held up, around the moment at which its write is put in place in a system, while
 * its lease ends and another one takes the flow over. Nothing of it lands that its successor has not seen, whatever clocks say
 * (laws L16, L17 and L34).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { describeMariaDb } from '../harness/mariadb.ts'
import { expectSound, pictureOf } from './picture.ts'
import { assignedIds, inMariaDb } from './plays.ts'
import { proxyTo } from './proxy.ts'
import { RUN, sql, Stage, type Command, type Scene } from './stage.ts'

const RECORDS = 100
/** A clock that is wrong by 90 seconds: the one of the process that is held up, or as good as the successor's. */
const CLOCKS: readonly (readonly [string, number])[] = [
  ['right', 0],
  ['90 s behind', -90_000],
  ['90 s ahead', 90_000],
]
const WRONG_CLOCK = new URL('wrong-clock.ts', import.meta.url).href

let server: EmbeddedServer
beforeAll(async () => {
  server = await startEmbedded({ ephemeral: true })
})
afterAll(() => server?.stop())

const by = (clockMs: number): Command => ({
  ...RUN,
  env: { NODE_OPTIONS: `--import=${WRONG_CLOCK}`, CONCORDAT_WRONG_CLOCK_MS: String(clockMs) },
})

/** The lease of whoever runs the flow has ended, by the store's clock. */
const endLease = (scene: Scene): Promise<unknown> =>
  sql(scene.urls.store, `update lease set expires_at = clock_timestamp() - interval '1 second'`)

interface Words {
  readonly begin: RegExp
  readonly write: RegExp
}
const COMMIT = /commit\0?$/i

/**
 * Runs a process until it sends this, and holds it up there; `frozen`: it stands still itself from then on. Others reach the
 * system by the same address, and nothing of theirs is held up.
 */
async function heldUpAt(scene: Scene, like: RegExp, clockMs: number, frozen: boolean) {
  const proxy = await proxyTo(scene.env.CRM_URL)
  const { reached, go } = proxy.hold(like)
  scene.env.CRM_URL = proxy.url
  const child = scene.start(by(clockMs))
  await Promise.race([reached, child.ended.then(({ out, stderr }) => Promise.reject(new Error(out + stderr)))])
  if (frozen) child.signal('SIGSTOP')
  return {
    /** What was held up arrives. */
    go,
    /** It ends, and says that the flow was taken from it. */
    async ends(): Promise<void> {
      child.signal('SIGCONT')
      const { status, out, stderr } = await child.ended
      expect(out + stderr).toMatch(/Another process has taken this flow over|The time to write was over/)
      expect(status).toBe(1)
    },
    close: () => proxy.close(),
  }
}

const isSound = async (scene: Scene, first: { close(): Promise<void> }): Promise<void> => {
  const picture = await pictureOf(scene)
  expectSound(picture)
  expect(picture.received.crm['accounts insert']).toEqual({ times: RECORDS, records: RECORDS })
  expect(await scene.run()).toMatchObject([{ status: 'done', writes: { erp: 0, crm: 0 } }])
  await first.close()
  await scene.drop()
}

function story(build: () => Promise<Stage>, words: Words): void {
  let stage: Stage
  beforeAll(async () => {
    stage = await build()
    return () => stage.close()
  })

  test.each(CLOCKS)(
    'L34 a process whose write is held up before it is in place lands nothing more when it was taken over (its clock is %s)',
    async (_, clockMs) => {
      const scene = await stage.fresh()
      const first = await heldUpAt(scene, words.begin, clockMs, false)
      // A clock of another machine does not end its lease.
      await expect(scene.run()).rejects.toMatchObject({ code: 'engine.busy' })
      await endLease(scene)
      expect(await scene.run()).toMatchObject([{ status: 'done' }])
      first.go()
      await first.ends()
      await isSound(scene, first)
    },
  )

  test('L34 a process that was suspended before its write was in place lands nothing more when it was taken over', async () => {
    const scene = await stage.fresh()
    const first = await heldUpAt(scene, words.begin, 0, true)
    await endLease(scene)
    expect(await scene.run()).toMatchObject([{ status: 'done' }])
    first.go()
    await first.ends()
    await isSound(scene, first)
  })

  test('L34 a successor waits for a write that is in place and not asked about yet, which is then taken back', async () => {
    const scene = await stage.fresh()
    const first = await heldUpAt(scene, words.write, -90_000, false)
    await endLease(scene)
    let over = false
    const second = scene.run().finally(() => (over = true))
    await sleep(1_500)
    expect(over).toBe(false)
    first.go()
    expect(await second).toMatchObject([{ status: 'done' }])
    await first.ends()
    await isSound(scene, first)
  })

  test('L34 a successor waits for a write that may be committed, and sees it', async () => {
    const scene = await stage.fresh()
    const first = await heldUpAt(scene, COMMIT, 0, true)
    await endLease(scene)
    let over = false
    const second = scene.run().finally(() => (over = true))
    await sleep(1_500)
    expect(over).toBe(false)
    first.go()
    expect(await second).toMatchObject([{ status: 'done' }])
    await first.ends()
    await isSound(scene, first)
  })
}

describe('in PostgreSQL', () => {
  story(() => Stage.build(server, 'fence', assignedIds(RECORDS)), {
    begin: /begin read write/,
    write: /insert into|copy /,
  })
})

describeMariaDb('in MariaDB', (mariaDb) => {
  story(() => Stage.build(server, 'fence_maria', inMariaDb(RECORDS), { mariaDb: mariaDb() }), {
    begin: /start transaction read write/,
    write: /insert into/,
  })
})
