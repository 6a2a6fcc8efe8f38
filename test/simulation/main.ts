import { openDatabase } from '../../src/store/database.ts'
import { startEmbedded } from '../../src/store/embedded/embedded-server.ts'
import { ensurePartitions, migrate } from '../../src/store/migrate.ts'
import { companyOf } from './company.ts'
import { play } from './play.ts'
import { storyOf } from './story.ts'
import { SessionPool } from './worker.ts'

const server = await startEmbedded({ ephemeral: true, durable: false })
await server.createDatabase('s')
const store = await openDatabase(server.socketUrl('s'))
await migrate(store)
await ensurePartitions(store, new Date(Date.UTC(2026, 2, 5)))
const pool = new SessionPool(store)
const [from, n] = process.argv.slice(2).map(Number) as [number, number]
const t = performance.now()
let runs = 0, bad = 0
for (let seed = from; seed < from + n; seed++) {
  const played = await play(storyOf(seed, companyOf(seed), 14), { store, pool }, 'both')
  runs += played.runs
  if (played.violations.length) {
    bad++
    console.log(seed, JSON.stringify(played.violations.map((v) => `${v.law} ${v.text}`).slice(0, 3)))
    if (process.argv[4]) console.log(played.told.join('\n'), JSON.stringify(companyOf(seed), null, 1))
  }
}
const s = (performance.now() - t) / 1000
console.log({ seeds: n, bad, runs, s, perSecond: n / s, msPerRun: (s * 1000) / runs })
await pool.close()
await store.close()
await server.stop()
