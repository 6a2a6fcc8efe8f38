import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

/* A real browser for the tests of the dashboard: Debian's Chromium. */

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

const found = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path))

/** A suite that is given a browser; where there is none it says loudly that it is skipped. */
export function describeBrowser(name: string, suite: (browser: () => Browser) => void): void {
  if (found === undefined && process.env['CONCORDAT_REQUIRE_BROWSER'] === undefined) {
    const line = '!'.repeat(100)
    console.warn(`\n${line}\n!! SKIPPED: "${name}" needs Chromium, and there is none on this machine.`)
    console.warn(`!! Debian and Ubuntu: apt-get install --no-install-recommends chromium\n${line}\n`)
    describe.skipIf(true)(`${name} (no Chromium on this machine)`, () => {
      suite(never)
    })
    return
  }
  describe(name, () => {
    let browser: Browser | null = null
    beforeAll(async () => {
      if (found === undefined) throw new Error('CONCORDAT_REQUIRE_BROWSER is set, but there is no Chromium here')
      browser = await chromium.launch({ executablePath: found, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
    })
    afterAll(() => browser?.close())
    suite(() => browser ?? never())
  })
}

function never(): never {
  throw new Error('There is no browser')
}
