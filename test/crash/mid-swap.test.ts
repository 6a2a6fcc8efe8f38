/**
 * `kill -9` while unique values are exchanged in several calls: when one record has made way, and the others have not taken
 * their values yet. The next run completes it, and nobody takes what stood in for a value (laws L16, L31).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { cards, differences, ring } from '../engine/cards.ts'
import type { Landing } from '../engine/landing.ts'
import { describeMariaDb } from '../harness/mariadb.ts'

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'concordat.js')
const NOTICED_MS = 15_000

const WAY = `select o.batch_id from operation o where o.rule = 'makes way'`
/** Moments of an exchange, as the store knows them; each for the newest one. */
const MOMENTS = {
  'the intent to make way stands': `select count(*)::int as n from operation where rule = 'makes way'`,
  'one has made way': `select count(*)::int as n from batch where settled_at is not null and id in (${WAY})`,
  'the others are on their way': `select count(*)::int as n from batch where settled_at is null and id > (select max(batch_id) from (${WAY}) w)`,
}

/** A run as a process of its own, killed when the store says so; false when it was over before. */
async function killAt(landing: Landing, moment: keyof typeof MOMENTS, laterMs: number): Promise<boolean> {
  const look = async (): Promise<number> => Number((await landing.store(MOMENTS[moment]))[0]!['n'])
  const before = await look()
  const child = spawn(process.execPath, [PROGRAM, 'run', '--json', '--contract', landing.contract], {
    detached: true,
    env: { ...process.env, ...landing.env, DATABASE_URL: landing.storeUrl },
    stdio: 'ignore',
  })
  const end = once(child, 'exit')
  while (child.exitCode === null && (await look()) <= before) await sleep(2)
  await sleep(laterMs)
  const killed = child.exitCode === null
  if (killed) process.kill(-child.pid!, 'SIGKILL')
  await end
  return killed
}

async function complete(landing: Landing): Promise<void> {
  for (const until = Date.now() + NOTICED_MS; ; await sleep(100)) {
    try {
      const { customers } = await landing.run()
      expect(customers).toMatchObject({ status: 'done', quarantined: 0 })
      return
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'engine.busy' || Date.now() > until) throw error
    }
  }
}

type Kill = readonly [size: number, moment: keyof typeof MOMENTS, laterMs: number]

async function killAndComplete(landing: Landing, kills: readonly Kill[]): Promise<void> {
  let killed = 0
  let first = 1
  for (const [size, moment, laterMs] of kills) {
    await ring(landing, first, first + size - 1)
    if (await killAt(landing, moment, laterMs)) killed++
    // Somebody works on in the meantime.
    await landing.crm(`update accounts set name = name where name = 'N${first}'`)
    await landing.erp(
      `update customers set name = name, updated_at = clock_timestamp() where id in (${first}, ${first + 1})`,
    )
    await complete(landing)
    expect(await differences(landing), `${size}, ${moment}, ${laterMs} ms later`).toEqual([])
    expect(await landing.erp(`select * from customers where card not like 'C-%'`)).toEqual([])
    await landing.rest()
    // Others each time: values that come back again and again are a question.
    first += size
  }
  expect(killed).toBeGreaterThan(kills.length / 2)
}

test('L16 a run that is killed in the middle of a ring larger than a call', { timeout: 400_000 }, async () => {
  const landing = await cards('postgres', undefined, 5_010)
  await landing.crm(`create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
    create trigger slow before update on accounts for each row when (new.card like '~%' or old.card like '~%') execute function slow();`)
  await killAndComplete(landing, [[5_010, 'one has made way', 20]])
})

describeMariaDb('MariaDB', (server) => {
  const TITLE = 'L16 a run that is killed in the middle of a swap that takes one write after the other'
  test(TITLE, { timeout: 400_000 }, async () => {
    const landing = await cards('mariadb', server(), 20, { options: 'engine = MyISAM' })
    await landing.crm(`create trigger slow before update on accounts for each row
      begin if new.card like '~%' or old.card like '~%' then do sleep(0.3); end if; end`)
    await killAndComplete(landing, [
      [2, 'the intent to make way stands', 0],
      [2, 'the intent to make way stands', 150],
      [2, 'one has made way', 0],
      [3, 'the others are on their way', 0],
      [2, 'the others are on their way', 100],
      [3, 'the others are on their way', 350],
    ])
  })
})
