/** One demo that the journeys share: its people, each in a browser of their own, its contract and its databases. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'

import { connectSystem, type System } from '../../engine/systems.ts'
import { type Demo, startDemo } from '../../harness/demo.ts'
import { choosePassword, DESKTOP, settled } from '../pages.ts'

export interface Stage {
  /** Where the dashboard is. */
  readonly base: string
  readonly erp: System
  readonly crm: System
  /** Concordat's own state. */
  readonly store: System
  /** Opens a page in the browser of a person; `ana` made the first account, others were invited. */
  open(who: string, path: string): Promise<Page>
  /** Lets somebody follow their one-time link. */
  welcome(who: string, link: string): Promise<Page>
  /** Changes the contract's file. */
  edit(from: string | RegExp, to: string): Promise<void>
  /** What has come to the channel whose address is in `DESK_URL`. */
  readonly messages: readonly string[]
  /** What the pages of a person asked for in vain, and what broke on them. */
  readonly complaints: readonly string[]
  /** Takes back complaints that a journey meant to bring about. */
  expected(what: RegExp): void
}

/** Starts the demo before the tests of a suite; what it gives may be used within them. */
export function journeyStage(browser: () => Browser): Stage {
  const people = new Map<string, BrowserContext>()
  const complaints: string[] = []
  const messages: string[] = []
  const desk = createServer((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => (body += data.toString()))
    request.on('end', () => {
      messages.push(body)
      response.end('ok')
    })
  })
  let demo: Demo
  let base = ''
  let erp: ReturnType<typeof connectSystem>
  let crm: ReturnType<typeof connectSystem>
  let store: ReturnType<typeof connectSystem>

  const contextOf = async (who: string): Promise<BrowserContext> => {
    const options: BrowserContextOptions = { ...DESKTOP, locale: 'en-GB', colorScheme: 'light', acceptDownloads: true }
    const context = people.get(who) ?? (await browser().newContext(options))
    people.set(who, context)
    return context
  }
  const pageOf = async (who: string): Promise<Page> => {
    const page = await (await contextOf(who)).newPage()
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => complaints.push(`${who}: ${error.message}`))
    page.on('response', (answer) => {
      if ([401, 403, 500].includes(answer.status()))
        complaints.push(`${who}: ${answer.status()} ${answer.request().method()} ${new URL(answer.url()).pathname}`)
    })
    return page
  }
  const contract = () => join(demo.home, 'demo', 'concordat.yaml')

  beforeAll(async () => {
    desk.listen(0, '127.0.0.1')
    await once(desk, 'listening')
    demo = await startDemo(100, { DESK_URL: `http://127.0.0.1:${(desk.address() as AddressInfo).port}/` })
    const link = await demo.link()
    ;({ base } = link)
    const settings = await readFile(join(demo.home, 'demo', 'environment.sh'), 'utf8')
    const urlOf = (name: string): string => new RegExp(`${name}='([^']+)'`).exec(settings)![1]!
    erp = connectSystem(urlOf('ERP_URL'))
    crm = connectSystem(urlOf('CRM_URL'))
    store = connectSystem(urlOf('DATABASE_URL'))
    const page = await pageOf('ana')
    await page.goto(`${base}/setup?token=${link.token}`)
    await page.getByLabel('Name').fill('Ana Ruiz')
    await page.getByLabel('E-mail').fill('ana@levante.example')
    await choosePassword(page)
    await page.close()
  }, 150_000)

  afterAll(async () => {
    for (const context of people.values()) await context.close()
    await erp?.end()
    await crm?.end()
    await store?.end()
    await demo?.remove()
    desk.close()
  })

  return {
    get base() {
      return base
    },
    get erp() {
      return erp
    },
    get crm() {
      return crm
    },
    get store() {
      return store
    },
    messages,
    complaints,
    expected(what) {
      for (let at = complaints.length; at-- > 0;) if (what.test(complaints[at]!)) complaints.splice(at, 1)
    },
    async open(who, path) {
      const page = await pageOf(who)
      await page.goto(`${base}${path}`)
      await settled(page)
      return page
    },
    async welcome(who, link) {
      const page = await pageOf(who)
      await page.goto(link)
      await choosePassword(page)
      return page
    },
    async edit(from, to) {
      const text = await readFile(contract(), 'utf8')
      const changed = text.replace(from, to)
      expect(changed).not.toBe(text)
      await writeFile(contract(), changed)
    },
  }
}
