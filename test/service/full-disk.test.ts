/** The disk of the store is full: monitors hear of it, and that there is room again. */
import { afterAll, describe, expect, test } from 'vitest'
import { smallDisk } from '../harness/small-disk.ts'
import { embedded, health } from './embedded-company.ts'

const disk = smallDisk('160m')

describe.skipIf(disk === null)('a full disk', () => {
  afterAll(() => disk!.remove())

  test(
    'L16 the health is bad while the disk of the store is full, and good once there is room',
    { timeout: 180_000 },
    async () => {
      const { company } = await embedded(disk!.folder)
      const serve = await company.start('serve', '--port', '0')
      await expect.poll(() => health(serve.url), { timeout: 20_000 }).toBe(200)
      for (let n = 1; n <= 2; n++) {
        disk!.fill(0)
        await expect.poll(() => health(serve.url), { timeout: 40_000 }).toBe(503)
        disk!.empty()
        await expect.poll(() => health(serve.url), { timeout: 60_000 }).toBe(200)
        await company.erp.sql(`insert into customers (legal_name, vat) values ('Customer ${n}', 'V${n}')`)
        await expect.poll(() => company.crm.value('select count(*) from accounts'), { timeout: 60_000 }).toBe(String(n))
      }
      serve.signal('SIGTERM')
      expect(await serve.ended, serve.output()).toBe(0)
    },
  )
})
