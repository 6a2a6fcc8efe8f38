/**
 * The whole matrix of crashes, which takes an hour or so: `npm run crash -- --kills 200`. Prints what was survived as it
 * happens, and a table at the end.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '200' },
    restarts: { type: 'string', default: '20' },
    times: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    workers: { type: 'string', default: '2' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.info(`npm run crash -- [options] [suite …]

  --kills 200     how often a run is killed with -9
  --restarts 20   how often the store's PostgreSQL is stopped or killed under load
  --times 5       how often each other fault happens
  --seed 123      crashes at the same moments as the run that printed this seed
  --workers 2     suites at the same time
  suites          such as kill or store; without one, all of them`)
  process.exit(0)
}

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'concordat-crash-results-'))
const results = join(folder, 'results')

interface Row {
  readonly fault: string
  readonly where: string
  readonly times: number
}
const rows = (): Row[] =>
  existsSync(results)
    ? readFileSync(results, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row)
    : []

console.info(`crash matrix, seed ${values.seed}: ${values.kills} kills, ${values.restarts} restarts of the store`)
const began = performance.now()
const suites = positionals.length === 0 ? ['test/crash'] : positionals.map((name) => `test/crash/${name}`)
const vitest = spawn(
  process.execPath,
  [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--maxWorkers', values.workers, ...suites],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      CONCORDAT_CRASH_KILLS: values.kills,
      CONCORDAT_CRASH_RESTARTS: values.restarts,
      CONCORDAT_CRASH_TIMES: values.times,
      CONCORDAT_CRASH_SEED: values.seed,
      CONCORDAT_CRASH_RESULTS: results,
    },
  },
)
let told = 0
const tell = (): void => {
  const found = rows()
  const minutes = ((performance.now() - began) / 60_000).toFixed(1)
  for (const row of found.slice(told))
    console.info(`${minutes} min  survived: ${row.fault} – ${row.where} (${row.times}×)`)
  told = found.length
}
const ticker = setInterval(tell, 1_000)
const [status] = (await once(vitest, 'exit')) as [number | null]
clearInterval(ticker)
tell()

const table = new Map<string, Row>()
for (const row of rows()) {
  const key = `${row.fault} – ${row.where}`
  table.set(key, { ...row, times: (table.get(key)?.times ?? 0) + row.times })
}
console.table([...table.values()].toSorted((a, b) => a.fault.localeCompare(b.fault)))
const total = [...table.values()].reduce((sum, row) => sum + row.times, 0)
console.info(
  status === 0
    ? `${total} crashes survived in ${((performance.now() - began) / 60_000).toFixed(0)} minutes (seed ${values.seed}).`
    : `Something was lost, doubled or not said; see above. Again: npm run crash -- --seed ${values.seed}`,
)
rmSync(folder, { recursive: true, force: true })
process.exitCode = status ?? 1
