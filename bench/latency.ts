import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expectAgreement, expectEqual, measuredRun, WrongOutcome } from './measurement.ts'
import { onDatabase, type World } from './world.ts'

const EDITS_PER_SECOND = 50
const SECONDS = 20
/** Records that are edited while the others wait. */
const EDITED = 1_000
/** An edit that takes longer counts as not landed. */
const PATIENCE_MS = 60_000

/** How long edits took to land, in milliseconds. */
export interface Latency {
  readonly name: string
  readonly edits: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly most: number
}

export interface LatencyResult {
  readonly records: number
  readonly latencies: readonly Latency[]
  /** Seconds until the records that waited had landed as well. */
  readonly backlogSeconds: number
  /** The most memory that the process had resident meanwhile, in bytes. */
  readonly memory: {
    readonly firstSync: number
    readonly still: number
    readonly backlog: number
    readonly full: number
  }
  readonly notes: readonly string[]
}

/** In system B, for the observer: a notification, which arrives when the write is committed. */
const OBSERVED = `
  create function observed() returns trigger language plpgsql as $$ begin
    perform pg_notify('landed', new.account_no || '=' || new.credit_limit); return null; end $$;
  create trigger observed after update on accounts for each row when (new.credit_limit < 0) execute function observed();`

/**
 * 50 edits a second in system A, one at a time, as a user would make them; from sending the edit until somebody who only
 * watches system B sees it there. Then the same while all other records wait to be carried over.
 */
export async function latency(world: World, records: number): Promise<LatencyResult> {
  await world.reset(records + EDITED)
  const worker = await world.worker()
  await measuredRun(world, worker)
  const firstSync = await worker.memory()
  await onDatabase(world.b, (client) => client.query(OBSERVED))
  await worker.follow(['a', 'b'])
  const observer = await observe(world)
  try {
    const still = await edits(world, observer, 'nothing else to do', () => SECONDS * EDITS_PER_SECOND)
    const memoryStill = await worker.memory()
    const began = performance.now()
    let drained = 0
    const backlog = onDatabase(world.a, (client) =>
      client.query(`update customers set city = city || ' *' where id > ${EDITED}`),
    ).then(async () => {
      while (!(await landed(world, records))) await sleep(200)
      drained = (performance.now() - began) / 1_000
    })
    const busy = await edits(world, observer, `${records.toLocaleString('en')} other records waiting`, () =>
      drained > 0 ? 0 : Infinity,
    )
    await backlog
    const memoryBacklog = await worker.memory()
    await worker.unfollow()
    const closing = await measuredRun(world, worker, { full: true })
    expectEqual('records that a closing full pass changed', closing.report.updated, 0)
    const memory = { firstSync, still: memoryStill, backlog: memoryBacklog, full: await worker.memory() }
    await worker.close()
    await expectAgreement(world, records + EDITED)
    return {
      records,
      latencies: [still, busy],
      backlogSeconds: drained,
      memory,
      notes: [
        `${EDITS_PER_SECOND} edits a second, each a transaction of its own in A; timed from sending the edit until its`,
        'notification from B arrives in another process. Change feeds are installed in both systems.',
      ],
    }
  } finally {
    await observer.end()
  }
}

let edited = 0

interface Observer {
  /** Resolves with the time at which B holds the value. */
  seen(key: string): Promise<number>
  end(): Promise<void>
}

async function observe(world: World): Promise<Observer> {
  const client = new pg.Client({ connectionString: world.b })
  await client.connect()
  const waiting = new Map<string, (at: number) => void>()
  client.on('notification', ({ payload }) => {
    waiting.get(payload!)?.(performance.now())
    waiting.delete(payload!)
  })
  await client.query('listen landed')
  return {
    seen: (key) => new Promise((resolve) => waiting.set(key, resolve)),
    end: () => client.end(),
  }
}

/** Edits at an even pace, until there have been `most()`. */
async function edits(world: World, observer: Observer, name: string, most: () => number): Promise<Latency> {
  const times: Promise<number>[] = []
  await onDatabase(world.a, async (client) => {
    const began = performance.now()
    for (let i = 0; i < most(); i++) {
      await sleep(Math.max(0, began + (i * 1_000) / EDITS_PER_SECOND - performance.now()))
      const id = 1 + ((i * 7) % EDITED)
      // Never the same twice: an edit that changes nothing would not be seen to land.
      const value = -++edited
      const key = `C-${String(id).padStart(8, '0')}=${value}.00`
      const sent = performance.now()
      times.push(
        Promise.race([observer.seen(key).then((at) => at - sent), sleep(PATIENCE_MS, Infinity, { ref: false })]),
      )
      await client.query('update customers set credit_limit = $2 where id = $1', [id, value])
    }
  })
  const sorted = (await Promise.all(times)).toSorted((a, b) => a - b)
  const lost = sorted.filter((ms) => ms === Infinity).length
  if (lost > 0) throw new WrongOutcome(`Wrong outcome: ${lost} of ${sorted.length} edits were not seen to land.`)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
  return { name, edits: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), most: sorted.at(-1)! }
}

async function landed(world: World, records: number): Promise<boolean> {
  return onDatabase(world.b, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from accounts where billing_city like '% *'`,
    )
    return rows[0]!.n >= records
  })
}
