import { expect, test } from 'vitest'

import { openWorld } from './world.ts'

test('a run that is asked to stop ends as stopped, fails nothing, and the next run goes on', async () => {
  const world = await openWorld({})
  await world.erp.sql(
    `insert into customers (legal_name, vat) select 'C' || n, 'V' || n from generate_series(1, 1500) n`,
  )
  const stop = new AbortController()
  const [stopped] = await (
    await world.app()
  ).run({
    signal: stop.signal,
    onProgress: ({ stage }) => void (stage.startsWith('reading crm') || stop.abort()),
  })
  expect(stopped).toMatchObject({
    status: 'stopped',
    message: 'The run was asked to stop; the next run goes on where it ended.',
  })
  const [never] = await (await world.app()).status()
  expect(never).toMatchObject({ status: 'Late', last_success: null })
  expect(never!.why).toMatch(/^The last run was asked to stop; the next run goes on where it ended\./)

  const [rest] = await (await world.app()).run()
  expect(rest).toMatchObject({ status: 'done', open_cases: 0 })
  expect(await world.crm.sql('select count(*)::int as n, count(distinct tax_id)::int as own from accounts')).toEqual([
    { n: 1500, own: 1500 },
  ])

  // Once it has succeeded, being asked to stop makes nothing late.
  await world.erp.sql(`update customers set credit_limit = 5`)
  const again = new AbortController()
  await (await world.app()).run({ signal: again.signal, onProgress: () => again.abort() })
  expect((await (await world.app()).status())[0]).toMatchObject({
    status: 'On time',
    last_run: { status: 'stopped' },
    why: 'The last run was asked to stop; the next run goes on where it ended.',
  })
  await world.run()
  await world.rest()
})
