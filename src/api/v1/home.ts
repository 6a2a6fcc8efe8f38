import { leftOut } from '../../contract/reading/left-out.ts'
import type { StatusRow } from '../../model/report.ts'
import { together } from '../../model/agreement.ts'
import type { FlowStatus } from '../../model/words.ts'
import type { Written } from '../../service/store-facts.ts'
import { DAY_MS, flowCards, HOUR_MS, volumeOf } from './flow-cards.ts'
import { home, type Home } from './schemas/home.ts'
import { seenFlows, sees } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'

/** What the morning begins with. */
export const homeRoutes: V1Routes = (server, { app }) => {
  const contract = app.check.contract!
  const written = () => app.facts.written(new Date(startOfHour() - DAY_MS + HOUR_MS))
  server.get(
    '/home',
    {
      config: { right: 'view' },
      schema: { tags: ['Home'], summary: 'How everything stands, in one answer', response: { 200: home } },
    },
    async (request): Promise<Home> => {
      const rows = (await app.status(request.language)).filter((row) => sees(request, row.flow))
      const mine = (await written()).filter((one) => sees(request, one.flow))
      const cases = (await app.facts.openCases(new Date(Date.now() - DAY_MS))).filter((one) => sees(request, one.flow))
      const alerts = await app.alerts.standing(seenFlows(request))
      const health = await app.health()
      const open = cases.reduce((sum, one) => sum + one.open, 0)
      return {
        company: contract.company,
        timezone: contract.timezone,
        sentence: sentenceOf(rows, open),
        flows: flowCards(rows, mine),
        undecided: leftOut(app.check)
          .filter((one) => sees(request, one.flow))
          .map(({ flow, questions }) => ({ flow, questions })),
        cases: {
          open,
          by_flow: cases.map((one) => ({
            ...one,
            oldest: one.oldest === null ? null : new Date(one.oldest).toISOString(),
          })),
        },
        alerts: { open: alerts.open, undelivered: alerts.undelivered.length },
        activity: hours(mine),
        service: {
          status: health.status,
          processes: health.members.length,
          systems_in_trouble: health.systems.map((one) => one.system),
        },
      }
    },
  )
}

function sentenceOf(rows: readonly StatusRow[], needsYou: number): Home['sentence'] {
  const of = (status: FlowStatus): number => rows.filter((row) => row.status === status).length
  // What does not run says nothing of when the rest was in agreement.
  const running = rows.filter((row) => row.status !== 'Paused' && row.last_success !== null)
  return {
    agreed_at: running.length === 0 ? null : running.map((row) => row.last_success!).toSorted()[0]!,
    agreement: together(rows.map((row) => row.agreement)),
    needs_you: needsYou,
    late: of('Late'),
    failing: of('Failing'),
    paused: of('Paused'),
    never_run: of('Never run'),
  }
}

const startOfHour = (): number => Math.floor(Date.now() / HOUR_MS) * HOUR_MS

/** The last 24 hours, hour by hour, the one that is under way among them. */
function hours(written: readonly Written[]): Home['activity'] {
  const byHour = Map.groupBy(written, (one) => one.hour)
  return Array.from({ length: 24 }, (_, i) => {
    const at = startOfHour() - (23 - i) * HOUR_MS
    return { at: new Date(at).toISOString(), ...volumeOf(byHour.get(at) ?? []) }
  })
}
