/** The measured process: opens the application and runs it when it is told to. */
import { openApp, type App } from '../src/app.ts'
import type { Answer, Request, WorkerOptions } from './measured-process.ts'

const say = (answer: Answer): void => void process.send!(answer)
const failed = (error: unknown): void =>
  say({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })

async function measure(app: App, full: boolean): Promise<Answer> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const [report] = await app.run({ full })
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const peakBytes = process.resourceUsage().maxRSS * 1_024
  return { kind: 'ran', report: report!, seconds, cpuSeconds: (user + system) / 1_000_000, peakBytes }
}

const options = JSON.parse(process.argv[2]!) as WorkerOptions
try {
  const app = await openApp(options)
  process.on('message', (request: Request) => {
    if (request.kind === 'run') measure(app, request.full).then(say, failed)
    else
      app.close().then(() => {
        say({ kind: 'closed' })
        process.disconnect()
      }, failed)
  })
  say({ kind: 'ready' })
} catch (error) {
  failed(error)
  process.disconnect()
}
