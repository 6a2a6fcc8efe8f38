import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { expect, onTestFinished, test } from 'vitest'

import { eventually, openLive } from './live.ts'

const KILLS = 12

test('L16 a follower that is killed again and again under load loses nothing and repeats nothing', async () => {
  const live = await openLive({}, (world) =>
    world.erp.sql(
      `insert into customers (legal_name, vat, credit_limit) select 'C' || i, 'V' || i, i from generate_series(1, 50) i`,
    ),
  )
  await live.stop()
  await live.crm.written()
  const options = JSON.stringify({ contract: live.contract, env: live.env, databaseUrl: live.store.url })
  const start = async () => {
    const child = fork(join(import.meta.dirname, 'follower.ts'), [options], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child, 'message')
    return child
  }
  let editing = true
  let made = 0
  const edits = (async () => {
    for (let i = 1; editing; i++) {
      await live.erp.sql(`update customers set credit_limit = $1 where vat = $2`, 1000 + i, `V${1 + (i % 50)}`)
      if (i % 20 === 0)
        await live.erp.sql(`insert into customers (legal_name, vat) values ($1::text, $1::text)`, `N${++made}`)
      await sleep(3)
    }
  })()
  for (let kill = 0; kill < KILLS; kill++) {
    const child = await start()
    await sleep(40 + kill * 37)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  editing = false
  await edits
  const last = await start()
  const inErp = await live.erp.sql(`select vat, credit_limit from customers order by vat collate "C"`)
  await eventually(async () => {
    expect(await live.crm.sql(`select tax_id as vat, credit_limit from accounts order by tax_id collate "C"`)).toEqual(
      inErp,
    )
  })
  await sleep(300)
  last.kill('SIGKILL')
  await once(last, 'exit')
  const received = await live.crm.sql<{ what: string }>('select what from written')
  const logged = await live.store.sql<{ kind: string }>(
    `select o.kind from operation o join batch b on b.id = o.batch_id join side s on s.id = o.side_id
     where s.system = 'crm' and b.settled_at is not null and o.outcome is null and o.run_id > 1`,
  )
  const count = (list: readonly object[], word: string) =>
    list.filter((one) => Object.values(one).includes(word)).length
  expect(count(received, 'INSERT')).toBe(made)
  expect(count(logged, 'create')).toBe(made)
  expect(count(logged, 'update')).toBe(count(received, 'UPDATE'))
  await live.run()
  await live.rest()
})
