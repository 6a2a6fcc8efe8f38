/** The embedded server ends under the processes that use it: they start it again, and say so where they cannot. */
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { layoutOf } from '../../src/store/embedded/cluster.ts'
import { dataDirectory } from '../../src/store/embedded/location.ts'
import { findPostmaster } from '../../src/store/embedded/postmaster.ts'
import { openSigned } from '../harness/sign.ts'
import { openCompany, type Company } from './stage.ts'

/** A company whose store is the embedded server. */
async function embedded(): Promise<{ company: Company; cluster: string; kill(): number; postmaster(): number }> {
  const home = await mkdtemp(join(tmpdir(), 'concordat-killed-'))
  // Where this test runs as root, another account keeps the data.
  await chmod(home, 0o755)
  const options = {
    customers: { schedule: { erp: 'real-time', crm: 'real-time' } },
    env: { DATABASE_URL: '', CONCORDAT_HOME: home },
  }
  const company = await openCompany(options, { sign: false })
  const { cluster } = layoutOf(dataDirectory(home, {}))
  const postmaster = (): number => findPostmaster(cluster)?.pid ?? 0
  onTestFinished(async () => {
    if (postmaster() > 0) process.kill(postmaster(), 'SIGKILL')
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })
  const env = { ...options.env, ERP_URL: company.erpWire.url, CRM_URL: company.crm.url, SHOP_URL: company.crm.url }
  await (await openSigned({ contract: company.contract, env })).close()
  const kill = (): number => {
    const pid = postmaster()
    // 0 would be this very process and all that it belongs to.
    if (pid <= 0) throw new Error('there is no server to kill')
    process.kill(pid, 'SIGKILL')
    return pid
  }
  return { company, cluster, kill, postmaster }
}

const health = (url: string): Promise<number> =>
  fetch(`${url}/health`).then(
    ({ status }) => status,
    () => 0,
  )

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
