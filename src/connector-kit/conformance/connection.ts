import assert from 'node:assert/strict'
import { everythingAbout, failure } from './bench.ts'
import type { Bench } from './bench.ts'

/** Connecting, and failing to. */
export function connectionConformance(bench: Bench): void {
  const { test } = bench.runner

  test('the connection test names the product', async () => {
    const report = await bench.connector.test()
    assert.match(report.product, /\w/)
    assert.deepEqual(report.notes, [])
  })

  test('a wrong password is refused without being shown', async () => {
    if (bench.system.wrongPassword === null) return
    const { connector: wrong, password } = bench.system.wrongPassword
    const error = await failure(() => wrong.test())
    assert.equal(error.code, 'connector.refused-credentials')
    assert.equal(error.retry, 'never')
    assert.ok(!everythingAbout(error).includes(password))
    await wrong.close()
  })

  test('a server that is down is unreachable, to be tried later', async () => {
    if (bench.system.unreachable === null) return
    const error = await failure(() => bench.system.unreachable!.test())
    assert.equal(error.code, 'connector.unreachable')
    assert.equal(error.retry, 'later')
    assert.ok(error.cure)
    await bench.system.unreachable.close()
  })
}
