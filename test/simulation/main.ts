/** `npm run simulate`: see `USAGE` in options.ts. */
import { isEntangled } from './company.ts'
import { restoresOf } from './restores.ts'
import { changesIdentities } from './story.ts'
import { isTold, KNOWN_FAILURES, type NamedStory } from './known-failures.ts'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { ablate } from './ablate.ts'
import { addTo, densitiesOf, inWords, tooThin } from './densities.ts'
import type { Tally } from './incidents.ts'
import { readOptions, USAGE, UsageError, type Options } from './options.ts'
import { play, type Mode } from './play.ts'
import { openRoom } from './room.ts'
import { storyFor } from './seeds.ts'
import { shrink } from './shrink.ts'
import type { Story } from './story.ts'
import type { SeedResult, Share } from './thread.ts'

/** A line tells of the progress after so many seeds. */
const PROGRESS = 50
/** From so many seeds on, faults that are too few are a failure. */
const ENOUGH = 200

const values = optionsOrEnd()
const { modes } = values
const first = values.seed ?? Math.floor(Math.random() * 1e9)
const count = values.seeds

const server = await startEmbedded({ ephemeral: true, durable: false })
try {
  // A safeguard that is switched off is missed in stories that are, too.
  if (values.ablations) process.env['CONCORDAT_SIMULATION_STORIES'] ??= 'all'
  if (values.ablations) process.exitCode = await ablate(server, values.json, values.seed ?? 1, values.only)
  else if (values.story !== undefined) process.exitCode = await tellStory(values.story)
  else process.exitCode = await playAll()
} finally {
  await server.stop()
}

/** Ends the program where there is nothing to play. */
function optionsOrEnd(): Options {
  try {
    const options = readOptions(process.argv.slice(2))
    if (!options.help) return options
    console.log(USAGE)
    process.exit(0)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message}\n\n${USAGE}`)
    process.exit(2)
  }
}

async function playAll(): Promise<number> {
  const began = performance.now()
  const failed: SeedResult[] = []
  const total = { plays: 0, runs: 0, writes: 0, calls: 0 }
  const incidents: Record<string, number> = {}
  const tally: Tally = {}
  const take = (result: SeedResult): void => {
    total.plays++
    total.runs += result.runs
    total.writes += result.writes
    total.calls += result.calls
    addTo(tally, result.tally)
    for (const kind of result.incidents) incidents[kind] = (incidents[kind] ?? 0) + 1
    if (result.violations.length > 0) {
      failed.push(result)
      if (!values.json)
        console.log(
          `seed ${result.seed} (${result.mode}): ${result.violations.map((v) => `${v.law} ${v.text}`).join('; ')}\n` +
            `  replay: npm run simulate -- --seed ${result.seed} --mode ${result.mode} --tell`,
        )
    }
    const seeds = total.plays / modes.length
    if (seeds % PROGRESS === 0 && seeds < count)
      console.error(`${seeds} of ${count} seeds, ${failed.length} plays with violations`)
  }
  const workers = Math.max(1, Math.min(values.workers, count))
  console.error(`${count} seeds from ${first} on`)
  tellKnownFailures(first, count)
  await Promise.all(
    Array.from({ length: workers }, async (_, i) => {
      const urls: string[] = []
      for (let lane = 0; lane < values.lanes; lane++) {
        await server.createDatabase(`room${i}_${lane}`)
        urls.push(server.socketUrl(`room${i}_${lane}`))
      }
      await runThread({ urls, first: first + i, step: workers, end: first + count, modes }, take)
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const densities = densitiesOf(tally)
  const thin = count < ENOUGH ? [] : tooThin(densities)
  const stories = await shrinkAll(failed.slice(0, 3))
  if (values.json)
    console.log(
      JSON.stringify({
        first,
        seeds: count,
        modes,
        seconds,
        ...total,
        incidents,
        densities,
        violations: failed,
        stories,
      }),
    )
  else {
    const rate = (count / seconds).toFixed(1)
    console.log(
      `${count} seeds from ${first} (${modes.join(', ')}): ${failed.length} plays with violations; ${rate} seeds/s; ` +
        `${total.runs} runs, ${total.calls} calls, ${total.writes} writes`,
    )
    console.log(
      Object.entries(incidents)
        .map(([kind, n]) => `${kind} ${n}`)
        .join(', '),
    )
    for (const density of densities) console.log(`  ${inWords(density)}`)
    if (thin.length > 0) console.log(`Too few faults to prove anything: ${thin.map(({ name }) => name).join(', ')}.`)
  }
  return failed.length > 0 || thin.length > 0 ? 1 : 0
}

function runThread(share: Share, take: (result: SeedResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('thread.ts', import.meta.url), { workerData: share })
    worker.on('message', take)
    worker.once('error', reject)
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`))))
  })
}

async function shrinkAll(failed: readonly SeedResult[]): Promise<Story[]> {
  if (failed.length === 0) return []
  const room = await openRoom(server.socketUrl('room0_0'))
  const stories: Story[] = []
  for (const { seed, mode } of failed) {
    const { story, played } = await shrink(storyFor(seed, mode), room, mode)
    stories.push(story)
    if (values.json) continue
    console.log(`\nreplay: npm run simulate -- --seed ${seed} --mode ${mode} --tell`)
    tell(story, played.told, played.violations)
  }
  await room.close()
  return stories
}

async function tellStory(file: string): Promise<number> {
  await server.createDatabase('room0')
  const room = await openRoom(server.socketUrl('room0'))
  const { story, mode } = JSON.parse(readFileSync(file, 'utf8')) as { story: Story; mode: Mode }
  const played = await play(story, room, mode)
  tell(story, played.told, played.violations)
  await room.close()
  return played.violations.length > 0 ? 1 : 0
}

function tell(story: Story, told: readonly string[], violations: readonly { law: string; text: string }[]): void {
  const { systems, decisions, ...rest } = story.company
  for (const system of systems) console.log(`  ${JSON.stringify(system)}`)
  console.log(`  ${JSON.stringify(decisions)} ${JSON.stringify(rest)}`)
  for (const line of told) console.log(`  ${line}`)
  for (const { law, text } of violations) console.log(`  ✗ ${law}: ${text}`)
  if (values.tell) console.log(JSON.stringify(story))
}

function tellKnownFailures(from: number, seeds: number): void {
  const all = Array.from({ length: seeds }, (_, i) => from + i)
  const having: Record<NamedStory, (seed: number) => boolean> = {
    tangle: isEntangled,
    identity: changesIdentities,
    restore: (seed) => restoresOf(seed) !== null,
  }
  for (const story of ['tangle', 'identity'] as const)
    if (!isTold(story))
      console.error(
        `The story ${story} is left out, in ${all.filter(having[story]).length} of ${seeds} seeds: ` +
          (KNOWN_FAILURES[story] ?? 'by CONCORDAT_SIMULATION_STORIES'),
      )
}
