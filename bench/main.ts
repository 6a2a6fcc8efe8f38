/**
 * `npm run bench -- first-sync | rest | incremental | latency | scale | hooks | log | runs | abuse | init [--records n] [--repeat n] [--json] [--profile folder]`.
 * Starts everything it needs, says what it measured, and fails when the two systems do not agree in the end.
 */
import { parseArgs } from 'node:util'
import type { BenchOptions, BenchResult } from './benchmark.ts'
import { firstSync } from './first-sync.ts'
import { incremental } from './incremental.ts'
import { WrongOutcome } from './measurement.ts'
import { hooks } from './hooks.ts'
import { init } from './init.ts'
import { log } from './log.ts'
import { latency, type LatencyResult } from './latency.ts'
import { rest } from './rest.ts'
import { runs } from './runs.ts'
import { abuse } from './abuse.ts'
import { scale, type ServiceBench } from './scale.ts'
import { openWorld, type World } from './world.ts'

const BENCHMARKS: Readonly<Record<string, (world: World, options: BenchOptions) => Promise<BenchResult>>> = {
  'first-sync': firstSync,
  rest,
  incremental,
}

/** Benchmarks of the running service, on ground of their own. */
const OF_SERVICE: Readonly<Record<string, (options: BenchOptions) => Promise<ServiceBench>>> = {
  scale,
  hooks,
  log,
  runs,
  abuse,
  init,
}

const USAGE = `npm run bench -- <benchmark> [--records 100000] [--repeat 3] [--json] [--profile folder]

  first-sync    create every record of system A in system B, with full history
  rest          a full pass over both systems when nothing has changed
  incremental   1,000 edits on each side
  latency       50 edits a second: how long until each has landed
  scale         the running service with 1, 2 and 4 workers, between systems that answer after 20 ms
  hooks         2,000 webhooks a second
  log           pages of the log, by every filter, with ten operations for each record
  runs          pages of the list of runs, by every filter, with ten runs for each record
  init          a proposal between two databases of 400 tables with 140 columns each
  abuse         an owner's page while 400 send slowly, 250 listen and 1,000 wrong tokens a second come`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      records: { type: 'string', default: '100000' },
      repeat: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const name = positionals[0] ?? ''
  const benchmark = BENCHMARKS[name]
  const ofService = OF_SERVICE[name]
  const options = { records: whole(values.records), repeat: whole(values.repeat) }
  if (
    values.help ||
    (benchmark === undefined && ofService === undefined && name !== 'latency') ||
    positionals.length > 1 ||
    options.records === null ||
    options.repeat === null
  ) {
    console.error(USAGE)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const { records, repeat } = options
  if (ofService !== undefined) {
    const { text, json } = await ofService({ records, repeat })
    console.log(values.json ? JSON.stringify(json) : text.join('\n'))
    return
  }
  const world = await openWorld({ profile: values.profile })
  const leave = (): void => void world.close().finally(() => process.exit(130))
  process.once('SIGINT', leave).once('SIGTERM', leave)
  try {
    if (benchmark === undefined) {
      const result = await latency(world, records)
      if (values.json) console.log(JSON.stringify({ benchmark: name, ...result }))
      else printLatency(result)
      return
    }
    const result = await benchmark(world, { records, repeat })
    if (values.json) console.log(JSON.stringify(asJson(name, records, result)))
    else print(name, records, result)
  } catch (error) {
    if (!(error instanceof WrongOutcome)) throw error
    console.error(error.message)
    process.exitCode = 1
  } finally {
    process.removeListener('SIGINT', leave).removeListener('SIGTERM', leave)
    await world.close()
  }
}

function whole(text: string): number | null {
  return /^[1-9]\d{0,8}$/.test(text.replaceAll(/[_,]/g, '')) ? Number(text.replaceAll(/[_,]/g, '')) : null
}

function asJson(name: string, records: number, { unit, perSecond, runs, raw, notes }: BenchResult): object {
  return {
    benchmark: name,
    records,
    unit,
    per_second: Math.round(perSecond),
    ...(raw && { raw_per_second: Math.round(raw.perSecond), ratio: Number(raw.ratio.toFixed(3)) }),
    peak_mb: Math.round(Math.max(...runs.map(({ run }) => run.peakBytes)) / 1e6),
    runs: runs.map(({ name: title, items, run }) => ({
      name: title,
      seconds: Number(run.seconds.toFixed(3)),
      per_second: Math.round(items / run.seconds),
      cpu_seconds: Number(run.cpuSeconds.toFixed(2)),
      server_cpu_seconds: run.serverCpuSeconds === null ? null : Number(run.serverCpuSeconds.toFixed(2)),
      peak_mb: Math.round(run.peakBytes / 1e6),
    })),
    notes,
  }
}

function print(name: string, records: number, { unit, perSecond, runs, raw, notes }: BenchResult): void {
  const number = (value: number): string => Math.round(value).toLocaleString('en')
  console.log(
    `${name}, ${number(records)} records of 12 columns, PostgreSQL to PostgreSQL, store in PostgreSQL, fsync on\n`,
  )
  const rows = runs.map(({ name: title, items, run }) => [
    title,
    `${run.seconds.toFixed(2)} s`,
    `${number(items / run.seconds)} ${unit}/s`,
    `${run.cpuSeconds.toFixed(2)} s`,
    run.serverCpuSeconds === null ? 'unknown' : `${run.serverCpuSeconds.toFixed(2)} s`,
    `${number(run.peakBytes / 1e6)} MB`,
  ])
  printTable([['', 'time', 'rate', 'our CPU', 'server CPU', 'our peak memory'], ...rows])
  console.log(`\n  ${number(perSecond)} ${unit}/s${runs.length > 1 ? ' (median)' : ''}`)
  if (raw)
    console.log(`  raw limit ${number(raw.perSecond)} ${unit}/s, of which ${(raw.ratio * 100).toFixed(0)}% are reached`)
  for (const note of notes) console.log(`  ${note}`)
  console.log('\n  Both systems hold the same customers: row counts and checksums are equal.')
}

function printLatency({ latencies, backlogSeconds, memory, records, notes }: LatencyResult): void {
  console.log('latency, PostgreSQL to PostgreSQL, store in PostgreSQL, fsync on\n')
  const ms = (value: number): string => `${value.toFixed(0)} ms`
  const rows = latencies.map((one) => [
    one.name,
    String(one.edits),
    ms(one.p50),
    ms(one.p90),
    ms(one.p99),
    ms(one.most),
  ])
  printTable([['', 'edits', 'p50', 'p90', 'p99', 'longest'], ...rows])
  console.log(`\n  The ${records.toLocaleString('en')} other records had landed after ${backlogSeconds.toFixed(1)} s.`)
  const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
  console.log(
    `  Our peak memory: ${mb(memory.firstSync)} in the first sync, ${mb(memory.still)} at 50 edits a second, ` +
      `${mb(memory.backlog)} while the others waited, ${mb(memory.full)} in a closing full pass.`,
  )
  for (const note of notes) console.log(`  ${note}`)
  console.log(
    '\n  Every edit landed; a full pass afterwards changed nothing, and both systems hold the same customers.',
  )
}

function printTable(table: readonly (readonly string[])[]): void {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  for (const row of table)
    console.log(
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('   ')}`,
    )
}

await main()
