/** The embedded server ends under the processes that use it: they start it again, and say so where they cannot. */
import { rename } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { embedded, health } from './embedded-company.ts'

test('L16 a service starts its embedded server again within seconds, however often it is killed', async () => {
  const { company, kill, postmaster } = await embedded()
  const serve = await company.start('serve', '--port', '0')
  const worker = await company.start('worker', '--port', '0')
  for (let n = 1; n <= 3; n++) {
    await expect.poll(() => health(serve.url), { timeout: 20_000 }).toBe(200)
    await company.erp.sql(`insert into customers (legal_name, vat) values ('Customer ${n}', 'V${n}')`)
    const killed = kill()
    await expect.poll(() => ![0, killed].includes(postmaster()), { timeout: 15_000 }).toBe(true)
    await expect.poll(() => health(serve.url), { timeout: 20_000 }).toBe(200)
    await expect.poll(() => health(worker.url), { timeout: 20_000 }).toBe(200)
    await expect.poll(() => company.crm.value('select count(*) from accounts'), { timeout: 60_000 }).toBe(String(n))
  }
  expect(serve.output() + worker.output()).toMatch(/embedded database had ended without us; it was started again/)
  expect(await company.crm.value('select count(distinct tax_id) from accounts')).toBe('3')
  // The last of its users still takes it along.
  for (const one of [worker, serve]) {
    one.signal('SIGTERM')
    expect(await one.ended, one.output()).toBe(0)
  }
  expect(postmaster()).toBe(0)
})

test('a service whose data directory is gone says so, makes no new one in its place, and goes on when it is back', async () => {
  const { company, cluster, kill, postmaster } = await embedded()
  const serve = await company.start('serve', '--port', '0')
  await expect.poll(() => health(serve.url), { timeout: 20_000 }).toBe(200)
  const pid = postmaster()
  expect(pid).toBeGreaterThan(1)
  await rename(cluster, `${cluster}.away`)
  process.kill(pid, 'SIGKILL')
  await expect.poll(serve.output, { timeout: 20_000 }).toMatch(/cannot be started again: Its data directory .* is gone/)
  expect(postmaster()).toBe(0)
  expect(await health(serve.url)).toBe(503)
  await rename(`${cluster}.away`, cluster)
  await expect.poll(() => health(serve.url), { timeout: 60_000 }).toBe(200)
  expect(kill()).not.toBe(0)
  await expect.poll(() => health(serve.url), { timeout: 60_000 }).toBe(200)
  serve.signal('SIGTERM')
  expect(await serve.ended, serve.output()).toBe(0)
})
