import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { FlowRun } from '../src/model/report.ts'

/** What a worker needs to open the application. */
export interface WorkerOptions {
  readonly contract: string
  readonly databaseUrl: string
  readonly env: Readonly<Record<string, string>>
}

/** One run of the application, as measured inside its process. */
export interface MeasuredRun {
  readonly report: FlowRun
  readonly seconds: number
  /** User and system time of the process during the run. */
  readonly cpuSeconds: number
  /** The most memory that the process has had resident since its start. */
  readonly peakBytes: number
}

/** The application in a process of its own, so that its memory and processor time can be told from the benchmark's. */
export interface Worker {
  run(options?: { readonly full?: boolean }): Promise<MeasuredRun>
  /** Installs feeds in these systems and follows them. */
  follow(systems: readonly string[]): Promise<void>
  unfollow(): Promise<void>
  /** The most memory that was resident, in bytes, since this was asked last. */
  memory(): Promise<number>
  close(): Promise<void>
  kill(): void
}

/** Message to and from the process. */
export type Request =
  | { readonly kind: 'run'; readonly full: boolean }
  | { readonly kind: 'follow'; readonly systems: readonly string[] }
  | { readonly kind: 'unfollow' | 'memory' | 'close' }
export type Answer =
  | { readonly kind: 'ready' | 'closed' }
  | ({ readonly kind: 'ran' } & MeasuredRun)
  | { readonly kind: 'memory'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly message: string }

const compileCache = join(import.meta.dirname, '..', 'node_modules', '.cache', 'concordat')

/** Starts a process and opens the application in it. */
export async function openWorker(options: WorkerOptions, profile: string | undefined): Promise<Worker> {
  const child = fork(join(import.meta.dirname, 'measured-app.ts'), [JSON.stringify(options)], {
    // The first flag is the one that the command starts with.
    execArgv: [
      '--max-semi-space-size=32',
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ],
    // And what the command does first: code that was compiled once is kept.
    env: { ...process.env, NODE_NO_WARNINGS: '1', NODE_COMPILE_CACHE: compileCache },
  })
  let waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined
  const answer = (): Promise<Answer> => new Promise((resolve, reject) => (waiting = { resolve, reject }))
  child.on('message', (message: Answer) => {
    if (message.kind === 'failed') waiting?.reject(new Error(message.message))
    else waiting?.resolve(message)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      waiting?.reject(new Error(`The measured process ended with ${signal ?? code}.`))
      resolve()
    })
  })
  const ask = (request: Request): Promise<Answer> => {
    const coming = answer()
    child.send(request)
    return coming
  }
  await answer()
  return {
    async run(run = {}) {
      const result = await ask({ kind: 'run', full: run.full === true })
      if (result.kind !== 'ran') throw new Error(`The measured process answered ${result.kind}.`)
      return result
    },
    async follow(systems) {
      await ask({ kind: 'follow', systems })
    },
    async unfollow() {
      await ask({ kind: 'unfollow' })
    },
    async memory() {
      const result = await ask({ kind: 'memory' })
      if (result.kind !== 'memory') throw new Error(`The measured process answered ${result.kind}.`)
      return result.bytes
    },
    async close() {
      await ask({ kind: 'close' })
      await ended
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
