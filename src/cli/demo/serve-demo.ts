import { createWriteStream } from 'node:fs'
import type { DemoHome } from '../../demo/home.ts'
import { Moods } from '../../demo/moods.ts'
import { openPlayground } from '../../demo/playground.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { Cli } from '../command.ts'

/** Where the dashboard is, unless something else is there already. */
export const DEMO_PORT = 8080

/** Serves the dashboard of the demo until Ctrl-C; changes land as they happen. `port`: null for any, if 8080 is taken. */
export async function serveDemo(cli: Cli, home: DemoHome, port: number | null): Promise<void> {
  const moods = new Moods()
  const playground = openPlayground(home.urls, moods)
  const log = createWriteStream(home.serviceLog, { mode: 0o600 })
  const env = { ...cli.env, ERP_URL: home.urls.erp, CRM_URL: home.urls.crm }
  const app = await cli.backend.open({
    contract: home.contract,
    env,
    databaseUrl: home.storeUrl,
    tamper: (system) => moods.gate(system),
    impatient: true,
  })
  const serve = (on: number): Promise<void> =>
    cli.backend.serve(app, {
      role: 'serve',
      listen: { host: '127.0.0.1', port: on },
      env,
      log: (line) => log.write(`${line}\n`),
      signal: cli.interrupt.signal,
      playground,
      onReady: (url, setupLink) => tellWhere(cli, home, url ?? '', setupLink),
    })
  try {
    for (const system of app.check.contract?.systems.keys() ?? []) await app.installFeed(system)
    await cli.interrupt.during(async () => {
      try {
        await serve(port ?? DEMO_PORT)
      } catch (error) {
        if (port !== null || !(error instanceof ConcordatError) || error.code !== 'service.no-port') throw error
        await serve(0)
      }
    })
  } finally {
    await app.close()
    await playground.close()
    log.end()
  }
}

function tellWhere({ terminal }: Cli, home: DemoHome, url: string, setupLink: string | null): void {
  const { out, paint } = terminal
  out('')
  out(paint('bold', 'The dashboard is open'))
  out(`  ${paint('cyan', setupLink ?? url)}`)
  out(
    setupLink === null
      ? '      sign in with the account that you made'
      : '      creates your account; then open Playground to edit both systems, create conflicts or switch a system off',
  )
  if (setupLink !== null)
    out('      (with the e-mail ana@levante.example you are also the business owner of the contract)')
  out('You can also open the databases with any PostgreSQL client:')
  out(`  ERP        ${home.urls.erp}`)
  out(`  CRM        ${home.urls.crm}`)
  out(`  Concordat  ${home.storeUrl}`)
  out(`To use the concordat commands in another terminal, first run:  . ${home.environment}`)
  out('Press Ctrl-C to stop.')
}
