/**
 * A stage for crashes: two business databases and a store on a durable server of its own, and the real command as a
 * child process that can be killed.
 *
 *   stage.fresh() → Scene: new copies of the prepared databases, an empty store
 *   scene.runAndKill(moment) → kill -9 of the child's whole process group at that moment
 *   scene.run() → a run to its end, in this process, which has nothing to start
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { type App, openApp } from '../../src/app.ts'
import type { FlowRun } from '../../src/model/report.ts'
import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'
import type { MariaDb } from '../harness/mariadb.ts'
import { signAll } from '../harness/sign.ts'

/** A flow whose holder is dead is taken over within this time; a lease would last much longer. */
const NOTICED_MS = 10_000
const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'concordat.js')

/** What is crashed. */
export interface Command {
  readonly args: readonly string[]
  /** It goes on until somebody ends it; it counts as done when a run of its has ended. What it prints is no report. */
  readonly endless?: boolean
  readonly env?: Readonly<Record<string, string>>
}

export const RUN: Command = { args: ['run', '--json'] }

export type System = 'erp' | 'crm'

/** What a stage plays: a contract between `erp` and `crm`, and how their databases are made. */
export interface Play {
  readonly contract: string
  readonly prepare: Readonly<Record<System, string>>
  /** The play begins when a first run has been done. */
  readonly settled?: boolean
}

/** How a command ended; `status` is null when a signal ended it. */
export interface Ended {
  readonly status: number | null
  readonly flows: readonly FlowRun[]
  readonly out: string
  readonly stderr: string
  /** How long each phase took. */
  readonly ms: Readonly<Record<Phase, number>>
}

/** A command first loads and reaches the store (`start`), then reads and decides (`run`), then writes (`write`). */
export type Phase = 'start' | 'run' | 'write'

/** When to kill: so long after a phase has begun. */
export interface Moment {
  readonly after: Phase
  readonly ms: number
}

/** Counts the rows that were ever inserted into, changed in or deleted from a table, whoever did it. */
export const audited = (table: string): string => `
  create table if not exists audit (object text, kind text, id text);
  create or replace function audit() returns trigger language plpgsql as $$ begin
    insert into audit values (tg_table_name, lower(tg_op), coalesce(to_jsonb(new), to_jsonb(old)) ->> tg_argv[0]);
    return null;
  end $$;
  create trigger audited after insert or update or delete on ${table} for each row execute function audit('id');`

export class Stage {
  private readonly server: EmbeddedServer
  private readonly name: string
  private readonly folder = mkdtempSync(join(tmpdir(), 'concordat-crash-'))
  private readonly play: Play
  private readonly others: Others
  private count = 0

  private constructor(server: EmbeddedServer, name: string, play: Play, others: Others) {
    this.server = server
    this.name = name
    this.play = play
    this.others = others
  }

  static async build(server: EmbeddedServer, name: string, play: Play, others: Others = {}): Promise<Stage> {
    const stage = new Stage(server, name, play, others)
    writeFileSync(stage.contract, play.contract)
    const labels = others.mariaDb ? (['erp', 'store'] as const) : (['erp', 'crm', 'store'] as const)
    for (const label of labels) {
      await stage.serverOf(label).createDatabase(stage.template(label))
      if (label === 'store') continue
      await sql(stage.serverOf(label).url(stage.template(label)), play.prepare[label])
      await sql(stage.serverOf(label).url(stage.template(label)), 'vacuum analyze')
    }
    if (play.settled) {
      const [erp, crm, store] = (['erp', 'crm', 'store'] as const).map((label) =>
        stage.serverOf(label).url(stage.template(label)),
      )
      const scene = new Scene({ erp: erp!, crm: crm!, store: store! }, stage.contract, () => Promise.resolve())
      const runs = await scene.run()
      if (runs.some((run) => run.status !== 'done')) throw new Error(`the run to begin with ended ${runs[0]?.status}`)
    }
    return stage
  }

  /** New databases; `storeUrl` where the store is to be elsewhere. */
  async fresh(options: { storeUrl?: string } = {}): Promise<Scene> {
    const id = `${this.name}_${++this.count}`
    const databases: [EmbeddedServer, string][] = []
    const create = async (label: System | 'store'): Promise<string> => {
      const name = `${id}_${label}`
      const server = this.serverOf(label)
      await sql(server.url(), `create database ${name} template ${this.template(label)}`)
      databases.push([server, name])
      return server.url(name)
    }
    const crm = await this.others.mariaDb?.freshDatabase(id)
    if (crm) await sql(crm.url, this.play.prepare.crm)
    const urls = {
      erp: await create('erp'),
      crm: crm?.url ?? (await create('crm')),
      store: options.storeUrl ?? (await create('store')),
    }
    const scene = new Scene(urls, this.contract, async () => {
      for (const [server, name] of databases) await server.dropDatabase(name)
      await crm?.drop()
    })
    await scene.sign()
    // The systems are copies of those that the play was prepared in, and are reached by detours.
    await sql(
      urls.store,
      `delete from system_identity;
       insert into system_identity (system, identity, anywhere, since, by_whom)
       select system, '{"is": {}, "at": {}, "notes": []}', true, now(), 'ana' from unnest(array['erp', 'crm']) as n(system)`,
    )
    return scene
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  private get contract(): string {
    return join(this.folder, 'concordat.yaml')
  }

  private serverOf(label: System | 'store'): EmbeddedServer {
    return label === 'crm' ? (this.others.crm ?? this.server) : this.server
  }

  private template(label: System | 'store'): string {
    return `${this.name}_${label}_template`
  }
}

/** Where the CRM is, instead of on the same server. */
interface Others {
  readonly crm?: EmbeddedServer
  readonly mariaDb?: MariaDb
}

/** A running command. */
export interface Child {
  readonly reached: Readonly<Record<Phase, Promise<void>>>
  /** It has done what it does once, and may go on. */
  readonly done: Promise<void>
  readonly ended: Promise<Ended>
  /** Sends a signal to it and all that it started; false when it had ended. */
  readonly signal: (name: NodeJS.Signals) => boolean
}

export class Scene {
  readonly urls: Readonly<Record<System | 'store', string>>
  readonly contract: string
  readonly drop: () => Promise<void>
  /** What the contract takes from the environment; to be changed where a system is reached by a detour. */
  readonly env: Record<'ERP_URL' | 'CRM_URL', string>

  constructor(urls: Scene['urls'], contract: string, drop: () => Promise<void>) {
    this.urls = urls
    this.env = { ERP_URL: urls.erp, CRM_URL: urls.crm }
    this.contract = contract
    this.drop = drop
  }

  /** Runs to the end, in this process. */
  run(options: { full?: boolean } = {}): Promise<readonly FlowRun[]> {
    return this.withApp(async (app) => {
      await signAll(app)
      return app.run(options)
    })
  }

  /** The same once a process was killed: on a busy machine the server takes a moment to see that it is gone. */
  async complete(): Promise<readonly FlowRun[]> {
    for (const until = Date.now() + NOTICED_MS; ; await sleep(100)) {
      try {
        return await this.run()
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'engine.busy' || Date.now() > until) throw error
      }
    }
  }

  /** Lets the owners sign the rules as they are now. */
  sign(): Promise<void> {
    return this.withApp(signAll)
  }

  /** Asks the service for a run of the customers, as soon as there is one. */
  askForRun(): Promise<unknown> {
    return this.withApp((app) => app.askForRun('customers'))
  }

  /** Answers a case. */
  resolve(id: number, choice: string): Promise<unknown> {
    return this.withApp((app) => app.resolve(id, { choice, by: 'ana' }))
  }

  private async withApp<T>(work: (app: App) => Promise<T>): Promise<T> {
    const app = await openApp({ contract: this.contract, databaseUrl: this.urls.store, env: this.env })
    try {
      return await work(app)
    } finally {
      await app.close()
    }
  }

  /** `concordat run` as a process, killed at the moment; null when it was killed, else how it had ended before. */
  async runAndKill(moment: Moment, command = RUN): Promise<Ended | null> {
    const child = this.start(command)
    await arrive(child, moment)
    const killed = child.signal('SIGKILL')
    const ended = await child.ended
    return killed && ended.status === null ? null : ended
  }

  /** Starts the command as a process. */
  start(command = RUN): Child {
    const began = performance.now()
    // A process group of its own: nothing that it started survives it, as after a power cut.
    const child = spawn(process.execPath, [PROGRAM, ...command.args, '--contract', this.contract], {
      detached: true,
      env: {
        ...process.env,
        ...this.env,
        ...command.env,
        DATABASE_URL: this.urls.store,
        NODE_COMPILE_CACHE: `${this.contract}.cache`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let running = true
    const from: Record<Phase, number> = { start: began, run: Infinity, write: Infinity }
    const reach = async (phase: Phase, newest: string): Promise<void> => {
      // A store that does not answer holds nothing new.
      const before = await this.figure('store', newest).catch(() => 0)
      await this.watch('store', newest, (id) => id > before || !running)
      if (running) from[phase] = performance.now()
    }
    const reached = {
      start: Promise.resolve(),
      run: reach('run', 'select coalesce(max(id), 0) from run'),
      write: reach('write', 'select coalesce(max(id), 0) from batch'),
    }
    const ended = (async (): Promise<Ended> => {
      const [out, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
      running = false
      const now = performance.now()
      await Promise.all(Object.values(reached))
      const told = child.exitCode !== null && out !== '' && !command.endless
      const { flows } = (told ? JSON.parse(out) : {}) as { flows?: FlowRun[] }
      const write = Math.min(from.write, now)
      const run = Math.min(from.run, write)
      return {
        status: child.exitCode,
        flows: flows ?? [],
        out,
        stderr,
        ms: { start: run - began, run: write - run, write: now - write },
      }
    })()
    const done = command.endless
      ? this.figure('store', FINISHED).then((before) =>
          this.watch('store', FINISHED, (count) => count > before || !running),
        )
      : ended.then(() => {})
    const signal = (name: NodeJS.Signals): boolean => {
      if (child.exitCode !== null || child.signalCode !== null) return false
      try {
        process.kill(-child.pid!, name)
        return true
      } catch {
        // It ended in this very moment.
        return false
      }
    }
    return { reached, done, ended, signal }
  }

  /** Asks every few milliseconds until the figure is as wanted. */
  private async watch(where: System | 'store', query: string, wanted: (figure: number) => boolean): Promise<void> {
    let client: pg.Client | null = null
    try {
      for (;;) {
        client ??= await connected(this.urls[where])
        const figure = await client?.query<[string]>({ text: query, rowMode: 'array' }).then(
          ({ rows }) => Number(rows[0]![0]),
          () => 0,
        )
        if (wanted(figure ?? 0)) return
        await sleep(5)
      }
    } finally {
      await client?.end()
    }
  }

  async query<Row extends object = Record<string, unknown>>(where: System | 'store', query: string): Promise<Row[]> {
    return sql<Row>(this.urls[where], query)
  }

  /** The one number that a query answers; 0 where its tables do not exist (yet). */
  async figure(where: System | 'store', query: string): Promise<number> {
    const [row] = await this.query(where, query).catch((error: { code?: string }) => {
      if (error.code === '42P01') return []
      throw error
    })
    return row === undefined ? 0 : Number(Object.values(row)[0])
  }

  /** Rows that only one of the two queries gives (`EXCEPT ALL` both ways), found by PostgreSQL; columns go by place. */
  async disagreement(queries: Readonly<Record<System, string>>): Promise<{ onlyInErp: number; onlyInCrm: number }> {
    const client = new pg.Client({ connectionString: this.urls.erp })
    await client.connect()
    try {
      const { fields } = await client.query({ text: `select * from (${queries.erp}) q limit 0`, rowMode: 'array' })
      const names = fields.map((_, i) => `c${i}`)
      const texts = names.map((name) => `${name}::text`).join(', ')
      await client.query(`create temporary table own as select ${texts} from (${queries.erp}) q(${names.join(', ')})`)
      await client.query(`create temporary table other (${names.map((name) => `${name} text`).join(', ')})`)
      const others = await sql<Record<string, string | null>>(this.urls.crm, queries.crm)
      const columns = names.map((_, i) => others.map((row) => Object.values(row)[i] ?? null))
      await client.query(
        `insert into other select * from unnest(${names.map((_, i) => `$${i + 1}::text[]`).join(', ')})`,
        columns,
      )
      const only = async (a: string, b: string): Promise<number> => {
        const found = await client.query<{ n: number }>(
          `select count(*)::int as n from (select * from ${a} except all select * from ${b}) d`,
        )
        return found.rows[0]!.n
      }
      return { onlyInErp: await only('own', 'other'), onlyInCrm: await only('other', 'own') }
    } finally {
      await client.end()
    }
  }

  /** Rows that were inserted, changed and deleted in a system, by object. */
  async received(system: System): Promise<Record<string, { times: number; records: number }>> {
    const rows = await this.query<{ what: string; times: unknown; records: unknown }>(
      system,
      `select concat(object, ' ', kind) as what, count(*) as times, count(distinct id) as records from audit group by 1 order by 1`,
    )
    return Object.fromEntries(
      rows.map(({ what, times, records }) => [what, { times: Number(times), records: Number(records) }]),
    )
  }

  /** What the log says became of each write: per system and kind, how many landed, and on how many records. */
  async logged(): Promise<Record<string, { landed: number; records: number }>> {
    const rows = await this.query<{ what: string; landed: number; records: number }>(
      'store',
      `select s.system || ' ' || o.kind as what, count(*)::int as landed, count(distinct (o.side_id, o.remote_id))::int as records
       from operation o join batch b on b.id = o.batch_id join side s on s.id = o.side_id
       where b.settled_at is not null and coalesce(o.outcome, 'done') = 'done' group by 1`,
    )
    return Object.fromEntries(rows.map(({ what, ...figures }) => [what, figures]))
  }

  /** Intents whose end nobody knows. */
  async unsettled(): Promise<number> {
    return this.figure('store', 'select count(*) from batch where settled_at is null')
  }

  /** Rows that a system has received, whoever wrote them. */
  async writes(system: System): Promise<number> {
    return this.figure(system, 'select count(*) from audit')
  }

  /** Forgets what the systems have received and what the log says of it, so that only what follows is counted. */
  async countAnew(): Promise<void> {
    for (const system of ['erp', 'crm'] as const) await sql(this.urls[system], 'delete from audit')
    await sql(this.urls.store, 'delete from operation')
  }
}

async function connected(url: string): Promise<pg.Client | null> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  return client.connect().then(
    () => client,
    () => null,
  )
}

const FINISHED = `select count(*) from run where status in ('done', 'waiting')`

/** Waits for a moment of a command, or until it has nothing more to do: what comes back after a crash may find all written. */
export async function arrive(child: Child, moment: Moment): Promise<void> {
  await Promise.race([child.reached[moment.after], child.done, child.ended])
  await Promise.race([sleep(moment.ms), child.ended])
}

/** Runs statements; answers the rows of the last one, dates and numbers as text. */
export async function sql<Row extends object>(url: string, query: string): Promise<Row[]> {
  if (url.startsWith('mysql:')) {
    const connection = await mysql.createConnection({ uri: url, multipleStatements: true, dateStrings: true })
    try {
      const [rows] = await connection.query(query)
      return rows as Row[]
    } finally {
      await connection.end()
    }
  }
  const client = new pg.Client({ connectionString: url, types: { getTypeParser: (oid) => TYPES[oid] ?? String } })
  client.on('error', () => {})
  await client.connect()
  try {
    const result = (await client.query<Row>(query)) as pg.QueryResult<Row> | pg.QueryResult<Row>[]
    return (Array.isArray(result) ? result.at(-1)! : result).rows
  } finally {
    await client.end()
  }
}

/** Integers as numbers; everything else as PostgreSQL prints it. */
const TYPES: Readonly<Record<number, (text: string) => unknown>> = { 20: Number, 23: Number }
