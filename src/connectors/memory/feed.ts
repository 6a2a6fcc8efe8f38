import type { ChangeFeed, ChangeHint, FeedState, HintBatch, Watched } from '../../connector-kit/change-feed.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { MemoryDatabase, NotedChange } from './database.ts'
import type { MemoryHooks } from './object.ts'

/*
 * The feed of a memory database. What is noted lives in the database, as in a real one, and outlives who listens. The hook
 * `deliver` stands between: it may lose hints, double them, change their order or wait.
 */

interface Line extends ChangeHint {
  readonly seq: number
}

interface Installed {
  readonly lines: Line[]
  next: number
  wake: () => void
  readonly stop: () => void
}

/** What stands in a database, by installation. */
const standing = new WeakMap<MemoryDatabase, Map<string, Installed>>()

export class MemoryFeed implements ChangeFeed {
  private readonly database: MemoryDatabase
  private readonly hooks: MemoryHooks
  private readonly watched: readonly Watched[]
  private readonly installation: string
  private readonly taken = new Map<string, ReadonlySet<number>>()
  private tokens = 0

  constructor(database: MemoryDatabase, hooks: MemoryHooks, watched: readonly Watched[], installation: string) {
    this.database = database
    this.hooks = hooks
    this.watched = watched
    this.installation = installation
  }

  async inspect(): Promise<FeedState> {
    const installed = this.installed()
    const tables = this.watched.flatMap((one) => [one.object, ...(one.lines ?? []).map((lines) => lines.object)])
    const others = [...(standing.get(this.database)?.keys() ?? [])].filter((name) => name !== this.installation)
    return {
      state: installed ? 'installed' : 'absent',
      statements: installed ? [] : tables.map((table) => `note the changes of ${table}`),
      removal: installed ? tables.map((table) => `note the changes of ${table} no more`) : [],
      waiting: installed ? installed.lines.length : null,
      notes: others.length > 0 ? [`Other installations have a feed here as well: ${others.join(', ')}.`] : [],
    }
  }

  async install(): Promise<void> {
    let all = standing.get(this.database)
    if (!all) standing.set(this.database, (all = new Map<string, Installed>()))
    if (all.has(this.installation)) return
    const { watched } = this
    const stop = this.database.watch((changes) => {
      for (const hint of changes.flatMap((change) => hintsOf(watched, change)))
        installed.lines.push({ ...hint, seq: installed.next++ })
      installed.wake()
    })
    const installed: Installed = { lines: [], next: 1, wake: () => {}, stop }
    all.set(this.installation, installed)
  }

  async remove(): Promise<void> {
    this.installed()?.stop()
    standing.get(this.database)?.delete(this.installation)
  }

  async *listen(signal: AbortSignal): AsyncGenerator<HintBatch> {
    const installed = this.installed()
    if (!installed) {
      throw new ConcordatError('connector.feed-missing', 'The memory database has no change feed of this installation.')
    }
    this.taken.clear()
    const ring = (): void => installed.wake()
    signal.addEventListener('abort', ring)
    try {
      while (!signal.aborted) {
        await this.hooks.before?.('listen', '')
        const inFlight = new Set([...this.taken.values()].flatMap((seqs) => [...seqs]))
        const lines = installed.lines.filter((line) => !inFlight.has(line.seq))
        if (lines.length === 0) {
          await new Promise<void>((resolve) => (installed.wake = resolve))
          continue
        }
        const token = String(++this.tokens)
        this.taken.set(token, new Set(lines.map((line) => line.seq)))
        const hints = new Map(lines.map(({ object, id }) => [`${object}\0${id}`, { object, id }]))
        const delivered = await (this.hooks.deliver?.([...hints.values()]) ?? [...hints.values()])
        yield { token, hints: delivered }
      }
    } finally {
      signal.removeEventListener('abort', ring)
    }
  }

  async acknowledge(token: string): Promise<void> {
    const seqs = this.taken.get(token)
    const installed = this.installed()
    if (!seqs || !installed) return
    const rest = installed.lines.filter((line) => !seqs.has(line.seq))
    installed.lines.splice(0, installed.lines.length, ...rest)
    this.taken.delete(token)
  }

  private installed(): Installed | undefined {
    return standing.get(this.database)?.get(this.installation)
  }
}

function hintsOf(watched: readonly Watched[], { table, row }: NotedChange): ChangeHint[] {
  const hint = (object: string, id: string | null | undefined): ChangeHint[] =>
    id === null || id === undefined ? [] : [{ object, id }]
  return watched.flatMap(({ object, id, lines }) => [
    ...(object === table ? hint(object, row.get(id)) : []),
    ...(lines ?? []).flatMap((child) => (child.object === table ? hint(object, row.get(child.parent)) : [])),
  ])
}
