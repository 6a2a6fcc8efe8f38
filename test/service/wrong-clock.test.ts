/** A machine whose clock is wrong. */
import { expect, test } from 'vitest'
import { openCompany } from './stage.ts'

const WRONG_CLOCK = new URL('../crash/wrong-clock.ts', import.meta.url).href
const REAL_TIME = { customers: { schedule: { erp: 'real-time', crm: 'real-time' } } }

test.each([
  ['ahead', 7_200],
  ['behind', -90],
] as const)(
  'L34 a service whose clock is %s says so, and writes down what it does by the store’s',
  async (_, seconds) => {
    const env = { NODE_OPTIONS: `--import=${WRONG_CLOCK}`, CONCORDAT_WRONG_CLOCK_MS: String(seconds * 1_000) }
    const company = await openCompany({ ...REAL_TIME, env })
    await company.erp.sql(`insert into customers (legal_name, vat) values ('Alfa', 'A1')`)
    const serve = await company.start('serve', '--port', '0')
    await expect.poll(() => company.crm.value('select count(*) from accounts'), { timeout: 60_000 }).toBe('1')
    const warning = () => serve.log.find((line) => /clock of this machine is off/.test(String(line['msg'])))
    await expect.poll(warning, { timeout: 20_000 }).toBeDefined()
    expect(Math.abs(Number(warning()!['seconds']) - seconds)).toBeLessThan(5)
    const health = (await (await fetch(`${serve.url}/health`)).json()) as { members: { clock_off: number }[] }
    expect(Math.abs(health.members[0]!.clock_off - seconds)).toBeLessThan(5)
    const metrics = await (await fetch(`${serve.url}/metrics`)).text()
    expect(Number(/^concordat_clock_off_seconds ([\d.]+)$/m.exec(metrics)![1])).toBeGreaterThan(Math.abs(seconds) - 5)
    const off = await company.store.value(
      `select max(abs(extract(epoch from clock_timestamp() - t)))::float8 from (
       select started_at from run union all select at from revision union all select last_success from flow) x(t)`,
    )
    expect(Number(off)).toBeLessThan(60)
  },
)
