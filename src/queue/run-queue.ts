import { PgBoss } from 'pg-boss'

/*
 * Which flows want looking at, shared by all workers on one store. A job only names a flow; what is due in it is found
 * out by whoever takes the job, so a job that comes once too often costs a look, and repeats fall together: at most one
 * waits and one is worked on for each flow. A worker that falls silent loses its job after `HEARTBEAT_S`.
 */

const QUEUE = 'flow'
const HELP_QUEUE = 'shard'
const HEARTBEAT_S = 10

export interface RunQueue {
  /** Says that a flow wants looking at; `after`: not before that many seconds. */
  send(flow: string): Promise<void>
  /** Takes jobs, `slots` at a time, until `stop`. The handler ends early when its signal says so; it never throws. */
  work(slots: number, handle: (flow: string, signal: AbortSignal) => Promise<void>): Promise<void>
  /** Asks `count` processes to look for shards of a flow; those that are late find none. */
  callHelp(flow: string, count: number): Promise<void>
  /** Answers such calls, one at a time. */
  help(handle: (flow: string, signal: AbortSignal) => Promise<void>): Promise<void>
  /** How many flows wait to be looked at, and how many are. */
  depth(): Promise<{ readonly waiting: number; readonly active: number }>
  /** Takes no more jobs, and waits for those at hand for at most `ms`. */
  stop(ms: number): Promise<void>
}

/** Opens the queue in the store's database, in a schema of its own. */
export async function openRunQueue(url: string, onTrouble: (error: unknown) => void): Promise<RunQueue> {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'concordat queue',
    max: 4,
    schedule: false,
    useListenNotify: true,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    openTelemetry: { enabled: false },
  })
  boss.on('error', onTrouble)
  await boss.start()
  const options = {
    policy: 'stately' as const,
    notify: true,
    heartbeatSeconds: HEARTBEAT_S,
    // A first sync may take hours; who is alive is told by heartbeats.
    expireInSeconds: 23 * 3600,
    retryLimit: 1000,
    retryDelay: 0,
    retentionSeconds: 3600,
    deleteAfterSeconds: 300,
  }
  await boss.createQueue(QUEUE, options)
  await boss.createQueue(HELP_QUEUE, { ...options, policy: 'standard', retryLimit: 0, retentionSeconds: 60 })
  return {
    async send(flow) {
      await boss.send(QUEUE, { flow }, { singletonKey: flow })
    },
    async work(slots, handle) {
      await boss.work<{ flow: string }>(
        QUEUE,
        {
          localConcurrency: slots,
          pollingIntervalSeconds: 1,
          notifyPollingIntervalSeconds: 1,
          heartbeatRefreshSeconds: 3,
        },
        async ([job]) => {
          if (job) await handle(job.data.flow, job.signal)
        },
      )
    },
    async callHelp(flow, count) {
      await boss.insert(
        HELP_QUEUE,
        Array.from({ length: count }, () => ({ data: { flow } })),
      )
    },
    async help(handle) {
      await boss.work<{ flow: string }>(
        HELP_QUEUE,
        { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 1, heartbeatRefreshSeconds: 3 },
        async ([job]) => {
          if (job) await handle(job.data.flow, job.signal)
        },
      )
    },
    async depth() {
      const queue = await boss.getQueue(QUEUE)
      return { waiting: queue?.queuedCount ?? 0, active: queue?.activeCount ?? 0 }
    },
    async stop(ms) {
      await boss.stop({ graceful: true, timeout: ms, close: true })
    },
  }
}
