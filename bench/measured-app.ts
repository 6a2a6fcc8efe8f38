/** The measured process: opens the application and runs it when it is told to. */
import type { App } from '../src/app.ts'
import type { Answer, Request, WorkerOptions } from './measured-process.ts'
import { openSigned } from '../test/harness/sign.ts'

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

/** What follows the feeds, while it does. */
let following: { readonly control: AbortController; readonly ended: Promise<unknown> } | null = null

async function follow(app: App, systems: readonly string[]): Promise<Answer> {
  for (const system of systems) await app.installFeed(system)
  const control = new AbortController()
  const { signal } = control
  const onTrouble = (error: Error): void => console.error(error.message)
  await new Promise<void>((resolve, reject) => {
    following = { control, ended: app.follow({ signal, onReady: () => resolve(), onTrouble }) }
    following.ended.catch(reject)
  })
  return { kind: 'ready' }
}

async function unfollow(): Promise<Answer> {
  following?.control.abort()
  await following?.ended
  return { kind: 'ready' }
}

/** The most that was resident since somebody asked; what the process holds is looked at this often, in milliseconds. */
const LOOK_MS = 50
let mostResident = 0
setInterval(() => (mostResident = Math.max(mostResident, process.memoryUsage.rss())), LOOK_MS).unref()

function memory(): Answer {
  const bytes = Math.max(mostResident, process.memoryUsage.rss())
  mostResident = 0
  return { kind: 'memory', bytes }
}

const options = JSON.parse(process.argv[2]!) as WorkerOptions
try {
  const app = await openSigned(options)
  process.on('message', (request: Request) => {
    if (request.kind === 'run') measure(app, request.full).then(say, failed)
    else if (request.kind === 'follow') follow(app, request.systems).then(say, failed)
    else if (request.kind === 'memory') say(memory())
    else if (request.kind === 'unfollow') unfollow().then(say, failed)
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
